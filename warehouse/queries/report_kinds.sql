-- The kinds of report that an entity has units of, with their names, in their order.
SELECT
    p.report_kind,
    coalesce(min(k.name_zh), '不列入报告的单位') AS kind_name
FROM report.placement AS p
LEFT JOIN policy.report_kind AS k ON k.report_kind = p.report_kind AND in_force(k, $period_end)
WHERE p.period = $period AND p.level = $level AND p.entity_code = $code
GROUP BY p.report_kind
ORDER BY coalesce(min(k.position), 9), p.report_kind
