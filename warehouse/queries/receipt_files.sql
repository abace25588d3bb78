-- The files of deliveries, as their receipts show them.
SELECT
    f.delivery_id, f.source_file, f.source_sha256, f.size_bytes, f.format, f.encoding, f.record_count, f.status, f.rule,
    f.place, f.message_zh, f.message_en, f.mend_zh, f.mend_en, f.notes
FROM landing.delivery_file AS f
WHERE list_contains($deliveries, f.delivery_id)
ORDER BY f.delivery_id, f.file_no
