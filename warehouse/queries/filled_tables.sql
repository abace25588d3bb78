-- The tables of the lake that have held rows at some time: those of which DuckLake keeps statistics.
SELECT s.schema_name || '.' || t.table_name AS table_name
FROM __ducklake_metadata_lake.ducklake_table AS t
JOIN __ducklake_metadata_lake.ducklake_schema AS s ON s.schema_id = t.schema_id
SEMI JOIN __ducklake_metadata_lake.ducklake_table_stats AS k ON k.table_id = t.table_id
WHERE t.end_snapshot IS NULL
ORDER BY ALL
