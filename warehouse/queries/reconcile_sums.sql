-- Cards and books of a unit by kind of amount, and how many items differ in it.
SELECT
    min(r.amount_label) AS amount_label,
    min(r.account_codes) AS account_codes,
    sum(r.card_amount_cny) AS card_amount_cny,
    sum(r.ledger_amount_cny) AS ledger_amount_cny,
    sum(r.difference_cny) AS difference_cny,
    count(*) FILTER (WHERE r.difference_kind <> 'matched') AS differing_count
FROM finance.reconciliation AS r
WHERE r.period = $period AND r.holder_code = $unit
GROUP BY r.amount_kind
ORDER BY r.amount_kind <> 'cost', r.amount_kind = 'net', r.amount_kind
