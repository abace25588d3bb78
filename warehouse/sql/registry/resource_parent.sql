-- The resources that a resource points at as those that it comes from: in the catalogue (关联资源代码), or in evidence
-- about it (来源资源代码). A code is the holder's own; another holder's resource is meant where the holder has none of it.
WITH named AS (
    SELECT c.resource_id, c.holder_code, 'catalog' AS named_in, t.code, c.delivery_id, c.ordinal
    FROM catalog.resource AS c, unnest(regexp_split_to_array(c.related_codes, '[;；,，、\s]+')) AS t(code)
    UNION ALL
    SELECT s.resource_id, s.holder_code, 'evidence', t.code, e.delivery_id, e.ordinal
    FROM catalog.resource AS s
    JOIN delivered.evidence AS e USING (holder_code, resource_code),
        unnest(regexp_split_to_array(e.parent_codes, '[;；,，、\s]+')) AS t(code)
),

pointed AS (
    SELECT
        n.resource_id, n.named_in, n.delivery_id, n.ordinal,
        p.resource_id AS parent_id,
        greatest(d.delivery_date, e.delivery_date) AS known_date
    FROM named AS n
    JOIN catalog.resource AS p ON p.resource_code = n.code AND p.resource_id <> n.resource_id
    JOIN landing.delivery AS d ON d.delivery_id = n.delivery_id
    JOIN landing.delivery AS e ON e.delivery_id = p.delivery_id
    QUALIFY rank() OVER (
        PARTITION BY n.resource_id, n.code ORDER BY CASE WHEN p.holder_code = n.holder_code THEN 0 ELSE 1 END
    ) = 1
)

SELECT
    p.resource_id,
    p.parent_id,
    p.named_in,
    p.known_date,
    p.delivery_id,
    p.ordinal
FROM pointed AS p
QUALIFY row_number() OVER (
    PARTITION BY p.resource_id, p.parent_id ORDER BY p.known_date, p.named_in, p.delivery_id, p.ordinal
) = 1
