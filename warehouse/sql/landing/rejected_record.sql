-- Records that break a rule of policy/delivery_column.csv: one row a violation, all violations of a record.
-- A duplicate's winner is the first valid record in file order, so that a broken first record does not take a good one with it.
WITH column_rule AS (
    SELECT
        (e.body ->> '$.kind') AS kind,
        (e.body ->> '$.column') AS column_name,
        (e.body ->> '$.label_zh') AS label_zh,
        (e.body ->> '$.value_type') AS value_type,
        (e.body ->> '$.is_required') = 'yes' AS is_required,
        (e.body ->> '$.is_strict') = 'yes' AS is_strict,
        (e.body ->> '$.code_list') AS code_list,
        coalesce((e.body ->> '$.example'), '') AS example
    FROM policy.entry AS e
    WHERE e.list_name = 'delivery_column'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

code AS (
    SELECT
        (e.body ->> '$.code_list') AS code_list,
        (e.body ->> '$.label') AS label
    FROM policy.entry AS e
    WHERE e.list_name = 'code_value'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

cell AS (
    SELECT
        r.delivery_id,
        r.ordinal,
        c.column_name,
        c.label_zh,
        c.value_type,
        c.is_required,
        c.is_strict,
        c.code_list,
        c.example,
        (r.body ->> ('$.' || c.column_name)) AS value
    FROM landing.record AS r
    JOIN column_rule AS c ON c.kind = r.kind
    WHERE r.body IS NOT NULL AND (c.is_required OR c.is_strict)
),

judged AS (
    SELECT
        c.delivery_id,
        c.ordinal,
        c.column_name,
        c.label_zh,
        c.example,
        c.value,
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
    LEFT JOIN code AS k ON k.code_list = c.code_list AND k.label = c.value
),

broken AS (
    SELECT j.delivery_id, j.ordinal, j.rule, j.column_name, j.label_zh, j.example, j.value
    FROM judged AS j
    WHERE j.rule IS NOT NULL
    UNION ALL
    SELECT r.delivery_id, r.ordinal, 'not_parsed', '', '', '', NULL
    FROM landing.record AS r
    WHERE r.body IS NULL
),

valid AS (
    SELECT r.delivery_id, r.ordinal, r.record_key
    FROM landing.record AS r
    ANTI JOIN broken AS b ON b.delivery_id = r.delivery_id AND b.ordinal = r.ordinal
),

winner AS (
    SELECT v.delivery_id, v.record_key, v.ordinal
    FROM valid AS v
    QUALIFY row_number() OVER (PARTITION BY v.delivery_id, v.record_key ORDER BY v.ordinal) = 1
),

violation AS (
    SELECT b.delivery_id, b.ordinal, b.rule, b.column_name, b.label_zh, b.example, b.value
    FROM broken AS b
    UNION ALL
    SELECT v.delivery_id, v.ordinal, 'duplicate_identifier', '', '', '', v.record_key
    FROM valid AS v
    JOIN winner AS w ON w.delivery_id = v.delivery_id AND w.record_key = v.record_key AND v.ordinal > w.ordinal
),

rule_text AS (
    SELECT
        (e.body ->> '$.rule') AS rule,
        (e.body ->> '$.severity') AS severity,
        (e.body ->> '$.message_zh') AS message_zh,
        (e.body ->> '$.message_en') AS message_en,
        (e.body ->> '$.mend_zh') AS mend_zh,
        (e.body ->> '$.mend_en') AS mend_en
    FROM policy.entry AS e
    WHERE e.list_name = 'rejection_rule'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
)

SELECT
    r.delivery_id,
    r.ordinal,
    v.rule,
    v.column_name,
    r.deliverer_code,
    r.kind,
    r.source_file,
    r.source_sha256,
    r.source_pointer,
    v.value,
    t.severity,
    replace(replace(t.message_zh, '{column}', v.label_zh), '{value}', coalesce(v.value, '')) AS message_zh,
    replace(replace(t.message_en, '{column}', v.column_name), '{value}', coalesce(v.value, '')) AS message_en,
    replace(replace(t.mend_zh, '{column}', v.label_zh), '{example}', v.example) AS mend_zh,
    replace(replace(t.mend_en, '{column}', v.column_name), '{example}', v.example) AS mend_en,
    r.raw
FROM violation AS v
JOIN landing.record AS r ON r.delivery_id = v.delivery_id AND r.ordinal = v.ordinal
JOIN rule_text AS t ON t.rule = v.rule
