-- A holder's names to grade, those that cover most fields first.
SELECT n.field_name, n.covered_field_count, n.covered_resource_count, n.example_title
FROM classification.ungraded_name AS n
WHERE n.holder_code = $holder
ORDER BY n.covered_field_count DESC, n.field_name
