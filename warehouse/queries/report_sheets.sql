-- The sheets of a workbook in their order, as of the last day of the period: form, name, which rows, in which order.
SELECT s.form, s.sheet_zh AS label, coalesce(s.shows, '') AS shows, s.order_by
FROM policy.report_sheet AS s
WHERE s.workbook = $workbook AND in_force(s, $period_end)
ORDER BY s.position
