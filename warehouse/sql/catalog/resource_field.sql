-- The fields (信息项) of each resource, in the order of the catalogue.
SELECT
    s.resource_id,
    f.field_no,
    s.holder_code,
    coalesce((f.item ->> '$.name'), (f.item ->> '$.english_name')) AS field_name,
    (f.item ->> '$.english_name') AS english_name,
    (f.item ->> '$.data_type') AS data_type,
    try_cast((f.item ->> '$.length') AS INTEGER) AS length,
    (f.item ->> '$.is_key') AS key_label,
    (f.item ->> '$.is_nullable') AS nullable_label,
    (f.item ->> '$.description') AS description
FROM catalog.resource AS s
JOIN landing.record AS r ON r.delivery_id = s.delivery_id AND r.ordinal = s.ordinal,
    unnest(from_json(r.body -> '$.fields', '["JSON"]')) WITH ORDINALITY AS f(item, field_no)
