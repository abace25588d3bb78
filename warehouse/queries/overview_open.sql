-- The resources that may be opened; of all others the title may be what must not be told.
SELECT
    r.title,
    r.resource_code,
    r.holder_name,
    a.grade_label,
    CASE a.open_access WHEN 'unconditional' THEN '无条件开放' ELSE '受限开放' END AS open_access,
    r.update_cycle_label,
    a.open_measures
FROM classification.resource_access AS a
JOIN catalog.resource AS r USING (resource_id)
WHERE a.open_access IN ('unconditional', 'conditional') AND a.confidential_term IS NULL
ORDER BY a.open_access DESC, r.holder_name, r.resource_code, r.resource_id
