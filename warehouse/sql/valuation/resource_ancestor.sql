-- The resources that a resource comes from: those that it points at (`registry.resource_parent`), and those that they
-- point at. Related sets often point at each other, so further steps would soon be all of them.
WITH reached AS (
    SELECT p.resource_id, p.parent_id, p.known_date, 1 AS step_count
    FROM registry.resource_parent AS p
    UNION ALL
    SELECT p.resource_id, g.parent_id, greatest(p.known_date, g.known_date), 2
    FROM registry.resource_parent AS p
    JOIN registry.resource_parent AS g ON g.resource_id = p.parent_id
    WHERE g.parent_id <> p.resource_id
)

SELECT r.resource_id, r.parent_id, CAST(min(r.step_count) AS BIGINT) AS step_count, min(r.known_date) AS known_date
FROM reached AS r
GROUP BY r.resource_id, r.parent_id
