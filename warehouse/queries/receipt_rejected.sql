-- The rejected records of deliveries, as their receipts show them.
SELECT delivery_id, source_file AS 文件, source_pointer AS 位置, rule AS 规则, message_zh AS 说明, message_en AS message,
    mend_zh AS 改正方法, mend_en AS mend, raw AS 原文
FROM landing.rejected_record WHERE list_contains($deliveries, delivery_id) ORDER BY ordinal, rule, column_name
