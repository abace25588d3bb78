-- The files that the tables of the lake consist of now, with their size in bytes; paths are below the lake's data.
SELECT
    s.schema_name || '.' || t.table_name AS table_name,
    CASE WHEN f.path_is_relative THEN s.path || t.path || f.path ELSE f.path END AS path,
    f.file_size_bytes
FROM (
    SELECT table_id, path, path_is_relative, file_size_bytes
    FROM __ducklake_metadata_lake.ducklake_data_file
    WHERE end_snapshot IS NULL
    UNION ALL
    SELECT table_id, path, path_is_relative, file_size_bytes
    FROM __ducklake_metadata_lake.ducklake_delete_file
    WHERE end_snapshot IS NULL
) AS f
JOIN __ducklake_metadata_lake.ducklake_table AS t ON t.table_id = f.table_id AND t.end_snapshot IS NULL
JOIN __ducklake_metadata_lake.ducklake_schema AS s ON s.schema_id = t.schema_id
ORDER BY ALL
