-- What stands in the lake now: tables, views and macros, as DROP calls them, with the snapshot that made each.
-- DuckDB's own list of tables counts their rows, which takes ten times as long, and it has no macros of a DuckLake.
SELECT 'TABLE' AS object_type, s.schema_name, t.table_name AS object_name, t.begin_snapshot
FROM __ducklake_metadata_lake.ducklake_table AS t
JOIN __ducklake_metadata_lake.ducklake_schema AS s ON s.schema_id = t.schema_id
WHERE t.end_snapshot IS NULL
UNION ALL
SELECT 'VIEW', s.schema_name, v.view_name, v.begin_snapshot
FROM __ducklake_metadata_lake.ducklake_view AS v
JOIN __ducklake_metadata_lake.ducklake_schema AS s ON s.schema_id = v.schema_id
WHERE v.end_snapshot IS NULL
UNION ALL
SELECT DISTINCT
    CASE WHEN i.type = 'table' THEN 'MACRO TABLE' ELSE 'MACRO' END, s.schema_name, m.macro_name, m.begin_snapshot
FROM __ducklake_metadata_lake.ducklake_macro AS m
JOIN __ducklake_metadata_lake.ducklake_macro_impl AS i ON i.macro_id = m.macro_id
JOIN __ducklake_metadata_lake.ducklake_schema AS s ON s.schema_id = m.schema_id
WHERE m.end_snapshot IS NULL
ORDER BY ALL
