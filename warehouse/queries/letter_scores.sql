-- A holder's scores by dimension, then in all; beside it those of the city.
WITH dimension AS (
    SELECT DISTINCT i.dimension_code, i.dimension FROM quality.indicator AS i
)
SELECT
    s.dimension_code = 'all' AS is_total,
    coalesce(d.dimension, '合计') AS dimension,
    s.score_pct,
    s.assessed_pct,
    c.score_pct AS city_score_pct
FROM quality.score AS s
LEFT JOIN dimension AS d USING (dimension_code)
LEFT JOIN quality.score AS c ON c.subject_kind = 'city' AND c.dimension_code = s.dimension_code
WHERE s.subject_kind = 'holder' AND s.subject_key = $holder
ORDER BY is_total, s.dimension_code
