-- The columns of a form in their order, with headings and number formats.
SELECT (e.body ->> '$.column') AS name, coalesce((e.body ->> '$.group_zh'), '') AS group_label,
    (e.body ->> '$.label_zh') AS label, (e.body ->> '$.number_format') AS number_format
FROM policy.entry AS e WHERE e.list_name = 'report_column' AND (e.body ->> '$.form') = $form
QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
ORDER BY CAST((e.body ->> '$.position') AS INTEGER)
