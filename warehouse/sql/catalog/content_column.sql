-- The columns of the delivered tables that stand, with what they contain, each beside the field that the catalogue
-- declares under its name. Whatever the share of policy/content_limit.csv has in common is the type of a column's
-- values; what stands for nothing is not counted.
WITH field AS (
    SELECT
        f.resource_id, f.field_no,
        lower(regexp_replace(n.name, '[\s*＊]+', '', 'g')) AS name,
        f.data_type, f.key_label, f.nullable_label
    FROM catalog.resource_field AS f, unnest([f.field_name, f.english_name]) AS n(name)
    WHERE n.name IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY f.resource_id, lower(regexp_replace(n.name, '[\s*＊]+', '', 'g')) ORDER BY f.field_no
    ) = 1
),

column_record AS (
    SELECT
        t.table_id, t.resource_id, t.holder_code, t.delivery_date, c.delivery_id, c.ordinal,
        from_json(
            r.body,
            '{
                "heading": "VARCHAR", "column_no": "BIGINT", "row_count": "BIGINT", "filled_count": "BIGINT",
                "placeholder_count": "BIGINT", "distinct_count": "BIGINT", "near_duplicate_count": "BIGINT",
                "wide_count": "BIGINT", "garbled_count": "BIGINT", "date_count": "BIGINT", "boolean_count": "BIGINT",
                "integer_count": "BIGINT", "decimal_count": "BIGINT", "min_length": "BIGINT", "max_length": "BIGINT",
                "min_number": "VARCHAR", "max_number": "VARCHAR", "min_date": "VARCHAR", "max_date": "VARCHAR",
                "patterns": "JSON", "top_values": "JSON"
            }'
        ) AS cells
    FROM landing.current_record AS c
    JOIN landing.record AS r USING (delivery_id, ordinal)
    JOIN catalog.content_table AS t
        ON t.table_id = left(
            sha256(c.deliverer_code || '|' || c.source_name || '|' || (r.body ->> '$.table_name') || '|'), 20
        )
    WHERE r.kind = 'content.column'
),

named AS (
    SELECT
        d.*,
        lower(regexp_replace(d.cells['heading'], '[\s*＊]+', '', 'g')) AS name,
        d.cells['filled_count'] - coalesce(d.cells['placeholder_count'], 0) AS value_count
    FROM column_record AS d
),

-- Of the forms that a declared type has, the first that its label matches; by column, so that no other field has
-- part in it.
declared AS (
    SELECT d.table_id, d.cells['column_no'] AS column_no, p.value_type
    FROM named AS d
    JOIN field AS f USING (resource_id, name)
    JOIN policy.declared_type AS p ON in_force(p, d.delivery_date) AND regexp_matches(f.data_type, p.pattern, 'i')
    QUALIFY row_number() OVER (PARTITION BY d.table_id, d.cells['column_no'] ORDER BY p.position) = 1
),

typed AS (
    SELECT
        d.*,
        CASE
            WHEN d.value_count = 0 THEN 'empty'
            WHEN coalesce(d.cells['date_count'], 0) * 100 >= m.value * d.value_count THEN 'date'
            WHEN coalesce(d.cells['boolean_count'], 0) * 100 >= m.value * d.value_count THEN 'boolean'
            WHEN coalesce(d.cells['integer_count'], 0) * 100 >= m.value * d.value_count THEN 'integer'
            WHEN
                (coalesce(d.cells['integer_count'], 0) + coalesce(d.cells['decimal_count'], 0)) * 100
                >= m.value * d.value_count
            THEN 'decimal'
            ELSE 'text'
        END AS value_type
    FROM named AS d
    JOIN policy.content_limit AS m ON m.name = 'type_share_pct' AND in_force(m, d.delivery_date)
)

SELECT
    d.table_id,
    d.cells['column_no'] AS column_no,
    d.holder_code,
    d.resource_id,
    f.field_no,
    d.cells['heading'] AS heading,
    d.value_type,
    f.data_type,
    k.value_type AS declared_type,
    f.key_label,
    f.nullable_label,
    d.cells['row_count'] AS data_row_count,
    d.cells['filled_count'] AS filled_count,
    coalesce(d.cells['placeholder_count'], 0) AS placeholder_count,
    d.cells['distinct_count'] AS distinct_count,
    coalesce(d.cells['near_duplicate_count'], 0) AS near_duplicate_count,
    coalesce(d.cells['wide_count'], 0) AS wide_count,
    coalesce(d.cells['garbled_count'], 0) AS garbled_count,
    d.cells['min_length'] AS min_length,
    d.cells['max_length'] AS max_length,
    CASE d.value_type
        WHEN 'date' THEN d.cells['min_date']
        WHEN 'integer' THEN d.cells['min_number']
        WHEN 'decimal' THEN d.cells['min_number']
    END AS min_value,
    CASE d.value_type
        WHEN 'date' THEN d.cells['max_date']
        WHEN 'integer' THEN d.cells['max_number']
        WHEN 'decimal' THEN d.cells['max_number']
    END AS max_value,
    d.cells['patterns'] AS value_patterns,
    d.cells['top_values'] AS top_values,
    d.delivery_id,
    d.ordinal
FROM typed AS d
LEFT JOIN field AS f USING (resource_id, name)
LEFT JOIN declared AS k ON k.table_id = d.table_id AND k.column_no = d.cells['column_no']
