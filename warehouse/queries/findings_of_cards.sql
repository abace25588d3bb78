-- What a person should look at of cards: conditions that are not met, then findings on costs.
SELECT f.card_id, f.finding_kind, f.requirement_label, f.message_zh, f.mend_zh
FROM registry.card_finding AS f
WHERE list_contains($cards, f.card_id)
UNION ALL
SELECT c.card_id, c.finding_kind, c.voucher_no, c.message_zh, c.mend_zh
FROM valuation.control_finding AS c
WHERE list_contains($cards, c.card_id)
ORDER BY ALL
