-- The files of deliveries, as their receipts show them.
SELECT delivery_id, source_file AS 文件, source_sha256 AS "SHA-256", size_bytes AS 字节数, format AS 格式, encoding AS 编码,
    record_count AS 记录数, status AS 状态, rule AS 规则, place AS 位置, message_zh AS 说明, message_en AS message,
    mend_zh AS 改正方法, mend_en AS mend, notes AS 备注
FROM landing.delivery_file WHERE list_contains($deliveries, delivery_id) ORDER BY file_no
