-- The indicators of GB/T 36344 in force: what each weighs in a score, how many rules measure it, and if none does, why not. Weights are
-- millionths of the whole, cut off.
WITH dimension AS (
    SELECT
        (e.body ->> '$.dimension_code') AS dimension_code,
        (e.body ->> '$.name_zh') AS dimension,
        CAST((e.body ->> '$.weight') AS BIGINT) AS weight
    FROM policy.entry AS e
    WHERE e.list_name = 'quality_dimension'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

share AS (
    SELECT d.dimension_code, d.dimension, d.weight * 1000000 // nullif(t.weight, 0) AS weight
    FROM dimension AS d
    CROSS JOIN (SELECT CAST(sum(a.weight) AS BIGINT) AS weight FROM dimension AS a) AS t
),

indicator AS (
    SELECT
        (e.body ->> '$.indicator_code') AS indicator_code,
        (e.body ->> '$.dimension_code') AS dimension_code,
        (e.body ->> '$.name_zh') AS name_zh,
        (e.body ->> '$.name_en') AS name_en,
        CAST((e.body ->> '$.weight') AS BIGINT) AS weight,
        (e.body ->> '$.why_not_zh') || ' / ' || (e.body ->> '$.why_not_en') AS why_not
    FROM policy.entry AS e
    WHERE e.list_name = 'quality_indicator'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

whole AS (
    SELECT i.dimension_code, CAST(sum(i.weight) AS BIGINT) AS weight
    FROM indicator AS i
    GROUP BY i.dimension_code
),

rule AS (
    SELECT (e.body ->> '$.rule_code') AS rule_code, (e.body ->> '$.indicator_code') AS indicator_code
    FROM policy.entry AS e
    WHERE e.list_name = 'quality_rule'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

measured AS (
    SELECT q.indicator_code, count(*) AS rule_count
    FROM rule AS q
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
    CASE WHEN m.rule_count IS NULL THEN i.why_not END AS not_assessed_reason
FROM indicator AS i
JOIN share AS s ON s.dimension_code = i.dimension_code
JOIN whole AS w ON w.dimension_code = i.dimension_code
LEFT JOIN measured AS m ON m.indicator_code = i.indicator_code
