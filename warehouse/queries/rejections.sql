-- Deliveries that a person refused, files that could not be split, warnings of files, then records that a rule
-- rejects, then warnings: of each rule and place how many records, with the first of them. Of one delivery, or of all.
SELECT 'reject' AS severity, d.deliverer_code, d.delivery_id, d.source_file, '' AS place, 'refused' AS rule,
    CAST(NULL AS BIGINT) AS records, d.status_reason AS message_zh, d.status_reason AS message_en, '改正后重新交付' AS mend_zh,
    'mend it and deliver again' AS mend_en, NULL AS raw
FROM landing.delivery AS d WHERE d.status = 'refused' AND ($delivery IS NULL OR d.delivery_id = $delivery)
UNION ALL
SELECT 'reject' AS severity, d.deliverer_code, f.delivery_id, f.source_file, coalesce(f.place, '') AS place, f.rule,
    CAST(NULL AS BIGINT) AS records, f.message_zh, f.message_en, f.mend_zh, f.mend_en, NULL AS raw
FROM landing.delivery_file AS f JOIN landing.delivery AS d USING (delivery_id)
WHERE f.status = 'rejected' AND ($delivery IS NULL OR f.delivery_id = $delivery)
UNION ALL
SELECT 'warn' AS severity, d.deliverer_code, f.delivery_id, f.source_file, '' AS place, 'file_warning' AS rule,
    CAST(NULL AS BIGINT) AS records, substr(n.line, length($mark) + 1) AS message_zh, '' AS message_en, '' AS mend_zh,
    '' AS mend_en, NULL AS raw
FROM landing.delivery_file AS f
JOIN landing.delivery AS d USING (delivery_id), unnest(string_split(f.notes, chr(10))) AS n(line)
WHERE starts_with(n.line, $mark) AND ($delivery IS NULL OR f.delivery_id = $delivery)
UNION ALL
SELECT
    'reject',
    x.deliverer_code,
    x.delivery_id,
    x.source_file,
    x.source_pointer,
    x.rule,
    1,
    x.message_zh,
    x.message_en,
    x.mend_zh, x.mend_en, x.raw
FROM landing.rejected_record AS x WHERE $delivery IS NULL OR x.delivery_id = $delivery
UNION ALL
SELECT 'warn', v.deliverer_code, v.delivery_id, v.source_file,
    arg_min(v.source_pointer, row(v.ordinal, v.column_name)), v.rule, count(DISTINCT v.ordinal),
    arg_min(v.message_zh, row(v.ordinal, v.column_name)),
    arg_min(v.message_en, row(v.ordinal, v.column_name)), arg_min(v.mend_zh, row(v.ordinal, v.column_name)),
    arg_min(v.mend_en, row(v.ordinal, v.column_name)), NULL
FROM landing.violation AS v WHERE v.severity = 'warn' AND ($delivery IS NULL OR v.delivery_id = $delivery)
GROUP BY v.deliverer_code, v.delivery_id, v.source_file, v.rule, regexp_replace(v.column_name, '/[0-9]+', '/*', 'g')
ORDER BY ALL
