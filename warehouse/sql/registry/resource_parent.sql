-- The resources that a resource points at as those that it comes from: in the catalogue (关联资源代码), or in evidence
-- about it (来源资源代码). A code is the holder's own; another holder's resource is meant where the holder has none of it.
-- It is known since the first delivery that points so: to deliver the catalogue again makes it no younger.
WITH named AS (
    SELECT c.resource_id, c.holder_code, 'catalog' AS named_in, t.code, c.delivery_id, c.ordinal
    FROM catalog.resource AS c, unnest(regexp_split_to_array(c.related_codes, '[;；,，、\s]+')) AS t(code)
    UNION ALL
    SELECT s.resource_id, s.holder_code, 'evidence', t.code, e.delivery_id, e.ordinal
    FROM catalog.resource AS s
    JOIN delivered.evidence AS e USING (holder_code, resource_code),
        unnest(regexp_split_to_array(e.parent_codes, '[;；,，、\s]+')) AS t(code)
),

standing AS (
    SELECT
        n.resource_id, n.named_in, n.code, n.delivery_id, n.ordinal,
        p.resource_id AS parent_id,
        d.delivery_date,
        e.delivery_date AS parent_date
    FROM named AS n
    JOIN catalog.resource AS p ON p.resource_code = n.code AND p.resource_id <> n.resource_id
    JOIN landing.delivery AS d ON d.delivery_id = n.delivery_id
    JOIN landing.delivery AS e ON e.delivery_id = p.delivery_id
    QUALIFY rank() OVER (
        PARTITION BY n.resource_id, n.code ORDER BY CASE WHEN p.holder_code = n.holder_code THEN 0 ELSE 1 END
    ) = 1
),

former AS (
    SELECT
        left(sha256(c.deliverer_code || '|' || c.source_name || '|' || c.record_key), 20) AS resource_id,
        d.delivery_date,
        regexp_split_to_array((r.body ->> '$.related_identifier'), '[;；,，、\s]+') AS parent_codes
    FROM landing.record_change AS c
    JOIN landing.delivery AS d ON d.delivery_id = c.prior_delivery_id
    JOIN landing.record AS r ON r.delivery_id = c.prior_delivery_id AND r.ordinal = c.prior_ordinal
    WHERE c.kind = 'catalog' AND r.kind = 'catalog'
),

listed AS (
    SELECT f.resource_id, min(f.delivery_date) AS known_date
    FROM former AS f
    GROUP BY f.resource_id
),

related AS (
    SELECT s.resource_id, s.code, min(f.delivery_date) AS known_date
    FROM standing AS s
    JOIN former AS f USING (resource_id)
    WHERE list_contains(f.parent_codes, s.code)
    GROUP BY s.resource_id, s.code
),

pointed AS (
    SELECT
        s.resource_id, s.parent_id, s.named_in, s.delivery_id, s.ordinal,
        greatest(coalesce(r.known_date, s.delivery_date), coalesce(f.known_date, s.parent_date)) AS known_date
    FROM standing AS s
    LEFT JOIN related AS r USING (resource_id, code)
    LEFT JOIN listed AS f ON f.resource_id = s.parent_id
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
