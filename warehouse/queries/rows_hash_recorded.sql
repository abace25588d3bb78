-- The groups of rows that each partition has by its commits.
WITH latest AS (
    SELECT h.table_name, h.partition_key, h.group_key, h.row_count, h.group_sha256
    FROM audit.rows_hash AS h
    QUALIFY row_number() OVER (PARTITION BY h.table_name, h.partition_key, h.group_key ORDER BY h.snapshot_id DESC) = 1
)

SELECT l.table_name, l.partition_key, l.group_key, l.row_count, l.group_sha256
FROM latest AS l
WHERE l.row_count > 0
