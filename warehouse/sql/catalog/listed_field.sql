-- The rows of field lists (信息项清单) that stand, each linked to the resource of the same deliverer and source that it
-- names: by code, else by provider and name, else by name. A name that several resources have links to none.
WITH listed AS (
    SELECT
        c.delivery_id, c.ordinal, c.deliverer_code, c.source_name, c.delivery_date,
        (r.body ->> '$.identifier') AS code,
        (r.body ->> '$.title') AS title,
        (r.body ->> '$.provider_name') AS provider_name
    FROM landing.current_record AS c
    JOIN landing.record AS r USING (delivery_id, ordinal)
    WHERE r.kind = 'catalog.field'
),

with_lists AS (
    SELECT DISTINCT l.deliverer_code, l.source_name
    FROM listed AS l
),

named AS (
    SELECT
        left(sha256(c.deliverer_code || '|' || c.source_name || '|' || c.record_key), 20) AS resource_id,
        c.deliverer_code, c.source_name,
        (r.body ->> '$.identifier') AS code,
        (r.body ->> '$.title') AS title,
        (r.body ->> '$.provider_name') AS provider_name
    FROM landing.current_record AS c
    JOIN with_lists AS w USING (deliverer_code, source_name)
    JOIN landing.record AS r USING (delivery_id, ordinal)
    WHERE r.kind = 'catalog'
),

of_provider AS (
    SELECT n.deliverer_code, n.source_name, n.provider_name, n.title, min(n.resource_id) AS resource_id
    FROM named AS n
    WHERE n.provider_name IS NOT NULL
    GROUP BY n.deliverer_code, n.source_name, n.provider_name, n.title
    HAVING count(*) = 1
),

of_title AS (
    SELECT n.deliverer_code, n.source_name, n.title, min(n.resource_id) AS resource_id
    FROM named AS n
    GROUP BY n.deliverer_code, n.source_name, n.title
    HAVING count(*) = 1
)

SELECT
    l.delivery_id,
    l.ordinal,
    l.delivery_date,
    coalesce(a.resource_id, b.resource_id, t.resource_id) AS resource_id,
    CASE
        WHEN a.resource_id IS NOT NULL THEN 'code'
        WHEN b.resource_id IS NOT NULL THEN 'provider_and_name'
        WHEN t.resource_id IS NOT NULL THEN 'name'
        ELSE 'none'
    END AS linked_by,
    l.code AS resource_code,
    l.title
FROM listed AS l
LEFT JOIN named AS a USING (deliverer_code, source_name, code)
LEFT JOIN of_provider AS b
    ON b.deliverer_code = l.deliverer_code
    AND b.source_name = l.source_name
    AND b.provider_name = l.provider_name
    AND b.title = l.title
LEFT JOIN of_title AS t ON t.deliverer_code = l.deliverer_code AND t.source_name = l.source_name AND t.title = l.title
