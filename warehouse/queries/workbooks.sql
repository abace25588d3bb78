-- The workbooks that policy lays out on the last day of the period.
SELECT DISTINCT s.workbook FROM policy.report_sheet AS s WHERE in_force(s, $period_end) ORDER BY s.workbook
