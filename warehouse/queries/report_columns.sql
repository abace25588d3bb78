-- The columns of a form in their order, with headings and number formats, as of the last day of the period.
SELECT c."column" AS name, coalesce(c.group_zh, '') AS group_label, c.label_zh AS label, c.number_format
FROM policy.report_column AS c
WHERE c.form = $form AND in_force(c, $period_end)
ORDER BY c.position
