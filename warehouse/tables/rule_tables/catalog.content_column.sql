SELECT
    c.table_id,
    c.column_no,
    c.holder_code,
    c.resource_id,
    c.field_no,
    c.heading,
    c.value_type,
    c.data_type,
    c.declared_type,
    c.key_label,
    c.nullable_label,
    c.data_row_count,
    c.filled_count,
    c.placeholder_count,
    c.distinct_count,
    c.near_duplicate_count,
    c.wide_count,
    c.garbled_count,
    c.min_length,
    c.max_length,
    c.delivery_id,
    c.ordinal,
    f.declared_field_count,
    v.checked_code_count,
    v.checked_code_count - v.valid_code_count AS invalid_code_count,
    CAST((p.body ->> '$.row_count') AS BIGINT) AS prior_row_count,
    CAST((p.body ->> '$.filled_count') AS BIGINT) AS prior_filled_count,
    CAST((p.body ->> '$.distinct_count') AS BIGINT) AS prior_distinct_count
FROM catalog.content_column AS c
LEFT JOIN (
    SELECT d.resource_id, count(*) AS declared_field_count
    FROM catalog.resource_field AS d
    GROUP BY d.resource_id
) AS f ON f.resource_id = c.resource_id
LEFT JOIN (
    SELECT e.table_id, e.column_no, e.judged_count AS checked_code_count, e.matched_count AS valid_code_count
    FROM catalog.content_evidence AS e
    WHERE e.has_checksum AND e.detection = 'confirmed'
    QUALIFY row_number() OVER (PARTITION BY e.table_id, e.column_no ORDER BY e.matched_count DESC, e.detector) = 1
) AS v ON v.table_id = c.table_id AND v.column_no = c.column_no
LEFT JOIN landing.record_change AS h ON h.delivery_id = c.delivery_id AND h.ordinal = c.ordinal
LEFT JOIN landing.record AS p ON p.delivery_id = h.prior_delivery_id AND p.ordinal = h.prior_ordinal
