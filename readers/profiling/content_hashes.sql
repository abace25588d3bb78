-- Keyed hashes of a column's values, the $most first of them in their order: two columns of one home can be compared by them, and columns
-- that have more keep the same part of what they share.
SELECT left(sha256($key || chr(0) || d.value), 16) AS hash
FROM distinct_value AS d
WHERE d.column_no = $column_no AND NOT list_contains($placeholders, lower(d.value))
ORDER BY hash
LIMIT $most
