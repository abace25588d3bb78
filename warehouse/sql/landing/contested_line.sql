-- Voucher lines that came twice. One line from two deliverers or sources (conflict): the one that brought it first
-- stands until a full delivery of it lacks the line, and the other's is rejected. A line alike in voucher, line, asset
-- and amount to one of another month that stands (moved): a warning, since voucher numbers start again each month and
-- rents are alike. Judged by the deliveries before it; each row names the other record.
WITH costed AS (
    SELECT
        d.delivery_id, d.deliverer_code, d.source_name, d.delivery_date, d.sequence,
        coalesce(d.holder_code, d.deliverer_code) AS default_holder_code,
        d.mode = 'full' AND d.status = 'accepted' AS is_full
    FROM landing.delivery AS d
    WHERE d.kind = 'costs' AND d.status IN ('accepted', 'partial')
),

read AS (
    SELECT
        r.delivery_id, r.ordinal, d.deliverer_code, d.source_name, d.delivery_date, d.sequence,
        coalesce((r.body ->> '$.holder_code'), d.default_holder_code) AS holder_code,
        (r.body ->> '$.voucher_no') AS voucher_no,
        (r.body ->> '$.line_no') AS line_no,
        left((r.body ->> '$.posted_date'), 7) AS period,
        concat_ws('|', coalesce((r.body ->> '$.resource_code'), ''), (r.body ->> '$.amount_cny')) AS asset
    FROM landing.record AS r
    JOIN costed AS d USING (delivery_id)
    WHERE r.kind = 'costs'
),

-- line: who brought which line of which month.
line AS (
    SELECT
        r.*,
        r.holder_code || '|' || r.voucher_no || '|' || r.line_no AS voucher_line,
        r.deliverer_code || '|' || r.source_name AS origin
    FROM read AS r
    WHERE r.period IS NOT NULL
),

twice AS (
    SELECT l.voucher_line
    FROM line AS l
    GROUP BY l.voucher_line
    HAVING min(l.origin) <> max(l.origin) OR min(l.period) <> max(l.period)
),

suspect AS (
    SELECT l.*
    FROM line AS l
    JOIN twice AS t ON t.voucher_line = l.voucher_line
),

brought AS (
    SELECT DISTINCT s.deliverer_code, s.source_name, s.voucher_line, s.period
    FROM suspect AS s
),

lacking AS (
    SELECT
        b.deliverer_code, b.source_name, b.voucher_line, b.period, d.delivery_date AS end_date,
        d.sequence AS end_sequence, d.delivery_id AS end_delivery_id
    FROM brought AS b
    JOIN costed AS d ON d.deliverer_code = b.deliverer_code AND d.source_name = b.source_name
    ANTI JOIN suspect AS s
        ON s.delivery_id = d.delivery_id AND s.voucher_line = b.voucher_line AND s.period = b.period
    WHERE d.is_full
),

refused AS (
    SELECT v.delivery_id, v.ordinal
    FROM landing.violation AS v
    WHERE v.kind = 'costs' AND v.severity = 'reject'
    UNION ALL
    SELECT u.delivery_id, u.ordinal
    FROM landing.unauthorised AS u
    WHERE u.kind = 'costs' AND u.severity = 'reject'
),

-- Each with the first full delivery after it that lacks the line.
placed AS (
    SELECT s.*, n.end_date, n.end_sequence, n.end_delivery_id
    FROM suspect AS s
    ANTI JOIN refused AS x ON x.delivery_id = s.delivery_id AND x.ordinal = s.ordinal
    LEFT JOIN lacking AS n
        ON n.deliverer_code = s.deliverer_code
        AND n.source_name = s.source_name
        AND n.voucher_line = s.voucher_line
        AND n.period = s.period
        AND (n.end_date, n.end_sequence) > (s.delivery_date, s.sequence)
    QUALIFY row_number() OVER (PARTITION BY s.delivery_id, s.ordinal ORDER BY n.end_date, n.end_sequence) = 1
),

-- The first record of each stay of a line, from when it was brought to when it was lacking.
stay AS (
    SELECT p.*
    FROM placed AS p
    QUALIFY row_number() OVER (
        PARTITION BY p.origin, p.voucher_line, p.period, coalesce(p.end_delivery_id, '')
        ORDER BY p.delivery_date, p.sequence, p.ordinal
    ) = 1
),

conflict AS (
    SELECT
        p.delivery_id, p.ordinal, p.delivery_date, p.voucher_line, p.period,
        'voucher_conflict' AS rule,
        'reject' AS severity,
        '凭证行 {value} 已由 {other} 交付' AS message_zh,
        'the voucher line {value} was already delivered by {other}' AS message_en,
        o.delivery_id AS other_delivery_id,
        o.ordinal AS other_ordinal,
        o.deliverer_code AS other_deliverer_code,
        o.source_name AS other_source_name,
        o.period AS other_period
    FROM placed AS p
    JOIN stay AS s
        ON s.origin = p.origin
        AND s.voucher_line = p.voucher_line
        AND s.period = p.period
        AND coalesce(s.end_delivery_id, '') = coalesce(p.end_delivery_id, '')
    JOIN stay AS o
        ON o.voucher_line = p.voucher_line
        AND o.period = p.period
        AND o.origin <> p.origin
        AND (o.delivery_date, o.sequence, o.delivery_id) < (s.delivery_date, s.sequence, s.delivery_id)
        AND (
            o.end_delivery_id IS NULL
            OR (o.end_date, o.end_sequence, o.end_delivery_id) > (p.delivery_date, p.sequence, p.delivery_id)
        )
    QUALIFY row_number() OVER (
        PARTITION BY p.delivery_id, p.ordinal ORDER BY o.delivery_date, o.sequence, o.delivery_id, o.ordinal
    ) = 1
),

moved AS (
    SELECT
        s.delivery_id, s.ordinal, s.delivery_date, s.voucher_line, s.period,
        'voucher_moved' AS rule,
        'warn' AS severity,
        '凭证行 {value} 与 {other} 所交付的只有月份不同：是否改记了月份' AS message_zh,
        'the voucher line {value} differs in its month alone from that of {other}: was it moved' AS message_en,
        o.delivery_id AS other_delivery_id,
        o.ordinal AS other_ordinal,
        o.deliverer_code AS other_deliverer_code,
        o.source_name AS other_source_name,
        o.period AS other_period
    FROM stay AS s
    JOIN stay AS o
        ON o.voucher_line = s.voucher_line
        AND o.asset = s.asset
        AND o.period <> s.period
        AND (o.delivery_date, o.sequence, o.delivery_id, o.ordinal)
            < (s.delivery_date, s.sequence, s.delivery_id, s.ordinal)
        AND (
            o.end_delivery_id IS NULL
            OR (o.end_date, o.end_sequence, o.end_delivery_id) > (s.delivery_date, s.sequence, s.delivery_id)
        )
    ANTI JOIN conflict AS c ON c.delivery_id = s.delivery_id AND c.ordinal = s.ordinal
    QUALIFY row_number() OVER (
        PARTITION BY s.delivery_id, s.ordinal
        ORDER BY o.delivery_date DESC, o.sequence DESC, o.delivery_id, o.ordinal DESC
    ) = 1
),

found AS (
    SELECT c.*
    FROM conflict AS c
    UNION ALL
    SELECT m.*
    FROM moved AS m
),

-- The words are policy's. A home whose list is older than the rules has these.
worded AS (
    SELECT
        f.delivery_id, f.ordinal, f.rule, f.other_delivery_id, f.other_ordinal, f.other_deliverer_code,
        f.voucher_line || '|' || f.period AS value,
        f.other_deliverer_code || ' ' || f.other_source_name || ' ' || f.other_period || ' ' || f.other_delivery_id
            || ' #' || CAST(f.other_ordinal AS VARCHAR) AS other,
        coalesce(t.severity, f.severity) AS severity,
        coalesce(t.message_zh, f.message_zh) AS message_zh,
        coalesce(t.message_en, f.message_en) AS message_en,
        t.mend_zh, t.mend_en
    FROM found AS f
    LEFT JOIN policy.rejection_rule AS t ON t.rule = f.rule AND in_force(t, f.delivery_date)
)

SELECT
    r.delivery_id,
    r.ordinal,
    w.rule,
    'voucher_no' AS column_name,
    r.deliverer_code,
    w.other_delivery_id,
    w.other_ordinal,
    w.other_deliverer_code,
    r.kind,
    r.source_file,
    r.source_sha256,
    r.source_pointer,
    w.value,
    w.severity,
    replace(replace(w.message_zh, '{value}', w.value), '{other}', w.other) AS message_zh,
    replace(replace(w.message_en, '{value}', w.value), '{other}', w.other) AS message_en,
    w.mend_zh,
    w.mend_en
FROM worded AS w
JOIN landing.record AS r USING (delivery_id, ordinal)
