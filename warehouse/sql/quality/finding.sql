-- Rows that were assessed and do not meet a rule, so many of each rule and holder (or delivery) as
-- policy/quality_limit.csv says, in the order of their keys. How many there are in all is B - A in quality.measure,
-- but of a rule with a share, which counts the rows or values behind a table or column.
WITH verdict AS (
    SELECT
        'catalog.resource' AS table_name,
        'resource' AS subject_kind,
        r.holder_code AS subject_key,
        r.resource_id AS row_key,
        r.assessed_rules - r.met_rules AS broken_rules,
        r.resource_id, r.delivery_id, r.ordinal
    FROM quality.resource_measure AS r
    UNION ALL
    SELECT
        'catalog.resource_field',
        'field',
        f.holder_code,
        f.resource_id || ' ' || f.field_no,
        f.assessed_rules - f.met_rules,
        f.resource_id, r.delivery_id, r.ordinal
    FROM quality.field_measure AS f
    JOIN catalog.resource AS r USING (resource_id)
    UNION ALL
    SELECT
        'catalog.content_table',
        'table',
        m.holder_code, m.table_id,
        m.assessed_rules - m.met_rules,
        m.resource_id, t.delivery_id, t.ordinal
    FROM quality.content_table_measure AS m
    JOIN catalog.content_table AS t USING (table_id)
    UNION ALL
    SELECT
        'catalog.content_column',
        'column',
        m.holder_code,
        m.table_id || ' ' || m.column_no,
        m.assessed_rules - m.met_rules,
        m.resource_id, c.delivery_id, c.ordinal
    FROM quality.content_column_measure AS m
    JOIN catalog.content_column AS c USING (table_id, column_no)
    UNION ALL
    SELECT
        'landing.delivery_outcome',
        'delivery',
        d.delivery_id, d.delivery_id,
        d.assessed_rules - d.met_rules,
        NULL,
        d.delivery_id,
        NULL
    FROM quality.delivery_measure AS d
)

SELECT q.rule_code, v.subject_kind, v.subject_key, v.row_key, v.resource_id, v.delivery_id, v.ordinal
FROM verdict AS v
JOIN quality.rule AS q ON q.table_name = v.table_name AND v.broken_rules & q.rule_bit > 0
CROSS JOIN delivered.horizon AS h
JOIN policy.quality_limit AS m ON m.name = 'findings_kept' AND in_force(m, h.judged_date)
WHERE v.broken_rules > 0
QUALIFY row_number() OVER (PARTITION BY q.rule_code, v.subject_key ORDER BY v.row_key) <= m.value
