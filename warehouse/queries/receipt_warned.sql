-- The warnings of deliveries, as their receipts show them: of each rule and place (any item of a list) how many
-- records, and the first.
SELECT delivery_id, source_file AS 文件, rule AS 规则, regexp_replace(column_name, '/[0-9]+', '/*', 'g') AS 栏目,
    count(DISTINCT ordinal) AS 记录数, arg_min(source_pointer, row(ordinal, column_name)) AS 首条位置,
    arg_min(message_zh, row(ordinal, column_name)) AS 说明,
    arg_min(message_en, row(ordinal, column_name)) AS message, arg_min(mend_zh, row(ordinal, column_name)) AS 改正方法,
    arg_min(mend_en, row(ordinal, column_name)) AS mend
FROM landing.violation WHERE severity = 'warn' AND list_contains($deliveries, delivery_id)
GROUP BY ALL ORDER BY 记录数 DESC, 文件, 规则, 栏目
