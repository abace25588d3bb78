-- The distributions of each resource: the files and services through which it can be had. The type follows from the
-- format that it says, else from its media type.
WITH format_type AS (
    SELECT lower(l.label) AS label, min(l.code) AS code, l.effective_from, l.effective_to, l.is_first_version
    FROM policy.code_value AS l
    WHERE l.code_list = 'format'
    GROUP BY lower(l.label), l.effective_from, l.effective_to, l.is_first_version
),

listed AS (
    SELECT s.resource_id, d.distribution_no, s.holder_code, v.delivery_date, d.item
    FROM catalog.resource AS s
    JOIN landing.delivery AS v USING (delivery_id)
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
LEFT JOIN format_type AS f ON f.label = lower(l.item['format']) AND in_force(f, l.delivery_date)
LEFT JOIN format_type AS m ON m.label = lower(l.item['media_type']) AND in_force(m, l.delivery_date)
