-- What happened to the cost of each card, dated: development and its completion, stock held for sale, additions to the
-- intangible asset, what is taken out again, impairment. A negative line reverses the line of its amount, both in a
-- pool of their own, so that it takes out that line's amortisation and no other; else it takes of the pool 0, as a
-- disposal of a part does. Where something was taken out or impaired between a line and its reversal, both are in the
-- pool 0: what was taken of the line stays taken when it is corrected. A line posted in a later month than that from
-- which it can be used enters when it is posted: books of earlier months did not have it. An amount is empty where all
-- that is left is taken. What enters after the card was disposed of counts for nothing (`valuation.control_finding`).
WITH line AS (
    SELECT
        a.card_id, a.holder_code, a.recognised_date, a.disposed_date, c.posted_period, c.voucher_no, c.line_no,
        c.posted_date, c.available_date, c.purpose, c.amount_cny,
        CASE WHEN c.available_date >= date_trunc('month', c.posted_date) THEN c.available_date
            WHEN c.available_date IS NOT NULL THEN c.posted_date
        END AS use_date
    FROM valuation.cost_line AS c
    JOIN registry.asset_card AS a USING (resource_id)
    WHERE c.treatment = 'capitalised' AND NOT c.is_held
),

negative AS (
    SELECT
        n.card_id, n.holder_code, n.posted_period, n.voucher_no, n.line_no, n.recognised_date, n.disposed_date,
        coalesce(n.use_date, n.posted_date) AS reversed_date,
        -n.amount_cny AS amount_cny,
        row_number() OVER (
            PARTITION BY n.card_id, n.amount_cny
            ORDER BY coalesce(n.use_date, n.posted_date), n.posted_period, n.voucher_no, n.line_no
        ) AS turn
    FROM line AS n
    WHERE n.amount_cny < 0
),

-- Few cards have anything reversed; only their lines are numbered.
reversible AS (
    SELECT
        p.card_id, p.amount_cny, p.posted_period, p.voucher_no, p.line_no, p.posted_date, p.use_date,
        row_number() OVER (
            PARTITION BY p.card_id, p.amount_cny
            ORDER BY coalesce(p.use_date, p.posted_date), p.posted_period, p.voucher_no, p.line_no
        ) AS turn
    FROM line AS p
    JOIN negative AS n USING (card_id, amount_cny)
    WHERE n.turn = 1
),

happened AS (
    SELECT
        a.card_id, a.holder_code, a.recognised_date, e.event_effect, e.event_date,
        sum(e.amount_cny) AS amount_cny,
        string_agg(e.document_no, ';' ORDER BY e.document_no) AS document_no
    FROM registry.card_event AS e
    JOIN registry.asset_card AS a USING (resource_id)
    WHERE
        e.event_effect IN ('part', 'impair')
        AND e.amount_cny > 0
        AND (a.disposed_date IS NULL OR e.event_date < a.disposed_date)
    GROUP BY a.card_id, a.holder_code, a.recognised_date, e.event_effect, e.event_date
),

-- A line is reversed by what comes in its month or after it, never by what came before.
pair AS (
    SELECT
        p.card_id, p.amount_cny, p.turn, p.posted_period, p.voucher_no, p.line_no,
        row_number() OVER (PARTITION BY p.card_id ORDER BY p.posted_period, p.voucher_no, p.line_no) AS pair_no,
        n.posted_period AS reversal_period,
        n.voucher_no AS reversal_voucher_no,
        n.line_no AS reversal_line_no,
        n.reversed_date,
        p.use_date
    FROM reversible AS p
    JOIN negative AS n USING (card_id, amount_cny, turn)
    WHERE n.reversed_date >= date_trunc('month', p.posted_date)
),

-- Whose line was in use when something was taken out of the card or impaired.
touched AS (
    SELECT DISTINCT p.card_id, p.pair_no
    FROM pair AS p
    JOIN happened AS h ON h.card_id = p.card_id AND h.event_date >= p.use_date AND h.event_date <= p.reversed_date
),

entered AS (
    SELECT
        p.*,
        CASE WHEN t.card_id IS NULL THEN coalesce(r.pair_no, 0) ELSE 0 END AS pool_no,
        r.reversed_date, r.reversal_period, r.reversal_voucher_no, r.reversal_line_no
    FROM line AS p
    LEFT JOIN pair AS r USING (card_id, posted_period, voucher_no, line_no)
    LEFT JOIN touched AS t USING (card_id, pair_no)
    WHERE p.amount_cny >= 0
),

written AS (
    -- In development from the day of posting to the day on which it can be used.
    SELECT
        e.card_id, e.pool_no, 'development' AS movement_kind, e.holder_code, e.recognised_date, e.disposed_date,
        e.posted_date AS event_date, e.amount_cny, e.posted_period, e.voucher_no, e.line_no,
        NULL AS document_no,
        CAST(NULL AS DATE) AS available_date
    FROM entered AS e
    WHERE e.purpose = 'use' AND (e.use_date IS NULL OR e.use_date > e.posted_date)
    UNION ALL
    SELECT
        e.card_id, e.pool_no, 'completion', e.holder_code, e.recognised_date, e.disposed_date,
        e.use_date, -e.amount_cny, e.posted_period, e.voucher_no, e.line_no, NULL, NULL
    FROM entered AS e
    WHERE
        e.purpose = 'use'
        AND e.use_date > e.posted_date
        AND (e.reversed_date IS NULL OR e.reversed_date >= e.use_date)
    UNION ALL
    SELECT
        e.card_id, e.pool_no, 'addition', e.holder_code, e.recognised_date, e.disposed_date,
        e.use_date, e.amount_cny, e.posted_period, e.voucher_no, e.line_no, NULL, e.available_date
    FROM entered AS e
    WHERE
        e.purpose = 'use'
        AND e.use_date IS NOT NULL
        AND (e.reversed_date IS NULL OR e.reversed_date >= e.use_date OR e.use_date <= e.posted_date)
    UNION ALL
    SELECT
        e.card_id, e.pool_no, 'stock', e.holder_code, e.recognised_date, e.disposed_date,
        coalesce(e.use_date, e.posted_date), e.amount_cny, e.posted_period, e.voucher_no, e.line_no, NULL, NULL
    FROM entered AS e
    WHERE e.purpose = 'sale'
    UNION ALL
    SELECT
        e.card_id, e.pool_no,
        CASE
            WHEN e.purpose = 'sale' THEN 'stock_reversal'
            WHEN e.use_date IS NULL OR e.use_date > greatest(e.posted_date, e.reversed_date)
                THEN 'development_reversal'
            ELSE 'reversal'
        END,
        e.holder_code, e.recognised_date, e.disposed_date, e.reversed_date, -e.amount_cny,
        e.reversal_period, e.reversal_voucher_no, e.reversal_line_no, NULL, NULL
    FROM entered AS e
    WHERE e.reversed_date IS NOT NULL
    UNION ALL
    SELECT
        n.card_id, 0, 'reversal', n.holder_code, n.recognised_date, n.disposed_date, n.reversed_date, -n.amount_cny,
        n.posted_period, n.voucher_no, n.line_no, NULL, NULL
    FROM negative AS n
    ANTI JOIN pair AS p USING (card_id, amount_cny, turn)
),

dated AS (
    SELECT
        w.card_id, w.pool_no, w.movement_kind, w.holder_code, w.recognised_date, w.event_date, w.amount_cny,
        w.posted_period, w.voucher_no, w.line_no, w.document_no, w.available_date
    FROM written AS w
    WHERE w.disposed_date IS NULL OR w.event_date <= w.disposed_date
    UNION ALL
    SELECT
        h.card_id, 0,
        CASE h.event_effect WHEN 'part' THEN 'part_disposal' ELSE 'impairment' END,
        h.holder_code, h.recognised_date, h.event_date,
        CASE h.event_effect WHEN 'part' THEN -h.amount_cny ELSE h.amount_cny END,
        '', '', 0, h.document_no, NULL
    FROM happened AS h
    UNION ALL
    SELECT
        a.card_id, k.pool_no, 'disposal', a.holder_code, a.recognised_date, a.disposed_date, NULL, '', '', 0,
        a.disposal_document_no, NULL
    FROM registry.asset_card AS a
    JOIN (SELECT DISTINCT e.card_id, e.pool_no FROM entered AS e WHERE e.disposed_date IS NOT NULL) AS k
        USING (card_id)
    WHERE a.disposed_date IS NOT NULL
)

SELECT
    d.card_id,
    d.pool_no,
    d.movement_kind,
    d.posted_period,
    d.voucher_no,
    d.line_no,
    d.event_date,
    d.available_date,
    d.holder_code,
    greatest(d.event_date, d.recognised_date) AS movement_date,
    CAST(d.amount_cny AS DECIMAL(20, 2)) AS amount_cny,
    d.document_no
FROM dated AS d
