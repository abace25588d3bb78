-- The groups that partitions have by their commits so far; `written` has the partitions.
SELECT h.table_name, h.partition_key, h.group_key, h.row_count, h.group_sha256
FROM audit.rows_hash AS h
SEMI JOIN written AS w ON w.table_name = h.table_name AND w.partition_key = h.partition_key
QUALIFY row_number() OVER (PARTITION BY h.table_name, h.partition_key, h.group_key ORDER BY h.snapshot_id DESC) = 1
