-- By method, how many cards have a reference value, its sum and range, and the book value of these cards.
SELECT
    v.method_position, v.reference_method, v.method_name_zh, v.method_name_en, v.formula,
    count(v.value_cny) AS valued_count,
    sum(v.value_cny) AS value_cny,
    sum(v.low_cny) AS low_cny,
    sum(v.high_cny) AS high_cny,
    sum(CASE WHEN v.has_evidence THEN v.closing_carrying_cny END) AS closing_carrying_cny
FROM valuation.reference_value AS v
WHERE v.period = $period
GROUP BY ALL
ORDER BY v.method_position
