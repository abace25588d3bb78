SELECT
    r.resource_id,
    r.holder_code,
    r.holder_name,
    r.deliverer_code,
    r.source_name,
    r.resource_code,
    r.title,
    r.abstract,
    r.class_name,
    r.group_name,
    r.theme,
    r.keywords,
    r.related_codes,
    r.format,
    r.format_type,
    r.share_type,
    r.share_type_label,
    r.share_condition,
    r.open_type,
    r.open_type_label,
    r.open_condition,
    r.update_cycle,
    r.update_cycle_label,
    r.issued_date,
    r.modified_date,
    r.landing_page,
    r.is_series,
    r.series_code,
    r.field_count,
    r.distribution_count,
    r.delivery_id,
    r.ordinal,
    coalesce(b.body ->> '$.issued_date', b.body ->> '$.unread.issued_date') AS issued_text,
    coalesce(b.body ->> '$.modified_date', b.body ->> '$.unread.modified_date') AS modified_text,
    d.delivery_date,
    c.max_lag_days,
    o.name AS registered_name,
    count(*) OVER (PARTITION BY r.holder_code, r.title) AS same_title_count,
    count(*) OVER (PARTITION BY r.holder_code, r.resource_code) AS same_code_count
FROM catalog.resource AS r
JOIN landing.record AS b ON b.delivery_id = r.delivery_id AND b.ordinal = r.ordinal
JOIN landing.delivery AS d ON d.delivery_id = r.delivery_id
CROSS JOIN delivered.horizon AS h
LEFT JOIN policy.update_cycle_lag AS c ON c.update_cycle = r.update_cycle AND in_force(c, h.judged_date)
LEFT JOIN (
    SELECT g.organisation_code, g.name
    FROM catalog.organisation AS g
    QUALIFY row_number() OVER (PARTITION BY g.organisation_code ORDER BY g.valid_from DESC) = 1
) AS o ON o.organisation_code = r.holder_code
