-- Why records of deliveries were rejected, as their receipts show it: a row a fault in the same words, with the places
-- where it stands first, so that a column that is missing is one row; of the records' texts the first.
SELECT
    x.delivery_id, x.source_file, x.rule, x.column_name, x.message_zh, x.message_en,
    arg_min(x.mend_zh, x.ordinal) AS mend_zh,
    arg_min(x.mend_en, x.ordinal) AS mend_en,
    count(*) AS records,
    max(x.ordinal) - min(x.ordinal) + 1 = count(*) AS is_run,
    arg_max(x.source_pointer, x.ordinal) AS last_place,
    arg_min(x.source_pointer, x.ordinal, 50) AS places,
    arg_min(x.raw, x.ordinal) AS raw
FROM landing.rejected_record AS x
WHERE list_contains($deliveries, x.delivery_id)
GROUP BY x.delivery_id, x.source_file, x.rule, x.column_name, x.message_zh, x.message_en
ORDER BY x.delivery_id, min(x.ordinal), x.rule, x.column_name, x.message_zh
