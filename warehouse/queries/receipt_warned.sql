-- The warnings of records of deliveries, as receipts and `shuzhang rejected` show them: of each rule and column (any
-- item of a list) one row, with the places where it stands first; of their words the first. Of a rule that more columns
-- of a file break than anybody reads one by one there is one row, which counts them and names the first.
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

told AS (
    SELECT w.* REPLACE (regexp_replace(w.column_name, '/[0-9]+', '/*', 'g') AS column_name)
    FROM warning AS w
    WHERE w.severity = 'warn' AND list_contains($deliveries, w.delivery_id)
),

wide AS (
    SELECT
        t.delivery_id, t.source_file, t.rule,
        count(DISTINCT t.column_name) AS column_count,
        array_to_string(list_sort(list(DISTINCT t.column_name))[:5], '、') AS first_columns
    FROM told AS t
    GROUP BY t.delivery_id, t.source_file, t.rule
    HAVING count(DISTINCT t.column_name) > $most_columns
),

-- A record breaks a rule in several items of a list, and is one record.
placed AS (
    SELECT
        t.delivery_id, t.source_file, t.rule, t.ordinal, t.source_pointer,
        CASE WHEN w.rule IS NULL THEN t.column_name ELSE '' END AS column_name,
        arg_min(t.message_zh, t.column_name) AS message_zh,
        arg_min(t.message_en, t.column_name) AS message_en,
        arg_min(t.mend_zh, t.column_name) AS mend_zh,
        arg_min(t.mend_en, t.column_name) AS mend_en
    FROM told AS t
    LEFT JOIN wide AS w USING (delivery_id, source_file, rule)
    GROUP BY ALL
),

found AS (
    SELECT
        p.delivery_id, p.source_file, p.rule, p.column_name,
        arg_min(p.message_zh, p.ordinal) AS message_zh,
        arg_min(p.message_en, p.ordinal) AS message_en,
        arg_min(p.mend_zh, p.ordinal) AS mend_zh,
        arg_min(p.mend_en, p.ordinal) AS mend_en,
        count(*) AS records,
        max(p.ordinal) - min(p.ordinal) + 1 = count(*) AS is_run,
        arg_max(p.source_pointer, p.ordinal) AS last_place,
        arg_min(p.source_pointer, p.ordinal, 50) AS places
    FROM placed AS p
    GROUP BY p.delivery_id, p.source_file, p.rule, p.column_name
)

SELECT
    f.delivery_id, f.source_file, f.rule, f.column_name,
    f.message_zh || coalesce('；同类提示共 ' || w.column_count || ' 列：' || w.first_columns || ' 等', '') AS message_zh,
    f.message_en || coalesce('; in ' || w.column_count || ' columns in all, ' || w.first_columns || ' first', '')
        AS message_en,
    f.mend_zh, f.mend_en, f.records, f.is_run, f.last_place, f.places,
    NULL AS raw
FROM found AS f
LEFT JOIN wide AS w USING (delivery_id, source_file, rule)
ORDER BY f.delivery_id, f.records DESC, f.source_file, f.rule, f.column_name
