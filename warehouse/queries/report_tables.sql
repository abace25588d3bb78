-- The tables of stage report that the lake has.
SELECT s.schema_name || '.' || t.table_name AS table_name
FROM __ducklake_metadata_lake.ducklake_table AS t
JOIN __ducklake_metadata_lake.ducklake_schema AS s ON s.schema_id = t.schema_id AND s.end_snapshot IS NULL
WHERE s.schema_name = 'report' AND t.end_snapshot IS NULL
ORDER BY ALL
