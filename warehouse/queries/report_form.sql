-- The layout entry of a form as of the last day of the period: table, title, note.
SELECT f."table", f.title_zh AS title, f.note_zh AS note
FROM policy.report_form AS f
WHERE f.form = $form AND in_force(f, $period_end)
