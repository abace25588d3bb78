-- Which entities are below which, on the last day of the period: the level of an entity, the code of the one above,
-- its own.
SELECT DISTINCT p.level, p.parent_code, p.entity_code
FROM catalog.roll_up AS p
WHERE
    p.parent_code IS NOT NULL
    AND p.valid_from <= $period_end
    AND (p.valid_to IS NULL OR p.valid_to > $period_end)
ORDER BY ALL
