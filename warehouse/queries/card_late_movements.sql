-- What became known of cards after a closing, up to the end of a period: to which month it belongs, in which it is
-- booked and as what, an amount a row.
SELECT m.card_id, m.belonging_month, m.booking_month, m.entry_kind, k.label, k.amount_cny
FROM (
    SELECT n.*
    FROM valuation.month_movement AS n
    WHERE n.period = $period AND n.is_late AND list_contains($cards, n.card_id)
) AS m
CROSS JOIN LATERAL (
    VALUES
    (1, '账面原值', m.cost_cny),
    (2, '累计摊销', m.amortisation_cny),
    (3, '减值准备', m.impairment_cny),
    (4, '开发支出', m.development_cny),
    (5, '存货', m.stock_cny)
) AS k(place, label, amount_cny)
WHERE k.amount_cny <> 0
ORDER BY m.card_id, m.belonging_month, m.booking_month, m.entry_kind, k.place
