-- The names of fields that nothing grades (待定级), once a holder: one decision on the name (holder||name) grades the
-- fields of that name in all its resources.
SELECT
    f.holder_code,
    f.field_name,
    count(*) AS covered_field_count,
    count(DISTINCT f.resource_id) AS covered_resource_count,
    min(s.title) AS example_title
FROM classification.field_grade AS f
JOIN catalog.resource AS s USING (resource_id)
WHERE f.grade = 'ungraded' AND f.field_name IS NOT NULL
GROUP BY f.holder_code, f.field_name
