-- The groups that the partitions written have now, and which of them this commit changed. `fresh` has the groups that
-- were written, `written` the partitions and whether that is all that they have; a group that is gone has no rows.
WITH before AS (
    SELECT h.table_name, h.partition_key, h.group_key, h.row_count, h.group_sha256
    FROM audit.rows_hash AS h
    SEMI JOIN written AS w ON w.table_name = h.table_name AND w.partition_key = h.partition_key
    QUALIFY row_number() OVER (PARTITION BY h.table_name, h.partition_key, h.group_key ORDER BY h.snapshot_id DESC) = 1
),

state AS (
    SELECT
        coalesce(f.table_name, b.table_name) AS table_name,
        coalesce(f.partition_key, b.partition_key) AS partition_key,
        coalesce(f.group_key, b.group_key) AS group_key,
        b.group_key IS NULL AS is_new,
        b.row_count AS row_count_before,
        b.group_sha256 AS group_sha256_before,
        f.row_count AS row_count_fresh,
        f.group_sha256 AS group_sha256_fresh
    FROM before AS b
    FULL JOIN fresh AS f
        ON f.table_name = b.table_name AND f.partition_key = b.partition_key AND f.group_key = b.group_key
),

present AS (
    SELECT
        s.*,
        coalesce(s.row_count_fresh, CASE WHEN w.whole THEN 0 ELSE s.row_count_before END) AS row_count,
        coalesce(s.group_sha256_fresh, CASE WHEN w.whole THEN '' ELSE s.group_sha256_before END) AS group_sha256
    FROM state AS s
    JOIN written AS w ON w.table_name = s.table_name AND w.partition_key = s.partition_key
)

SELECT
    p.table_name,
    p.partition_key,
    p.group_key,
    p.row_count,
    p.group_sha256,
    p.is_new OR p.row_count <> p.row_count_before OR p.group_sha256 <> p.group_sha256_before AS is_changed
FROM present AS p
