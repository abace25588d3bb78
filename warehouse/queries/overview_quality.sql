-- The quality of all resources by dimension, then in all.
WITH dimension AS (
    SELECT DISTINCT i.dimension_code, i.dimension FROM quality.indicator AS i
)

SELECT coalesce(d.dimension, '合计') AS dimension, s.score_pct, s.assessed_pct
FROM quality.score AS s
LEFT JOIN dimension AS d USING (dimension_code)
WHERE s.subject_kind = 'city'
ORDER BY s.dimension_code = 'all', s.dimension_code
