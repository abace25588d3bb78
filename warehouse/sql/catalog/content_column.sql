-- The columns of the delivered tables that stand, with what they contain, each beside the field that the catalogue declares under its name.
-- Whatever the share of policy/content_limit.csv has in common is the type of a column's values; what stands for nothing is not counted.
WITH limits AS (
    SELECT CAST((e.body ->> '$.value') AS BIGINT) AS type_share_pct
    FROM policy.entry AS e
    WHERE e.list_name = 'content_limit' AND e.entry_key = 'type_share_pct'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

type_pattern AS (
    SELECT
        CAST((e.body ->> '$.position') AS INTEGER) AS position,
        (e.body ->> '$.pattern') AS pattern,
        (e.body ->> '$.value_type') AS value_type
    FROM policy.entry AS e
    WHERE e.list_name = 'declared_type'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

field AS (
    SELECT
        f.resource_id,
        f.field_no,
        lower(regexp_replace(n.name, '[\s*＊]+', '', 'g')) AS name,
        f.data_type,
        f.key_label,
        f.nullable_label
    FROM catalog.resource_field AS f, unnest([f.field_name, f.english_name]) AS n(name)
    WHERE n.name IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY f.resource_id, lower(regexp_replace(n.name, '[\s*＊]+', '', 'g')) ORDER BY f.field_no
    ) = 1
),

delivered AS (
    SELECT
        t.table_id,
        t.resource_id,
        t.holder_code,
        c.delivery_id,
        c.ordinal,
        (r.body ->> '$.heading') AS heading,
        lower(regexp_replace((r.body ->> '$.heading'), '[\s*＊]+', '', 'g')) AS name,
        try_cast((r.body ->> '$.column_no') AS BIGINT) AS column_no,
        try_cast((r.body ->> '$.row_count') AS BIGINT) AS data_row_count,
        try_cast((r.body ->> '$.filled_count') AS BIGINT) AS filled_count,
        coalesce(try_cast((r.body ->> '$.placeholder_count') AS BIGINT), 0) AS placeholder_count,
        try_cast((r.body ->> '$.distinct_count') AS BIGINT) AS distinct_count,
        coalesce(try_cast((r.body ->> '$.near_duplicate_count') AS BIGINT), 0) AS near_duplicate_count,
        coalesce(try_cast((r.body ->> '$.wide_count') AS BIGINT), 0) AS wide_count,
        coalesce(try_cast((r.body ->> '$.garbled_count') AS BIGINT), 0) AS garbled_count,
        coalesce(try_cast((r.body ->> '$.date_count') AS BIGINT), 0) AS date_count,
        coalesce(try_cast((r.body ->> '$.boolean_count') AS BIGINT), 0) AS boolean_count,
        coalesce(try_cast((r.body ->> '$.integer_count') AS BIGINT), 0) AS integer_count,
        coalesce(try_cast((r.body ->> '$.decimal_count') AS BIGINT), 0) AS decimal_count,
        try_cast((r.body ->> '$.min_length') AS BIGINT) AS min_length,
        try_cast((r.body ->> '$.max_length') AS BIGINT) AS max_length,
        (r.body ->> '$.min_number') AS min_number,
        (r.body ->> '$.max_number') AS max_number,
        (r.body ->> '$.min_date') AS min_date,
        (r.body ->> '$.max_date') AS max_date,
        (r.body -> '$.patterns') AS value_patterns,
        (r.body -> '$.top_values') AS top_values
    FROM landing.current_record AS c
    JOIN landing.record AS r ON r.delivery_id = c.delivery_id AND r.ordinal = c.ordinal
    JOIN catalog.content_table AS t
        ON t.table_id = left(sha256(c.deliverer_code || '|' || c.source_name || '|' || (r.body ->> '$.table_name') || '|'), 20)
    WHERE r.kind = 'content.column'
),

-- Of the forms that a declared type has, the first that its label matches; by column, so that no other field has part in it.
declared AS (
    SELECT d.table_id, d.column_no, p.value_type
    FROM delivered AS d
    JOIN field AS f ON f.resource_id = d.resource_id AND f.name = d.name
    JOIN type_pattern AS p ON regexp_matches(f.data_type, p.pattern, 'i')
    QUALIFY row_number() OVER (PARTITION BY d.table_id, d.column_no ORDER BY p.position) = 1
),

typed AS (
    SELECT
        d.*,
        CASE
            WHEN d.filled_count = d.placeholder_count THEN 'empty'
            WHEN d.date_count * 100 >= m.type_share_pct * (d.filled_count - d.placeholder_count) THEN 'date'
            WHEN d.boolean_count * 100 >= m.type_share_pct * (d.filled_count - d.placeholder_count) THEN 'boolean'
            WHEN d.integer_count * 100 >= m.type_share_pct * (d.filled_count - d.placeholder_count) THEN 'integer'
            WHEN (d.integer_count + d.decimal_count) * 100 >= m.type_share_pct * (d.filled_count - d.placeholder_count)
            THEN 'decimal'
            ELSE 'text'
        END AS value_type
    FROM delivered AS d
    CROSS JOIN limits AS m
)

SELECT
    d.table_id,
    d.column_no,
    d.holder_code,
    d.resource_id,
    f.field_no,
    d.heading,
    d.value_type,
    f.data_type,
    k.value_type AS declared_type,
    f.key_label,
    f.nullable_label,
    d.data_row_count,
    d.filled_count,
    d.placeholder_count,
    d.distinct_count,
    d.near_duplicate_count,
    d.wide_count,
    d.garbled_count,
    d.min_length,
    d.max_length,
    CASE d.value_type
        WHEN 'date' THEN d.min_date
        WHEN 'integer' THEN d.min_number
        WHEN 'decimal' THEN d.min_number
    END AS min_value,
    CASE d.value_type
        WHEN 'date' THEN d.max_date
        WHEN 'integer' THEN d.max_number
        WHEN 'decimal' THEN d.max_number
    END AS max_value,
    d.value_patterns,
    d.top_values,
    d.delivery_id,
    d.ordinal
FROM typed AS d
LEFT JOIN field AS f ON f.resource_id = d.resource_id AND f.name = d.name
LEFT JOIN declared AS k ON k.table_id = d.table_id AND k.column_no = d.column_no
