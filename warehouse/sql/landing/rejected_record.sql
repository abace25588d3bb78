-- Records that a rule rejects, with what was delivered: one row a violation. The violations that only warn stay in
-- landing.violation.
SELECT
    v.delivery_id,
    v.ordinal,
    v.rule,
    v.column_name,
    v.deliverer_code,
    v.kind,
    v.source_file,
    v.source_sha256,
    v.source_pointer,
    v.value,
    v.severity,
    v.message_zh,
    v.message_en,
    v.mend_zh,
    v.mend_en,
    r.raw
FROM landing.violation AS v
JOIN landing.record AS r USING (delivery_id, ordinal)
WHERE v.severity = 'reject'
