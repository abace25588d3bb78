-- The entities of every level on the last day of the period, with their names and the units that count in them.
SELECT
    p.level,
    p.entity_code,
    min(p.entity_name) AS entity_name,
    list(DISTINCT p.unit_code ORDER BY p.unit_code) AS unit_codes
FROM catalog.roll_up AS p
WHERE p.valid_from <= $period_end AND (p.valid_to IS NULL OR p.valid_to > $period_end)
GROUP BY p.level, p.entity_code
ORDER BY p.level, p.entity_code
