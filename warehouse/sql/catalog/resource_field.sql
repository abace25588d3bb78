-- The fields (信息项) of each resource: those in its own record in the order of the catalogue, then those of field
-- lists in the order in which they came.
WITH own AS (
    SELECT s.resource_id, f.field_no, s.holder_code, f.item
    FROM catalog.resource AS s
    JOIN landing.record AS r ON r.delivery_id = s.delivery_id AND r.ordinal = s.ordinal,
        unnest(
            from_json(
                r.body -> '$.fields',
                '[{
                    "name": "VARCHAR", "english_name": "VARCHAR", "data_type": "VARCHAR", "length": "VARCHAR",
                    "is_key": "VARCHAR", "is_nullable": "VARCHAR", "description": "VARCHAR"
                }]'
            )
        ) WITH ORDINALITY AS f(item, field_no)
),

listed AS (
    SELECT
        s.resource_id,
        CAST(
            coalesce(json_array_length(o.body, '$.fields'), 0)
            + row_number() OVER (PARTITION BY s.resource_id ORDER BY l.delivery_date, l.delivery_id, l.ordinal)
            AS BIGINT
        ) AS field_no,
        s.holder_code,
        from_json(
            r.body -> '$.fields[0]',
            '{
                "name": "VARCHAR", "english_name": "VARCHAR", "data_type": "VARCHAR", "length": "VARCHAR",
                "is_key": "VARCHAR", "is_nullable": "VARCHAR", "description": "VARCHAR"
            }'
        ) AS item
    FROM catalog.listed_field AS l
    JOIN catalog.resource AS s USING (resource_id)
    JOIN landing.record AS o ON o.delivery_id = s.delivery_id AND o.ordinal = s.ordinal
    JOIN landing.record AS r ON r.delivery_id = l.delivery_id AND r.ordinal = l.ordinal
),

field AS (
    SELECT o.resource_id, o.field_no, o.holder_code, o.item
    FROM own AS o
    UNION ALL
    SELECT l.resource_id, l.field_no, l.holder_code, l.item
    FROM listed AS l
)

SELECT
    f.resource_id,
    f.field_no,
    f.holder_code,
    coalesce(f.item['name'], f.item['english_name']) AS field_name,
    f.item['english_name'] AS english_name,
    f.item['data_type'] AS data_type,
    CAST(f.item['length'] AS INTEGER) AS length,
    f.item['is_key'] AS key_label,
    f.item['is_nullable'] AS nullable_label,
    f.item['description'] AS description
FROM field AS f
