-- Records that a rule rejects, with what was delivered: one row a violation. The violations that only warn stay in
-- the tables that they are from.
WITH violation AS (
    SELECT
        v.delivery_id, v.ordinal, v.rule, v.column_name, v.value, v.severity, v.message_zh, v.message_en, v.mend_zh,
        v.mend_en
    FROM landing.violation AS v
    UNION ALL
    SELECT
        u.delivery_id, u.ordinal, u.rule, u.column_name, u.value, u.severity, u.message_zh, u.message_en, u.mend_zh,
        u.mend_en
    FROM landing.unauthorised AS u
    UNION ALL
    SELECT
        c.delivery_id, c.ordinal, c.rule, c.column_name, c.value, c.severity, c.message_zh, c.message_en, c.mend_zh,
        c.mend_en
    FROM landing.contested_line AS c
)

SELECT
    v.delivery_id,
    v.ordinal,
    v.rule,
    v.column_name,
    r.deliverer_code,
    r.kind,
    r.source_file,
    r.source_sha256,
    r.source_pointer,
    v.value,
    v.severity,
    v.message_zh,
    v.message_en,
    v.mend_zh,
    v.mend_en,
    r.raw
FROM violation AS v
JOIN landing.record AS r USING (delivery_id, ordinal)
WHERE v.severity = 'reject'
