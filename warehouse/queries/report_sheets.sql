-- The sheets of all workbooks in their order, as of the last day of the period:
-- workbook, form, name, which rows, in which order.
SELECT s.workbook, s.form, s.sheet_zh AS label, coalesce(s.shows, '') AS shows, s.order_by
FROM policy.report_sheet AS s
WHERE in_force(s, $period_end)
ORDER BY s.workbook, s.position
