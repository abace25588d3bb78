-- The layout entry of a form: table, title, note.
SELECT (e.body ->> '$.table') AS "table", (e.body ->> '$.title_zh') AS title, (e.body ->> '$.note_zh') AS note
FROM policy.entry AS e WHERE e.list_name = 'report_form' AND (e.body ->> '$.form') = $form
QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
