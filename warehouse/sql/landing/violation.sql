-- Every violation of every record: of the rules of policy/delivery_column.csv, of what its reader found, and
-- duplicates. What a rule is to do, reject or warn, and its words stand in policy/rejection_rule.csv; a reader's
-- rule that is not there warns. A duplicate's winner is the first record in file order that nothing else rejects,
-- so that a broken first record does not take a good one with it. What a reader could not take as a value of its
-- type stands under `unread`; whether a value is plausible is said here, by policy/plausible_bound.csv. A body is
-- opened once, however many columns are asked of it.
WITH opened AS (
    SELECT
        r.delivery_id, r.ordinal, r.kind, d.delivery_date,
        from_json(r.body, '"MAP(VARCHAR, VARCHAR)"') AS said
    FROM landing.record AS r
    JOIN landing.delivery AS d USING (delivery_id)
    WHERE r.body IS NOT NULL
),

filled AS (
    SELECT
        o.delivery_id, o.ordinal, o.delivery_date,
        c."column" AS column_name,
        c.label_zh, c.value_type, c.is_required, c.is_strict, c.code_list,
        coalesce(c.example, '') AS example,
        o.said[c."column"] AS value,
        (o.said['unread'] ->> c."column") AS unread
    FROM opened AS o
    JOIN policy.delivery_column AS c ON c.kind = o.kind AND in_force(c, o.delivery_date)
    WHERE c.is_required OR c.is_strict OR c.value_type NOT IN ('text', 'code')
),

-- Those that a rule may be about: nothing is asked of text that is there, nor of what is not there and need not be.
cell AS (
    SELECT f.*
    FROM filled AS f
    WHERE CASE WHEN f.value IS NULL THEN f.is_required OR f.unread IS NOT NULL ELSE f.value_type <> 'text' END
),

judged AS (
    SELECT
        c.delivery_id, c.ordinal, c.delivery_date, c.column_name, c.label_zh, c.example, c.code_list,
        coalesce(c.value, c.unread) AS value,
        CASE
            WHEN c.value IS NULL AND c.unread IS NOT NULL AND c.is_strict THEN 'bad_' || c.value_type
            WHEN c.value IS NULL AND c.unread IS NOT NULL THEN 'value_not_taken'
            WHEN c.value IS NULL AND c.is_required THEN 'missing_value'
            WHEN c.value IS NOT NULL AND c.is_strict AND c.value_type = 'code' AND k.label IS NULL THEN 'unknown_code'
        END AS rule
    FROM cell AS c
    LEFT JOIN policy.code_value AS k
        ON k.code_list = c.code_list AND k.label = c.value AND in_force(k, c.delivery_date)
),

-- What may stand where something else stood: of two labels the one that looks more like it is not the one that was
-- meant (县级 is like 市级, and means 区县), so that all are named.
unknown AS (
    SELECT DISTINCT j.code_list, j.delivery_date
    FROM judged AS j
    WHERE j.rule = 'unknown_code'
),

choice AS (
    SELECT u.code_list, u.delivery_date, string_agg(DISTINCT k.label, '、' ORDER BY k.label) AS labels
    FROM unknown AS u
    JOIN policy.code_value AS k ON k.code_list = u.code_list AND in_force(k, u.delivery_date)
    GROUP BY u.code_list, u.delivery_date
),

-- Codes that only look like others: A/1 in full width, with another dash, or with Cyrillic and Greek letters is another
-- code. Brackets, commas and colons are written in full width on purpose.
odd_code AS (
    SELECT
        o.delivery_id, o.ordinal,
        c."column" AS column_name,
        c.label_zh,
        o.said[c."column"] AS value
    FROM opened AS o
    JOIN policy.delivery_column AS c ON c.kind = o.kind AND in_force(c, o.delivery_date)
    WHERE
        c.value_type = 'text'
        AND (ends_with(c."column", '_code') OR ends_with(c."column", '_no') OR c."column" = 'identifier')
        AND regexp_matches(
            o.said[c."column"],
            '[０-９Ａ-Ｚａ-ｚ－／．＿＃＋＆＊＠＼｜　‐‑‒–—―−АВЕКМНОРСТХаеорсухΑΒΕΖΗΙΚΜΝΟΡΤΥΧ]'
        )
),

look_alike AS (
    SELECT
        d.delivery_id, d.ordinal, d.column_name, d.label_zh, d.value,
        translate(
            d.value,
            '０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ'
            || '－／．＿＃＋＆＊＠＼｜　‐‑‒–—―−АВЕКМНОРСТХаеорсухΑΒΕΖΗΙΚΜΝΟΡΤΥΧ',
            '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
            || '-/._#+&*@\| -------ABEKMHOPCTXaeopcyxABEZHIKMNOPTYX'
        ) AS plain
    FROM odd_code AS d
),

ledger_line AS (
    SELECT
        o.delivery_id, o.ordinal,
        coalesce(o.said['holder_code'], '') AS holder_code,
        o.said['period'] AS period,
        o.said['account_code'] AS account_code,
        left(o.said['account_code'], 4) AS account_head,
        coalesce(o.said['resource_code'], '') AS item_code,
        CAST(o.said['closing_cny'] AS DECIMAL(20, 2)) AS closing_cny
    FROM opened AS o
    WHERE o.kind = 'ledger'
),

-- As in `finance.reconciliation`: where the account itself is given for an item, it has the sum of its sub-accounts.
ledger_part AS (
    SELECT b.delivery_id, b.ordinal
    FROM ledger_line AS b
    JOIN ledger_line AS u USING (delivery_id, holder_code, period, item_code, account_head)
    WHERE starts_with(b.account_code, u.account_code) AND u.account_code <> b.account_code
),

booked AS (
    SELECT l.*
    FROM ledger_line AS l
    ANTI JOIN ledger_part AS p USING (delivery_id, ordinal)
),

-- A line without a resource that is, to the cent, the sum of those with one: it would count beside its parts.
total_line AS (
    SELECT u.delivery_id, u.ordinal, u.account_code, u.closing_cny
    FROM booked AS u
    JOIN booked AS b USING (delivery_id, holder_code, period, account_head)
    WHERE
        u.item_code = '' AND b.item_code <> ''
        AND starts_with(b.account_code, u.account_code)
        AND u.closing_cny <> 0
    GROUP BY u.delivery_id, u.ordinal, u.account_code, u.closing_cny
    HAVING sum(b.closing_cny) = u.closing_cny
),

bound AS (
    SELECT
        d.delivery_id,
        max(p.value) FILTER (WHERE p.name = 'plausible_year_first') AS plausible_first,
        max(p.value) FILTER (WHERE p.name = 'possible_year_first') AS possible_first,
        max(year(d.delivery_date) + p.value) FILTER (WHERE p.name = 'plausible_years_ahead') AS plausible_last,
        max(year(d.delivery_date) + p.value) FILTER (WHERE p.name = 'possible_years_ahead') AS possible_last,
        max(p.value) FILTER (WHERE p.name = 'plausible_life_months') AS plausible_life,
        max(p.value) FILTER (WHERE p.name = 'possible_life_months') AS possible_life
    FROM landing.delivery AS d
    JOIN policy.plausible_bound AS p ON in_force(p, d.delivery_date)
    GROUP BY d.delivery_id
),

-- Until when something holds may lie as far ahead as one likes: 9999-12-31 is a way to say that it has no end.
measured AS (
    SELECT
        c.delivery_id, c.ordinal, c.delivery_date, c.column_name, c.label_zh, c.example, c.value, c.is_strict,
        CASE WHEN c.value_type IN ('date', 'month') THEN CAST(left(c.value, 4) AS INTEGER) END AS year,
        CASE WHEN c.column_name = 'life_months' THEN CAST(c.value AS INTEGER) END AS life,
        c.column_name IN ('valid_to', 'expires_at') AS is_end,
        c.column_name IN ('period', 'posted_date') AS is_posting
    FROM cell AS c
    WHERE c.value IS NOT NULL AND (c.value_type IN ('date', 'month') OR c.column_name = 'life_months')
),

bounded AS (
    SELECT
        m.delivery_id, m.ordinal, m.column_name, m.label_zh, m.example, m.value,
        CASE
            WHEN m.life < 1 OR m.life > b.possible_life THEN 'impossible_life'
            WHEN m.life > b.plausible_life THEN 'implausible_life'
            WHEN m.is_strict AND m.year < b.possible_first THEN 'impossible_date'
            WHEN m.is_strict AND m.year > b.possible_last AND NOT m.is_end THEN 'impossible_date'
            WHEN m.year < b.plausible_first OR (m.year > b.plausible_last AND NOT m.is_end) THEN 'implausible_date'
            WHEN m.is_posting AND left(m.value, 7) > strftime(m.delivery_date, '%Y-%m') THEN 'after_delivery'
        END AS rule
    FROM measured AS m
    JOIN bound AS b USING (delivery_id)
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
        CASE WHEN j.rule = 'unknown_code' THEN c.labels END AS wanted,
        NULL AS own_message_zh,
        NULL AS own_message_en
    FROM judged AS j
    LEFT JOIN choice AS c USING (code_list, delivery_date)
    WHERE j.rule IS NOT NULL
    UNION ALL
    SELECT b.delivery_id, b.ordinal, b.rule, b.column_name, b.label_zh, b.example, b.value, NULL, NULL, NULL
    FROM bounded AS b
    WHERE b.rule IS NOT NULL
    UNION ALL
    SELECT l.delivery_id, l.ordinal, 'look_alike_code', l.column_name, l.label_zh, '', l.value, l.plain, NULL, NULL
    FROM look_alike AS l
    UNION ALL
    SELECT
        t.delivery_id, t.ordinal, 'total_among_parts', 'closing_cny', '', '',
        CAST(t.closing_cny AS VARCHAR), t.account_code, NULL, NULL
    FROM total_line AS t
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
