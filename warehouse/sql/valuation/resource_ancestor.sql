-- The resources that a resource comes from: those that its record points at (关联资源代码), and those that they point at.
-- Related sets often point at each other, so further steps would soon be all of them. It is known since the first
-- delivery that points so: to deliver the catalogue again makes it no younger.
WITH standing AS (
    SELECT
        s.resource_id, s.parent_code,
        p.resource_id AS parent_id,
        d.delivery_date,
        e.delivery_date AS parent_date
    FROM (
        SELECT c.resource_id, c.holder_code, c.delivery_id, t.code AS parent_code
        FROM catalog.resource AS c, unnest(regexp_split_to_array(c.related_codes, '[;；,，、\s]+')) AS t(code)
    ) AS s
    JOIN catalog.resource AS p ON p.resource_code = s.parent_code AND p.resource_id <> s.resource_id
    JOIN landing.delivery AS d ON d.delivery_id = s.delivery_id
    JOIN landing.delivery AS e ON e.delivery_id = p.delivery_id
    -- Codes are the holder's own: another holder's is meant where the holder has none of that code.
    QUALIFY rank() OVER (
        PARTITION BY s.resource_id, s.parent_code ORDER BY CASE WHEN p.holder_code = s.holder_code THEN 0 ELSE 1 END
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
    SELECT s.resource_id, s.parent_code, min(f.delivery_date) AS known_date
    FROM standing AS s
    JOIN former AS f USING (resource_id)
    WHERE list_contains(f.parent_codes, s.parent_code)
    GROUP BY s.resource_id, s.parent_code
),

pointed AS (
    SELECT
        s.resource_id, s.parent_id,
        greatest(coalesce(r.known_date, s.delivery_date), coalesce(f.known_date, s.parent_date)) AS known_date
    FROM standing AS s
    LEFT JOIN related AS r USING (resource_id, parent_code)
    LEFT JOIN listed AS f ON f.resource_id = s.parent_id
),

reached AS (
    SELECT p.resource_id, p.parent_id, p.known_date, 1 AS step_count
    FROM pointed AS p
    UNION ALL
    SELECT p.resource_id, g.parent_id, greatest(p.known_date, g.known_date), 2
    FROM pointed AS p
    JOIN pointed AS g ON g.resource_id = p.parent_id
    WHERE g.parent_id <> p.resource_id
)

SELECT r.resource_id, r.parent_id, CAST(min(r.step_count) AS BIGINT) AS step_count, min(r.known_date) AS known_date
FROM reached AS r
GROUP BY r.resource_id, r.parent_id
