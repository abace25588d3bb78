-- The kinds of report in force on the last day of the period, in their order, with the units that belong to each.
SELECT
    k.report_kind,
    min(k.name_zh) AS kind_name,
    list(DISTINCT p.unit_code) FILTER (WHERE p.unit_code IS NOT NULL) AS unit_codes
FROM policy.report_kind AS k
LEFT JOIN report.placement AS p ON p.report_kind = k.report_kind AND p.period = $period AND p.level = 'unit'
WHERE in_force(k, $period_end)
GROUP BY k.report_kind
ORDER BY min(k.position)
