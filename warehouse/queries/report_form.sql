-- The layout entry of a report table: form, title, note.
SELECT (e.body ->> '$.form') AS form, (e.body ->> '$.title_zh') AS title, (e.body ->> '$.note_zh') AS note
FROM policy.entry AS e WHERE e.list_name = 'report_form' AND (e.body ->> '$.table') = $table
QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
