-- The columns of all forms in their order, with headings and number formats, as of the last day of the period.
SELECT c.form, c."column" AS name, coalesce(c.group_zh, '') AS group_label, c.label_zh AS label, c.number_format
FROM policy.report_column AS c
WHERE in_force(c, $period_end)
ORDER BY c.form, c.position
