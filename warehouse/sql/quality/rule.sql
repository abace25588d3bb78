-- The rules in force. The weight of an indicator is shared among its rules on resources and fields: a rule on
-- deliveries takes no part in a score. The bit stands for the rule in the verdicts of a row of its table: a bit for
-- each version, in the order of code and day.
WITH version AS (
    SELECT
        q.*,
        1 << (row_number() OVER (PARTITION BY q.table_name ORDER BY q.effective_from, q.rule_code) - 1) AS rule_bit
    FROM policy.quality_rule AS q
),

rule AS (
    SELECT v.*
    FROM version AS v
    JOIN delivered.horizon AS h ON in_force(v, h.judged_date)
),

scored AS (
    SELECT q.indicator_code, count(*) AS rule_count
    FROM rule AS q
    WHERE q.table_name <> 'landing.delivery_outcome'
    GROUP BY q.indicator_code
)

SELECT
    q.rule_code,
    q.table_name,
    q.indicator_code,
    i.dimension_code,
    i.dimension,
    q.severity AS rule_severity,
    q.threshold_pct,
    q.needs_zh || ' / ' || q.needs_en AS needs,
    CASE WHEN q.table_name = 'landing.delivery_outcome' THEN 0 ELSE i.weight // s.rule_count END AS weight,
    CAST(q.rule_bit AS BIGINT) AS rule_bit,
    q.share_of IS NOT NULL AS is_shared
FROM rule AS q
JOIN quality.indicator AS i USING (indicator_code)
LEFT JOIN scored AS s USING (indicator_code)
