-- Rows that were assessed and do not meet a rule, so many of each rule and holder (or delivery) as policy/quality_limit.csv
-- says, in the order of their keys. How many there are in all is B - A in quality.measure.
WITH broken AS (
    SELECT
        q.rule_code,
        'resource' AS subject_kind,
        r.holder_code AS subject_key,
        r.resource_id AS row_key,
        r.resource_id,
        r.delivery_id,
        r.ordinal
    FROM quality.resource_measure AS r
    JOIN quality.rule AS q
        ON q.table_name = 'catalog.resource' AND (r.assessed_rules - r.met_rules) & q.rule_bit > 0
    UNION ALL
    SELECT
        q.rule_code,
        'field' AS subject_kind,
        f.holder_code AS subject_key,
        f.resource_id || ' ' || f.field_no AS row_key,
        f.resource_id,
        r.delivery_id,
        r.ordinal
    FROM quality.field_measure AS f
    JOIN quality.rule AS q
        ON q.table_name = 'catalog.resource_field' AND (f.assessed_rules - f.met_rules) & q.rule_bit > 0
    JOIN catalog.resource AS r ON r.resource_id = f.resource_id
    UNION ALL
    SELECT
        q.rule_code,
        'table' AS subject_kind,
        m.holder_code AS subject_key,
        m.table_id AS row_key,
        m.resource_id,
        t.delivery_id,
        t.ordinal
    FROM quality.content_table_measure AS m
    JOIN quality.rule AS q
        ON q.table_name = 'catalog.content_table' AND (m.assessed_rules - m.met_rules) & q.rule_bit > 0
    JOIN catalog.content_table AS t ON t.table_id = m.table_id
    UNION ALL
    SELECT
        q.rule_code,
        'column' AS subject_kind,
        m.holder_code AS subject_key,
        m.table_id || ' ' || m.column_no AS row_key,
        m.resource_id,
        c.delivery_id,
        c.ordinal
    FROM quality.content_column_measure AS m
    JOIN quality.rule AS q
        ON q.table_name = 'catalog.content_column' AND (m.assessed_rules - m.met_rules) & q.rule_bit > 0
    JOIN catalog.content_column AS c ON c.table_id = m.table_id AND c.column_no = m.column_no
    UNION ALL
    SELECT
        q.rule_code,
        'delivery' AS subject_kind,
        d.delivery_id AS subject_key,
        d.delivery_id AS row_key,
        NULL AS resource_id,
        d.delivery_id,
        NULL AS ordinal
    FROM quality.delivery_measure AS d
    JOIN quality.rule AS q
        ON q.table_name = 'landing.delivery_outcome' AND (d.assessed_rules - d.met_rules) & q.rule_bit > 0
)

SELECT b.rule_code, b.subject_kind, b.subject_key, b.row_key, b.resource_id, b.delivery_id, b.ordinal
FROM broken AS b
CROSS JOIN delivered.horizon AS h
JOIN policy.quality_limit AS m ON m.name = 'findings_kept' AND in_force(m, h.judged_date)
QUALIFY row_number() OVER (PARTITION BY b.rule_code, b.subject_key ORDER BY b.row_key) <= m.value
