-- The warnings of delivered files (readers/problems.py: WARNING), a row each.
SELECT f.delivery_id, f.source_file AS 文件, substr(n.line, length($mark) + 1) AS 警告
FROM landing.delivery_file AS f, unnest(string_split(f.notes, chr(10))) AS n(line)
WHERE starts_with(n.line, $mark) AND list_contains($deliveries, f.delivery_id)
ORDER BY f.delivery_id, f.file_no
