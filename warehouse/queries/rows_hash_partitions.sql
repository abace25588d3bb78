-- The hash of each partition written: over its groups that have rows, a line each.
SELECT
    w.table_name,
    w.partition_key,
    sha256(
        coalesce(
            string_agg(
                s.group_key || chr(9) || s.row_count || chr(9) || s.group_sha256 || chr(10), '' ORDER BY s.group_key
            ),
            ''
        )
    )
FROM written AS w
LEFT JOIN rows_state AS s
    ON s.table_name = w.table_name AND s.partition_key = w.partition_key AND s.row_count > 0
GROUP BY w.table_name, w.partition_key
