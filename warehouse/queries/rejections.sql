-- Files that could not be split, then records that break a rule; of one delivery, or of all.
SELECT d.deliverer_code, f.delivery_id, f.source_file, coalesce(f.place, '') AS place, f.rule, f.message_zh, f.message_en,
    f.mend_zh, f.mend_en, NULL AS raw
FROM landing.delivery_file AS f JOIN landing.delivery AS d USING (delivery_id)
WHERE f.status = 'rejected' AND ($delivery IS NULL OR f.delivery_id = $delivery)
UNION ALL
SELECT x.deliverer_code, x.delivery_id, x.source_file, x.source_pointer, x.rule, x.message_zh, x.message_en,
    x.mend_zh, x.mend_en, x.raw
FROM landing.rejected_record AS x WHERE $delivery IS NULL OR x.delivery_id = $delivery
ORDER BY ALL
