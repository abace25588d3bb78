-- The tables of the lake that have held rows at some time, those of which DuckLake keeps statistics, with the rows that
-- their files have now.
SELECT
    s.schema_name || '.' || t.table_name AS table_name,
    CAST(coalesce(sum(f.record_count), 0) AS BIGINT) AS row_count
FROM __ducklake_metadata_lake.ducklake_table AS t
JOIN __ducklake_metadata_lake.ducklake_schema AS s ON s.schema_id = t.schema_id
SEMI JOIN __ducklake_metadata_lake.ducklake_table_stats AS k ON k.table_id = t.table_id
LEFT JOIN __ducklake_metadata_lake.ducklake_data_file AS f ON f.table_id = t.table_id AND f.end_snapshot IS NULL
WHERE t.end_snapshot IS NULL
GROUP BY ALL
ORDER BY ALL
