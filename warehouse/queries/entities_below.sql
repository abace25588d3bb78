-- Which entities of a report are below which in a period: the report, the level of an entity, the code of the one
-- above, its own.
SELECT DISTINCT p.report_kind, p.level, p.parent_code, p.entity_code
FROM report.placement AS p
WHERE p.period = $period AND p.parent_code IS NOT NULL
ORDER BY ALL
