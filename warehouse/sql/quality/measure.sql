-- What the rules come to, X = A / B (GB/T 36344): A meet the rule, B were assessed. Resources, fields, tables and
-- columns by holder, deliveries each for itself. Rows with the same verdicts are counted first, so that each rule
-- asks of a few sorts of rows; B is 0 where none has what the rule needs, and the rule is not assessed there. A rule
-- with a share counts the rows or values behind a table or column.
WITH verdict AS (
    SELECT
        'catalog.resource' AS table_name,
        'resource' AS subject_kind,
        r.holder_code AS subject_key,
        r.assessed_rules, r.met_rules
    FROM quality.resource_measure AS r
    UNION ALL
    SELECT 'catalog.resource_field', 'field', f.holder_code, f.assessed_rules, f.met_rules
    FROM quality.field_measure AS f
    UNION ALL
    SELECT 'catalog.content_table', 'table', t.holder_code, t.assessed_rules, t.met_rules
    FROM quality.content_table_measure AS t
    UNION ALL
    SELECT 'catalog.content_column', 'column', c.holder_code, c.assessed_rules, c.met_rules
    FROM quality.content_column_measure AS c
    UNION ALL
    SELECT 'landing.delivery_outcome', 'delivery', d.delivery_id, d.assessed_rules, d.met_rules
    FROM quality.delivery_measure AS d
),

sort AS (
    SELECT v.table_name, v.subject_kind, v.subject_key, v.assessed_rules, v.met_rules, count(*) AS n
    FROM verdict AS v
    GROUP BY v.table_name, v.subject_kind, v.subject_key, v.assessed_rules, v.met_rules
),

counted AS (
    SELECT
        s.table_name, s.subject_kind, s.subject_key, b.rule_bit,
        CAST(coalesce(sum(CASE WHEN s.met_rules & b.rule_bit > 0 THEN s.n END), 0) AS BIGINT) AS numerator,
        CAST(coalesce(sum(CASE WHEN s.assessed_rules & b.rule_bit > 0 THEN s.n END), 0) AS BIGINT) AS denominator
    FROM sort AS s
    JOIN quality.rule AS b USING (table_name)
    GROUP BY s.table_name, s.subject_kind, s.subject_key, b.rule_bit
),

-- Of a rule with a share, the rows or values count that stand behind a table or column.
shared AS (
    SELECT
        m.table_name, m.holder_code, m.rule_bit,
        CAST(sum(m.met_count) AS BIGINT) AS numerator,
        CAST(sum(m.assessed_count) AS BIGINT) AS denominator
    FROM quality.share_measure AS m
    GROUP BY m.table_name, m.holder_code, m.rule_bit
),

compared AS (
    SELECT
        q.rule_code, c.subject_kind, c.subject_key, q.indicator_code, q.dimension, q.rule_severity, q.threshold_pct,
        q.needs,
        CASE WHEN q.is_shared THEN coalesce(m.numerator, 0) ELSE c.numerator END AS numerator,
        CASE WHEN q.is_shared THEN coalesce(m.denominator, 0) ELSE c.denominator END AS denominator
    FROM counted AS c
    JOIN quality.rule AS q USING (table_name, rule_bit)
    LEFT JOIN shared AS m
        ON m.table_name = c.table_name AND m.holder_code = c.subject_key AND m.rule_bit = c.rule_bit
)

SELECT
    c.rule_code,
    c.subject_kind,
    c.subject_key,
    c.indicator_code,
    c.dimension,
    c.rule_severity,
    c.numerator,
    c.denominator,
    c.threshold_pct,
    CASE WHEN c.denominator > 0 THEN c.numerator * 100 >= c.threshold_pct * c.denominator END AS is_passed,
    CASE WHEN c.denominator = 0 THEN c.needs END AS not_assessed_reason
FROM compared AS c
