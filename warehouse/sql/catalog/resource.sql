-- Catalogue resources that stand now. The holder is the provider code in the record, else the organisation of that name,
-- else the holder of the delivery, else the provider's name, else the deliverer. Codes come from labels, whatever system writes them;
-- a label that is itself a code (3) says something only where policy/source_system.csv names the system of the source.
WITH label AS (
    SELECT (e.body ->> '$.code_list') AS code_list, lower((e.body ->> '$.label')) AS label, (e.body ->> '$.code') AS code
    FROM policy.entry AS e
    WHERE e.list_name = 'code_value'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

code AS (
    SELECT l.code_list, l.label, min(l.code) AS code
    FROM label AS l
    GROUP BY l.code_list, l.label
),

system AS (
    SELECT
        (e.body ->> '$.deliverer_code') AS deliverer_code,
        (e.body ->> '$.source_name') AS source_name,
        (e.body ->> '$.system') AS system
    FROM policy.entry AS e
    WHERE e.list_name = 'source_system'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

source_code AS (
    SELECT
        (e.body ->> '$.system') AS system,
        (e.body ->> '$.code_list') AS code_list,
        (e.body ->> '$.source_code') AS source_code,
        (e.body ->> '$.code') AS code
    FROM policy.entry AS e
    WHERE e.list_name = 'source_code'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

digit AS (
    SELECT y.deliverer_code, y.source_name, k.code_list, k.source_code, k.code
    FROM system AS y
    JOIN source_code AS k ON k.system = y.system
),

listed AS (
    SELECT f.resource_id, count(*) AS field_count
    FROM catalog.listed_field AS f
    WHERE f.resource_id IS NOT NULL
    GROUP BY f.resource_id
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
),

-- All that is asked of a record, in one pass over its text.
read AS (
    SELECT
        r.delivery_id,
        r.ordinal,
        from_json(
            r.body,
            '{
                "provider_code": "VARCHAR", "provider_name": "VARCHAR", "identifier": "VARCHAR", "title": "VARCHAR",
                "abstract": "VARCHAR", "class_name": "VARCHAR", "group_name": "VARCHAR", "subgroup_name": "VARCHAR",
                "theme": "VARCHAR", "keywords": "VARCHAR", "format_type": "VARCHAR", "format": "VARCHAR",
                "share_type": "VARCHAR", "share_condition": "VARCHAR", "open_type": "VARCHAR", "open_condition": "VARCHAR", "update_cycle": "VARCHAR", "issued_date": "VARCHAR",
                "modified_date": "VARCHAR", "landing_page": "VARCHAR", "fields": ["JSON"], "distributions": ["JSON"]
            }'
        ) AS cells
    FROM landing.record AS r
    WHERE r.kind = 'catalog'
),

-- What to look the organisation up by; NULL where the record says it. An outer join on equality alone is a hash join.
described AS (
    SELECT
        left(sha256(c.deliverer_code || '|' || c.source_name || '|' || c.record_key), 20) AS resource_id,
        c.delivery_id,
        c.ordinal,
        c.deliverer_code,
        c.source_name,
        c.record_key,
        c.default_holder_code,
        r.cells,
        CASE WHEN r.cells['provider_code'] IS NULL THEN r.cells['provider_name'] END AS sought_name,
        CASE
            WHEN r.cells['provider_name'] IS NULL
            THEN coalesce(r.cells['provider_code'], c.default_holder_code)
        END AS sought_code
    FROM landing.current_record AS c
    JOIN read AS r ON r.delivery_id = c.delivery_id AND r.ordinal = c.ordinal
    WHERE c.kind = 'catalog'
)

SELECT
    r.resource_id,
    coalesce(
        r.cells['provider_code'],
        n.organisation_code,
        d.holder_code,
        r.cells['provider_name'],
        r.deliverer_code
    ) AS holder_code,
    coalesce(
        r.cells['provider_name'],
        h.name,
        r.cells['provider_code'],
        r.default_holder_code
    ) AS holder_name,
    r.deliverer_code,
    r.source_name,
    coalesce(r.cells['identifier'], r.record_key) AS resource_code,
    r.cells['title'] AS title,
    r.cells['abstract'] AS abstract,
    r.cells['class_name'] AS class_name,
    r.cells['group_name'] AS group_name,
    coalesce(r.cells['theme'], r.cells['subgroup_name']) AS theme,
    r.cells['keywords'] AS keywords,
    coalesce(r.cells['format_type'], r.cells['format']) AS format,
    m.code AS format_type,
    coalesce(ss.code, s.code) AS share_type,
    r.cells['share_type'] AS share_type_label,
    r.cells['share_condition'] AS share_condition,
    coalesce(pp.code, p.code) AS open_type,
    r.cells['open_type'] AS open_type_label,
    r.cells['open_condition'] AS open_condition,
    coalesce(uu.code, u.code) AS update_cycle,
    r.cells['update_cycle'] AS update_cycle_label,
    try_cast(r.cells['issued_date'] AS DATE) AS issued_date,
    try_cast(r.cells['modified_date'] AS DATE) AS modified_date,
    r.cells['landing_page'] AS landing_page,
    CAST(coalesce(len(r.cells['fields']), 0) + coalesce(f.field_count, 0) AS BIGINT) AS field_count,
    CAST(coalesce(len(r.cells['distributions']), 0) AS BIGINT) AS distribution_count,
    r.delivery_id,
    r.ordinal
FROM described AS r
JOIN landing.delivery AS d ON d.delivery_id = r.delivery_id
LEFT JOIN named AS n ON n.name = r.sought_name
LEFT JOIN coded AS h ON h.organisation_code = r.sought_code
LEFT JOIN code AS m ON m.code_list = 'format' AND m.label = lower(coalesce(r.cells['format_type'], r.cells['format']))
LEFT JOIN code AS s ON s.code_list = 'share_type' AND s.label = lower(r.cells['share_type'])
LEFT JOIN digit AS ss
    ON ss.deliverer_code = r.deliverer_code
    AND ss.source_name = r.source_name
    AND ss.code_list = 'share_type'
    AND ss.source_code = r.cells['share_type']
LEFT JOIN code AS p ON p.code_list = 'open_type' AND p.label = lower(r.cells['open_type'])
LEFT JOIN digit AS pp
    ON pp.deliverer_code = r.deliverer_code
    AND pp.source_name = r.source_name
    AND pp.code_list = 'open_type'
    AND pp.source_code = r.cells['open_type']
LEFT JOIN code AS u ON u.code_list = 'update_cycle' AND u.label = lower(r.cells['update_cycle'])
LEFT JOIN digit AS uu
    ON uu.deliverer_code = r.deliverer_code
    AND uu.source_name = r.source_name
    AND uu.code_list = 'update_cycle'
    AND uu.source_code = r.cells['update_cycle']
LEFT JOIN listed AS f ON f.resource_id = r.resource_id
