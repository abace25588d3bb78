-- Catalogue resources that stand now. The holder is the provider code in the record, else the organisation of that
-- name, else the holder of the delivery, else the provider's name, else the deliverer. Codes come from labels,
-- whatever system writes them; a label that is itself a code (3) says something only where policy/source_system.csv
-- names the system of the source. What was gathered and stands from another deliverer is in catalog.gathered_resource.
WITH code AS (
    SELECT
        k.code_list,
        lower(k.label) AS label,
        min(k.code) AS code,
        k.effective_from,
        k.effective_to,
        k.is_first_version
    FROM policy.code_value AS k
    GROUP BY k.code_list, lower(k.label), k.effective_from, k.effective_to, k.is_first_version
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
        r.delivery_id, r.ordinal,
        from_json(
            r.body,
            '{
                "provider_code": "VARCHAR", "provider_name": "VARCHAR", "identifier": "VARCHAR", "title": "VARCHAR",
                "abstract": "VARCHAR", "class_name": "VARCHAR", "group_name": "VARCHAR", "subgroup_name": "VARCHAR",
                "theme": "VARCHAR", "keywords": "VARCHAR", "format_type": "VARCHAR", "format": "VARCHAR",
                "share_type": "VARCHAR", "share_condition": "VARCHAR", "open_type": "VARCHAR",
                "open_condition": "VARCHAR",
                "update_cycle": "VARCHAR", "issued_date": "VARCHAR", "modified_date": "VARCHAR",
                "landing_page": "VARCHAR", "related_identifier": "VARCHAR",
                "is_series": "VARCHAR", "series_code": "VARCHAR",
                "fields": ["JSON"], "distributions": ["JSON"]
            }'
        ) AS cells
    FROM landing.record AS r
    WHERE r.kind = 'catalog'
),

-- What to look the organisation up by; NULL where the record says it. An outer join on equality alone is a hash join.
described AS (
    SELECT
        left(sha256(c.deliverer_code || '|' || c.source_name || '|' || c.record_key), 20) AS resource_id,
        c.delivery_id, c.ordinal, c.deliverer_code, c.source_name, c.record_key, c.delivery_date,
        c.default_holder_code, y.system, r.cells,
        CASE WHEN r.cells['provider_code'] IS NULL THEN r.cells['provider_name'] END AS sought_name,
        CASE
            WHEN r.cells['provider_name'] IS NULL
            THEN coalesce(r.cells['provider_code'], c.default_holder_code)
        END AS sought_code
    FROM landing.current_record AS c
    JOIN read AS r USING (delivery_id, ordinal)
    ANTI JOIN catalog.gathered_resource AS g ON g.delivery_id = c.delivery_id AND g.ordinal = c.ordinal
    LEFT JOIN policy.source_system AS y
        ON y.deliverer_code = c.deliverer_code AND y.source_name = c.source_name AND in_force(y, c.delivery_date)
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
    CAST(r.cells['issued_date'] AS DATE) AS issued_date,
    CAST(r.cells['modified_date'] AS DATE) AS modified_date,
    r.cells['landing_page'] AS landing_page,
    r.cells['related_identifier'] AS related_codes,
    coalesce(r.cells['is_series'] = 'yes', FALSE) AS is_series,
    r.cells['series_code'] AS series_code,
    CAST(coalesce(len(r.cells['fields']), 0) + coalesce(f.field_count, 0) AS BIGINT) AS field_count,
    CAST(coalesce(len(r.cells['distributions']), 0) AS BIGINT) AS distribution_count,
    r.delivery_id,
    r.ordinal
FROM described AS r
JOIN landing.delivery AS d USING (delivery_id)
LEFT JOIN named AS n ON n.name = r.sought_name
LEFT JOIN coded AS h ON h.organisation_code = r.sought_code
LEFT JOIN code AS m
    ON m.code_list = 'format'
    AND m.label = lower(coalesce(r.cells['format_type'], r.cells['format']))
    AND in_force(m, r.delivery_date)
LEFT JOIN code AS s
    ON s.code_list = 'share_type' AND s.label = lower(r.cells['share_type']) AND in_force(s, r.delivery_date)
LEFT JOIN policy.source_code AS ss
    ON ss.system = r.system
    AND ss.code_list = 'share_type'
    AND ss.source_code = r.cells['share_type']
    AND in_force(ss, r.delivery_date)
LEFT JOIN code AS p
    ON p.code_list = 'open_type' AND p.label = lower(r.cells['open_type']) AND in_force(p, r.delivery_date)
LEFT JOIN policy.source_code AS pp
    ON pp.system = r.system
    AND pp.code_list = 'open_type'
    AND pp.source_code = r.cells['open_type']
    AND in_force(pp, r.delivery_date)
LEFT JOIN code AS u
    ON u.code_list = 'update_cycle' AND u.label = lower(r.cells['update_cycle']) AND in_force(u, r.delivery_date)
LEFT JOIN policy.source_code AS uu
    ON uu.system = r.system
    AND uu.code_list = 'update_cycle'
    AND uu.source_code = r.cells['update_cycle']
    AND in_force(uu, r.delivery_date)
LEFT JOIN listed AS f USING (resource_id)
