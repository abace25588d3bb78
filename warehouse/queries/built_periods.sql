-- The periods that the lake has: those of which a table was built and not taken back, which leaves no model on record.
WITH last AS (
    SELECT m.table_name, m.partition_key, max_by(m.sql_sha256, m.snapshot_id) AS sql_sha256
    FROM audit.materialization AS m
    WHERE m.partition_key <> ''
    GROUP BY ALL
)

SELECT DISTINCT l.partition_key
FROM last AS l
WHERE l.sql_sha256 <> ''
ORDER BY l.partition_key
