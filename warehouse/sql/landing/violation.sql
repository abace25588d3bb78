-- Every violation of every record: of the rules of policy/delivery_column.csv, of what its reader found, and
-- duplicates. What a rule is to do, reject or warn, and its words stand in policy/rejection_rule.csv; a reader's
-- rule that is not there warns. A duplicate's winner is the first record in file order that nothing else rejects,
-- so that a broken first record does not take a good one with it.
WITH cell AS (
    SELECT
        r.delivery_id, r.ordinal, d.delivery_date,
        c."column" AS column_name,
        c.label_zh, c.value_type, c.is_required, c.is_strict, c.code_list,
        coalesce(c.example, '') AS example,
        (r.body ->> ('$.' || c."column")) AS value
    FROM landing.record AS r
    JOIN landing.delivery AS d USING (delivery_id)
    JOIN policy.delivery_column AS c ON c.kind = r.kind AND in_force(c, d.delivery_date)
    WHERE r.body IS NOT NULL AND (c.is_required OR c.is_strict)
),

judged AS (
    SELECT
        c.delivery_id, c.ordinal, c.column_name, c.label_zh, c.example, c.value,
        CASE
            WHEN c.value IS NULL AND c.is_required THEN 'missing_value'
            WHEN c.value IS NULL OR NOT c.is_strict THEN NULL
            WHEN c.value_type = 'date' AND try_cast(c.value AS DATE) IS NULL THEN 'bad_date'
            WHEN c.value_type = 'month' AND NOT regexp_full_match(c.value, '\d{4}-(0[1-9]|1[0-2])') THEN 'bad_month'
            WHEN c.value_type = 'amount' AND NOT regexp_full_match(c.value, '-?\d{1,16}(\.\d{1,2})?') THEN 'bad_amount'
            WHEN c.value_type = 'integer' AND NOT regexp_full_match(c.value, '-?\d{1,9}') THEN 'bad_integer'
            WHEN c.value_type = 'code' AND k.label IS NULL THEN 'unknown_code'
        END AS rule
    FROM cell AS c
    LEFT JOIN policy.code_value AS k
        ON k.code_list = c.code_list AND k.label = c.value AND in_force(k, c.delivery_date)
),

-- Rows of field lists and the resources that they may mean: by code, or by a name that one resource alone has.
listed AS (
    SELECT
        r.delivery_id, r.ordinal, r.deliverer_code, r.source_name,
        (r.body ->> '$.identifier') AS code,
        (r.body ->> '$.title') AS title,
        (r.body ->> '$.provider_name') || '|' || (r.body ->> '$.title') AS full_name
    FROM landing.record AS r
    WHERE r.kind = 'catalog.field'
),

with_lists AS (
    SELECT DISTINCT l.deliverer_code, l.source_name
    FROM listed AS l
),

named AS (
    SELECT
        r.deliverer_code, r.source_name, r.record_key,
        (r.body ->> '$.identifier') AS code,
        (r.body ->> '$.title') AS title,
        (r.body ->> '$.provider_name') || '|' || (r.body ->> '$.title') AS full_name
    FROM landing.record AS r
    JOIN with_lists AS w USING (deliverer_code, source_name)
    WHERE r.kind = 'catalog'
),

single_title AS (
    SELECT n.deliverer_code, n.source_name, n.title
    FROM named AS n
    GROUP BY n.deliverer_code, n.source_name, n.title
    HAVING count(DISTINCT n.record_key) = 1
),

single_name AS (
    SELECT n.deliverer_code, n.source_name, n.full_name
    FROM named AS n
    GROUP BY n.deliverer_code, n.source_name, n.full_name
    HAVING count(DISTINCT n.record_key) = 1
),

unlinked AS (
    SELECT l.delivery_id, l.ordinal, coalesce(l.code, l.full_name, l.title) AS value
    FROM listed AS l
    ANTI JOIN named AS a
        ON a.deliverer_code = l.deliverer_code AND a.source_name = l.source_name AND a.code = l.code
    ANTI JOIN single_name AS b
        ON b.deliverer_code = l.deliverer_code AND b.source_name = l.source_name AND b.full_name = l.full_name
    ANTI JOIN single_title AS t
        ON t.deliverer_code = l.deliverer_code AND t.source_name = l.source_name AND t.title = l.title
),

broken AS (
    SELECT
        j.delivery_id, j.ordinal, j.rule, j.column_name, j.label_zh, j.example, j.value,
        NULL AS wanted,
        NULL AS own_message_zh,
        NULL AS own_message_en
    FROM judged AS j
    WHERE j.rule IS NOT NULL
    UNION ALL
    SELECT r.delivery_id, r.ordinal, 'not_parsed', '', '', '', NULL, NULL, NULL, NULL
    FROM landing.record AS r
    WHERE r.body IS NULL
    UNION ALL
    SELECT
        r.delivery_id, r.ordinal,
        (v.item ->> '$.rule'),
        (v.item ->> '$.column'),
        (v.item ->> '$.column'),
        '',
        (v.item ->> '$.value'),
        (v.item ->> '$.expected'),
        (v.item ->> '$.message_zh'),
        (v.item ->> '$.message_en')
    FROM landing.record AS r,
        unnest(from_json(r.violations, '["JSON"]')) AS v(item)
    WHERE r.violations IS NOT NULL
    UNION ALL
    SELECT u.delivery_id, u.ordinal, 'unlinked_field', '', '', '', u.value, NULL, NULL, NULL
    FROM unlinked AS u
),

refused AS (
    SELECT b.delivery_id, b.ordinal
    FROM broken AS b
    JOIN landing.delivery AS d USING (delivery_id)
    JOIN policy.rejection_rule AS t ON t.rule = b.rule AND in_force(t, d.delivery_date)
    WHERE t.severity = 'reject'
),

valid AS (
    SELECT r.delivery_id, r.ordinal, r.record_key
    FROM landing.record AS r
    ANTI JOIN refused AS x USING (delivery_id, ordinal)
),

winner AS (
    SELECT v.delivery_id, v.record_key, v.ordinal
    FROM valid AS v
    QUALIFY row_number() OVER (PARTITION BY v.delivery_id, v.record_key ORDER BY v.ordinal) = 1
),

found AS (
    SELECT b.*
    FROM broken AS b
    UNION ALL
    SELECT v.delivery_id, v.ordinal, 'no_identity', '', '', '', NULL, NULL, NULL, NULL
    FROM valid AS v
    WHERE v.record_key IS NULL
    UNION ALL
    SELECT v.delivery_id, v.ordinal, 'duplicate_identifier', '', '', '', v.record_key, NULL, NULL, NULL
    FROM valid AS v
    JOIN winner AS w ON w.delivery_id = v.delivery_id AND w.record_key = v.record_key AND v.ordinal > w.ordinal
),

worded AS (
    SELECT
        f.*,
        coalesce(f.value, '') AS shown,
        coalesce(f.wanted, '') AS expected,
        coalesce(t.severity, 'warn') AS severity,
        coalesce(f.own_message_zh, t.message_zh, f.rule) AS message_zh,
        coalesce(f.own_message_en, t.message_en, f.rule) AS message_en,
        t.mend_zh, t.mend_en
    FROM found AS f
    JOIN landing.delivery AS d USING (delivery_id)
    LEFT JOIN policy.rejection_rule AS t ON t.rule = f.rule AND in_force(t, d.delivery_date)
)

SELECT
    r.delivery_id,
    r.ordinal,
    w.rule,
    w.column_name,
    r.deliverer_code,
    r.kind,
    r.source_file,
    r.source_sha256,
    r.source_pointer,
    w.value,
    w.severity,
    replace(replace(replace(w.message_zh, '{column}', w.label_zh), '{expected}', w.expected), '{value}', w.shown)
        AS message_zh,
    replace(replace(replace(w.message_en, '{column}', w.column_name), '{expected}', w.expected), '{value}', w.shown)
        AS message_en,
    replace(replace(replace(w.mend_zh, '{column}', w.label_zh), '{expected}', w.expected), '{example}', w.example)
        AS mend_zh,
    replace(replace(replace(w.mend_en, '{column}', w.column_name), '{expected}', w.expected), '{example}', w.example)
        AS mend_en
FROM worded AS w
JOIN landing.record AS r USING (delivery_id, ordinal)
