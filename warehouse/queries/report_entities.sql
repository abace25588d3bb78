-- The entities of a level in a period, with their names.
SELECT DISTINCT p.entity_code, min(p.entity_name) OVER (PARTITION BY p.entity_code) AS entity_name
FROM report.placement AS p
WHERE p.period = $period AND p.level = $level
