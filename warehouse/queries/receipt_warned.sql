-- The warnings of deliveries, as their receipts show them: of each rule and column (any item of a list) one row, with
-- the places where it stands first; of their words the first.
WITH warning AS (
    SELECT
        v.delivery_id, v.ordinal, v.source_file, v.source_pointer, v.rule, v.column_name, v.severity, v.message_zh,
        v.message_en, v.mend_zh, v.mend_en
    FROM landing.violation AS v
    UNION ALL
    SELECT
        u.delivery_id, u.ordinal, u.source_file, u.source_pointer, u.rule, u.column_name, u.severity, u.message_zh,
        u.message_en, u.mend_zh, u.mend_en
    FROM landing.unauthorised AS u
    UNION ALL
    SELECT
        c.delivery_id, c.ordinal, c.source_file, c.source_pointer, c.rule, c.column_name, c.severity, c.message_zh,
        c.message_en, c.mend_zh, c.mend_en
    FROM landing.contested_line AS c
),

-- A record breaks a rule in several items of a list, and is one record.
placed AS (
    SELECT
        w.delivery_id, w.source_file, w.rule, w.ordinal, w.source_pointer,
        regexp_replace(w.column_name, '/[0-9]+', '/*', 'g') AS column_name,
        arg_min(w.message_zh, w.column_name) AS message_zh,
        arg_min(w.message_en, w.column_name) AS message_en,
        arg_min(w.mend_zh, w.column_name) AS mend_zh,
        arg_min(w.mend_en, w.column_name) AS mend_en
    FROM warning AS w
    WHERE w.severity = 'warn' AND list_contains($deliveries, w.delivery_id)
    GROUP BY ALL
)

SELECT
    p.delivery_id, p.source_file, p.rule, p.column_name,
    arg_min(p.message_zh, p.ordinal) AS message_zh,
    arg_min(p.message_en, p.ordinal) AS message_en,
    arg_min(p.mend_zh, p.ordinal) AS mend_zh,
    arg_min(p.mend_en, p.ordinal) AS mend_en,
    count(*) AS records,
    max(p.ordinal) - min(p.ordinal) + 1 = count(*) AS is_run,
    arg_max(p.source_pointer, p.ordinal) AS last_place,
    arg_min(p.source_pointer, p.ordinal, 50) AS places,
    NULL AS raw
FROM placed AS p
GROUP BY p.delivery_id, p.source_file, p.rule, p.column_name
ORDER BY p.delivery_id, records DESC, p.source_file, p.rule, p.column_name
