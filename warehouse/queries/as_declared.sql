-- A holder's resources without fields that nothing speaks against: opened and shared as declared.
SELECT s.resource_code, s.title, a.open_access, a.share_access
FROM classification.resource_access AS a
JOIN catalog.resource AS s USING (resource_id)
WHERE s.holder_code = $holder AND a.grade = 'as_declared'
ORDER BY s.title, s.resource_code
