-- The layout entries of all forms as of the last day of the period: form, table, title, note.
SELECT f.form, f."table", f.title_zh AS title, f.note_zh AS note
FROM policy.report_form AS f
WHERE in_force(f, $period_end)
ORDER BY f.form
