-- How far the reference values move with each parameter, summed over the cards, by method, the widest bar first.
SELECT
    s.reference_method, m.name_zh AS method_name_zh, s.parameter_name, s.parameter_name_zh, s.parameter_name_en, s.step,
    sum(s.value_cny) AS value_cny,
    sum(s.decreased_value_cny) AS decreased_value_cny,
    sum(s.increased_value_cny) AS increased_value_cny
FROM valuation.sensitivity AS s
JOIN policy.valuation_method AS m
    ON m.method = s.reference_method AND in_force(m, last_day(CAST(s.period || '-01' AS DATE)))
WHERE s.period = $period AND ($card IS NULL OR s.card_id = $card)
GROUP BY ALL
ORDER BY min(m.position), abs(sum(s.increased_value_cny) - sum(s.decreased_value_cny)) DESC, s.parameter_name
