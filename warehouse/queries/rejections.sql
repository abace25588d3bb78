-- Deliveries that a person refused, files that could not be split, warnings of files, and records that a rule rejects.
-- Of one delivery, or of all. Warnings of records are asked by receipt_warned.sql.
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
ORDER BY ALL
