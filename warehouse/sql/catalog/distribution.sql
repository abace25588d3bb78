-- The distributions of each resource: the files and services through which it can be had.
SELECT
    s.resource_id,
    d.distribution_no,
    s.holder_code,
    (d.item ->> '$.title') AS title,
    (d.item ->> '$.format') AS format,
    (d.item ->> '$.media_type') AS media_type,
    (d.item ->> '$.access_url') AS access_url,
    (d.item ->> '$.download_url') AS download_url
FROM catalog.resource AS s
JOIN landing.record AS r ON r.delivery_id = s.delivery_id AND r.ordinal = s.ordinal,
    unnest(from_json(r.body -> '$.distributions', '["JSON"]')) WITH ORDINALITY AS d(item, distribution_no)
