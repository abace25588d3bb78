-- What a resource scores, by dimension and in all (`all`): the weight of the rules that it meets, of the weight of
-- those that were assessed on it (quality.rule). A rule on fields, delivered tables or their columns counts with
-- the share of those that meet it, or of the rows or values behind them where the rule has a share, cut off to a
-- millionth of the whole. What was not assessed is in neither sum, so that the rest bears its weight; assessed_pct
-- says how much of the whole that rest is.
WITH row_verdict AS (
    SELECT 'catalog.resource' AS table_name, r.resource_id, r.assessed_rules, r.met_rules
    FROM quality.resource_measure AS r
    UNION ALL
    SELECT 'catalog.resource_field', f.resource_id, f.assessed_rules, f.met_rules
    FROM quality.field_measure AS f
    UNION ALL
    SELECT 'catalog.content_table', t.resource_id, t.assessed_rules, t.met_rules
    FROM quality.content_table_measure AS t
    UNION ALL
    SELECT 'catalog.content_column', c.resource_id, c.assessed_rules, c.met_rules
    FROM quality.content_column_measure AS c
),

-- Rows with the same verdicts are counted first.
verdict AS (
    SELECT v.table_name, v.resource_id, v.assessed_rules, v.met_rules, count(*) AS row_count
    FROM row_verdict AS v
    WHERE v.resource_id IS NOT NULL
    GROUP BY v.table_name, v.resource_id, v.assessed_rules, v.met_rules
),

judged AS (
    SELECT
        v.resource_id, v.table_name, q.rule_bit, q.is_shared, q.rule_code, q.dimension_code, q.weight,
        CAST(sum(v.row_count) AS BIGINT) AS assessed_count,
        CAST(coalesce(sum(CASE WHEN v.met_rules & q.rule_bit > 0 THEN v.row_count END), 0) AS BIGINT) AS met_count
    FROM verdict AS v
    JOIN quality.rule AS q ON q.table_name = v.table_name AND v.assessed_rules & q.rule_bit > 0
    GROUP BY v.resource_id, v.table_name, q.rule_bit, q.is_shared, q.rule_code, q.dimension_code, q.weight
),

-- Of a rule with a share, the rows or values count that stand behind a table or column.
shared AS (
    SELECT
        m.resource_id, m.table_name, m.rule_bit,
        CAST(sum(m.met_count) AS BIGINT) AS met_count,
        CAST(sum(m.assessed_count) AS BIGINT) AS assessed_count
    FROM quality.share_measure AS m
    WHERE m.resource_id IS NOT NULL
    GROUP BY m.resource_id, m.table_name, m.rule_bit
),

counted AS (
    SELECT
        j.resource_id, j.rule_code, j.dimension_code, j.weight,
        CASE WHEN j.is_shared THEN m.met_count ELSE j.met_count END AS met_count,
        CASE WHEN j.is_shared THEN m.assessed_count ELSE j.assessed_count END AS assessed_count
    FROM judged AS j
    LEFT JOIN shared AS m USING (resource_id, table_name, rule_bit)
),

-- A dimension counts for itself and for all.
full_weight AS (
    SELECT n.dimension_code, CAST(sum(i.weight) AS BIGINT) AS weight
    FROM quality.indicator AS i, unnest([i.dimension_code, 'all']) AS n(dimension_code)
    GROUP BY n.dimension_code
),

weighed AS (
    SELECT
        c.resource_id,
        n.dimension_code,
        CAST(sum(c.weight * c.met_count // c.assessed_count) AS BIGINT) AS met_weight,
        CAST(sum(c.weight) AS BIGINT) AS assessed_weight
    FROM counted AS c, unnest([c.dimension_code, 'all']) AS n(dimension_code)
    WHERE c.assessed_count > 0
    GROUP BY c.resource_id, n.dimension_code
)

SELECT
    r.resource_id,
    t.dimension_code,
    r.holder_code,
    coalesce(w.met_weight, 0) AS met_weight,
    coalesce(w.assessed_weight, 0) AS assessed_weight,
    CASE
        WHEN w.assessed_weight > 0
        THEN CAST(CAST(w.met_weight * 10000 // w.assessed_weight AS DECIMAL(7, 0)) * 0.01 AS DECIMAL(5, 2))
    END AS score_pct,
    CASE
        WHEN t.weight > 0
        THEN CAST(CAST(coalesce(w.assessed_weight, 0) * 10000 // t.weight AS DECIMAL(7, 0)) * 0.01 AS DECIMAL(5, 2))
    END AS assessed_pct
FROM quality.resource_measure AS r
CROSS JOIN full_weight AS t
LEFT JOIN weighed AS w ON w.resource_id = r.resource_id AND w.dimension_code = t.dimension_code
