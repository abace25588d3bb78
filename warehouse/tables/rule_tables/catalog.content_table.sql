SELECT
    t.table_id,
    t.deliverer_code,
    t.source_name,
    t.holder_code,
    t.content_name,
    t.title,
    t.resource_id,
    t.link_method,
    t.link_confidence_pct,
    t.has_header,
    t.data_row_count,
    t.column_count,
    t.duplicate_row_count,
    t.ragged_row_count,
    t.unnamed_column_count,
    t.delivery_date,
    t.delivery_id,
    t.ordinal,
    f.declared_field_count,
    f.declared_field_count - coalesce(g.found_field_count, 0) AS missing_field_count,
    CAST((p.body ->> '$.row_count') AS BIGINT) AS prior_row_count,
    CAST((p.body ->> '$.column_count') AS BIGINT) AS prior_column_count,
    k.constraint_count,
    k.broken_constraint_count,
    l.reference_count,
    l.broken_reference_count,
    y.max_lag_days,
    n.judged_date AS newest_delivery_date
FROM catalog.content_table AS t
LEFT JOIN catalog.resource AS s ON s.resource_id = t.resource_id
LEFT JOIN (
    SELECT d.resource_id, count(*) AS declared_field_count
    FROM catalog.resource_field AS d
    GROUP BY d.resource_id
) AS f ON f.resource_id = t.resource_id
LEFT JOIN (
    SELECT c.table_id, count(DISTINCT c.field_no) AS found_field_count
    FROM catalog.content_column AS c
    GROUP BY c.table_id
) AS g ON g.table_id = t.table_id
LEFT JOIN (
    SELECT
        b.table_id,
        count(b.broken_cell_count) AS constraint_count,
        count(*) FILTER (WHERE b.broken_cell_count > 0) AS broken_constraint_count
    FROM catalog.content_constraint AS b
    GROUP BY b.table_id
) AS k ON k.table_id = t.table_id
LEFT JOIN (
    SELECT
        b.table_id,
        count(*) AS reference_count,
        count(*) FILTER (WHERE b.missing_value_count > 0) AS broken_reference_count
    FROM catalog.content_reference AS b
    GROUP BY b.table_id
) AS l ON l.table_id = t.table_id
LEFT JOIN landing.record_change AS h ON h.delivery_id = t.delivery_id AND h.ordinal = t.ordinal
LEFT JOIN landing.record AS p ON p.delivery_id = h.prior_delivery_id AND p.ordinal = h.prior_ordinal
CROSS JOIN delivered.horizon AS n
LEFT JOIN policy.update_cycle_lag AS y ON y.update_cycle = s.update_cycle AND in_force(y, n.judged_date)
