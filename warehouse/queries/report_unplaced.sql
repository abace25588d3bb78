-- Corrections of totals of a report that name an entity without units in it, so that they change nothing.
SELECT c.correction_no, c.corrected_level_label, c.corrected_code
FROM report.correction AS c
WHERE c.period = $period AND c.level = 'unplaced' AND c.report_kind = $kind
ORDER BY c.correction_no
