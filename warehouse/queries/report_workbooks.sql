-- The workbooks whose forms are part of a report, in its order.
SELECT s.workbook
FROM policy.report_sheet AS s
JOIN policy.report_form AS f ON f.form = s.form AND in_force(f, $period_end)
WHERE f.report_order IS NOT NULL AND in_force(s, $period_end)
GROUP BY s.workbook
ORDER BY min(f.report_order), s.workbook
