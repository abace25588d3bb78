-- Catalogue resources that stand now. The holder is the provider code in the record, else the organisation of that name,
-- else the holder of the delivery, else the provider's name, else the deliverer.
WITH code AS (
    SELECT (e.body ->> '$.code_list') AS code_list, (e.body ->> '$.label') AS label, (e.body ->> '$.code') AS code
    FROM policy.entry AS e
    WHERE e.list_name = 'code_value'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

named AS (
    SELECT o.name, o.organisation_code
    FROM catalog.organisation AS o
    QUALIFY row_number() OVER (PARTITION BY o.name ORDER BY o.valid_from DESC, o.organisation_code) = 1
),

coded AS (
    SELECT o.organisation_code, o.name
    FROM catalog.organisation AS o
    QUALIFY row_number() OVER (PARTITION BY o.organisation_code ORDER BY o.valid_from DESC) = 1
)

SELECT
    left(sha256(c.deliverer_code || '|' || c.source_name || '|' || c.record_key), 20) AS resource_id,
    coalesce(
        (r.body ->> '$.provider_code'),
        n.organisation_code,
        d.holder_code,
        (r.body ->> '$.provider_name'),
        c.deliverer_code
    ) AS holder_code,
    coalesce(
        (r.body ->> '$.provider_name'),
        h.name,
        (r.body ->> '$.provider_code'),
        c.default_holder_code
    ) AS holder_name,
    c.deliverer_code,
    c.source_name,
    coalesce((r.body ->> '$.identifier'), c.record_key) AS resource_code,
    (r.body ->> '$.title') AS title,
    (r.body ->> '$.abstract') AS abstract,
    (r.body ->> '$.class_name') AS class_name,
    (r.body ->> '$.group_name') AS group_name,
    coalesce((r.body ->> '$.theme'), (r.body ->> '$.subgroup_name')) AS theme,
    (r.body ->> '$.keywords') AS keywords,
    coalesce((r.body ->> '$.format_type'), (r.body ->> '$.format')) AS format,
    s.code AS share_type,
    (r.body ->> '$.share_type') AS share_type_label,
    p.code AS open_type,
    (r.body ->> '$.open_type') AS open_type_label,
    u.code AS update_cycle,
    (r.body ->> '$.update_cycle') AS update_cycle_label,
    try_cast((r.body ->> '$.issued_date') AS DATE) AS issued_date,
    try_cast((r.body ->> '$.modified_date') AS DATE) AS modified_date,
    (r.body ->> '$.landing_page') AS landing_page,
    CAST(coalesce(json_array_length(r.body, '$.fields'), 0) AS BIGINT) AS field_count,
    CAST(coalesce(json_array_length(r.body, '$.distributions'), 0) AS BIGINT) AS distribution_count,
    c.delivery_id,
    c.ordinal
FROM landing.current_record AS c
JOIN landing.record AS r ON r.delivery_id = c.delivery_id AND r.ordinal = c.ordinal
JOIN landing.delivery AS d ON d.delivery_id = c.delivery_id
LEFT JOIN named AS n ON n.name = (r.body ->> '$.provider_name') AND (r.body ->> '$.provider_code') IS NULL
LEFT JOIN coded AS h
    ON h.organisation_code = coalesce((r.body ->> '$.provider_code'), c.default_holder_code)
    AND (r.body ->> '$.provider_name') IS NULL
LEFT JOIN code AS s ON s.code_list = 'share_type' AND s.label = (r.body ->> '$.share_type')
LEFT JOIN code AS p ON p.code_list = 'open_type' AND p.label = (r.body ->> '$.open_type')
LEFT JOIN code AS u ON u.code_list = 'update_cycle' AND u.label = (r.body ->> '$.update_cycle')
WHERE c.kind = 'catalog'
