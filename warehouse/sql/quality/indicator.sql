-- The indicators of GB/T 36344 in force: what each weighs in a score, how many rules measure it, and if none does,
-- why not. Weights are millionths of the whole, cut off.
WITH dimension AS (
    SELECT d.*
    FROM policy.quality_dimension AS d
    JOIN delivered.horizon AS h ON in_force(d, h.judged_date)
),

share AS (
    SELECT d.dimension_code, d.name_zh AS dimension, d.weight * 1000000 // nullif(t.weight, 0) AS weight
    FROM dimension AS d
    CROSS JOIN (SELECT CAST(sum(a.weight) AS BIGINT) AS weight FROM dimension AS a) AS t
),

indicator AS (
    SELECT q.*
    FROM policy.quality_indicator AS q
    JOIN delivered.horizon AS h ON in_force(q, h.judged_date)
),

whole AS (
    SELECT i.dimension_code, CAST(sum(i.weight) AS BIGINT) AS weight
    FROM indicator AS i
    GROUP BY i.dimension_code
),

measured AS (
    SELECT q.indicator_code, count(*) AS rule_count
    FROM policy.quality_rule AS q
    JOIN delivered.horizon AS h ON in_force(q, h.judged_date)
    GROUP BY q.indicator_code
)

SELECT
    i.indicator_code,
    i.name_zh,
    i.name_en,
    i.dimension_code,
    s.dimension,
    coalesce(s.weight * i.weight // nullif(w.weight, 0), 0) AS weight,
    coalesce(m.rule_count, 0) AS rule_count,
    CASE WHEN m.rule_count IS NULL THEN i.why_not_zh || ' / ' || i.why_not_en END AS not_assessed_reason
FROM indicator AS i
JOIN share AS s USING (dimension_code)
JOIN whole AS w USING (dimension_code)
LEFT JOIN measured AS m USING (indicator_code)
