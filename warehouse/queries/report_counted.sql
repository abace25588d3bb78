-- The entities of every level of a report of a month, with their names and the units of its kind that count in them.
SELECT
    p.level,
    p.entity_code,
    min(p.entity_name) AS entity_name,
    list(DISTINCT p.unit_code ORDER BY p.unit_code) AS unit_codes
FROM report.placement AS p
WHERE p.period = $period AND p.report_kind = $report_kind
GROUP BY p.level, p.entity_code
ORDER BY p.level, p.entity_code
