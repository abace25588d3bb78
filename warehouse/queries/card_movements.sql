-- The movements of cards up to the end of a period, in their order; that of a disposal of the whole has no amount.
SELECT m.card_id, m.movement_date, m.movement_kind, m.amount_cny, concat_ws(' ', m.voucher_no, m.document_no)
FROM valuation.movement AS m
WHERE list_contains($cards, m.card_id) AND m.movement_date <= $period_end
ORDER BY m.card_id, m.movement_date, m.pool_no, m.movement_kind, m.voucher_no, m.line_no
