-- The distributions of each resource: the files and services through which it can be had. The type follows from the format that it says,
-- else from its media type.
WITH label AS (
    SELECT lower((e.body ->> '$.label')) AS label, (e.body ->> '$.code') AS code
    FROM policy.entry AS e
    WHERE e.list_name = 'code_value' AND (e.body ->> '$.code_list') = 'format'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

format_type AS (
    SELECT l.label, min(l.code) AS code
    FROM label AS l
    GROUP BY l.label
),

listed AS (
    SELECT s.resource_id, d.distribution_no, s.holder_code, d.item
    FROM catalog.resource AS s
    JOIN landing.record AS r ON r.delivery_id = s.delivery_id AND r.ordinal = s.ordinal,
        unnest(
            from_json(
                r.body -> '$.distributions',
                '[{
                    "title": "VARCHAR", "format": "VARCHAR", "media_type": "VARCHAR", "access_url": "VARCHAR",
                    "download_url": "VARCHAR"
                }]'
            )
        ) WITH ORDINALITY AS d(item, distribution_no)
)

SELECT
    l.resource_id,
    l.distribution_no,
    l.holder_code,
    l.item['title'] AS title,
    l.item['format'] AS format,
    coalesce(f.code, m.code) AS format_type,
    l.item['media_type'] AS media_type,
    l.item['access_url'] AS access_url,
    l.item['download_url'] AS download_url
FROM listed AS l
LEFT JOIN format_type AS f ON f.label = lower(l.item['format'])
LEFT JOIN format_type AS m ON m.label = lower(l.item['media_type'])
