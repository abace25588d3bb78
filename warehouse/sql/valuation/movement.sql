-- What happened to the cost of each card, dated: development and its completion, stock held for sale, additions to the
-- intangible asset, what is taken out again, impairment. A negative line that reverses a line (`valuation.reversal`)
-- shares a pool of its own with it, so that it takes out that line's amortisation and no other. Else it takes parts of
-- the lines of its purpose, the first first: of what is in development or in stock then it takes that, of what is in
-- use it takes of the pool 0, as a disposal of a part does. One that comes before its lines waits for them, so that
-- the card is the sum of its lines at any time, and never below nothing. Where something was taken out or impaired
-- between a line and its reversal, both are in the pool 0: what was taken of the line stays taken when it is corrected.
-- A line posted in a later month than that from which it can be used enters when it is posted: books of earlier months
-- did not have it. A line with which a card takes over from another (`registry.succession_part`) comes in the pools
-- that it takes over, and development as such. An amount is empty where all that is left is taken. What enters after
-- the card was disposed of counts for nothing (`valuation.control_finding`).
WITH taking AS (
    SELECT
        p.holder_code, p.resource_code, p.posted_period, p.voucher_no, p.line_no, p.cost_state, p.delivery_id, p.ordinal
    FROM registry.succession_part AS p
    JOIN registry.succession AS s USING (delivery_id, ordinal)
    WHERE s.is_taken_over
),

-- Of several pools of a line the first stands for it.
first_pool AS (
    SELECT p.delivery_id, p.ordinal, min(p.pool_no) AS pool_no
    FROM valuation.taken_pool AS p
    GROUP BY p.delivery_id, p.ordinal
),

last_pool AS (
    SELECT p.card_id, max(p.pool_no) AS pool_no
    FROM valuation.taken_pool AS p
    GROUP BY p.card_id
),

line AS (
    SELECT
        a.card_id, a.holder_code, a.recognised_date, a.disposed_date, c.posted_period, c.voucher_no, c.line_no,
        c.entry_no, c.posted_date, c.available_date, c.purpose, c.amount_cny,
        t.cost_state AS taken_state,
        t.delivery_id, t.ordinal,
        coalesce(f.pool_no, 0) AS pool_no,
        CASE
            WHEN c.available_date >= date_trunc('month', c.posted_date) THEN c.available_date
            WHEN c.available_date IS NOT NULL THEN c.posted_date
        END AS use_date
    FROM valuation.cost_line AS c
    JOIN registry.asset_card AS a USING (resource_id)
    LEFT JOIN taking AS t
        ON t.holder_code = c.holder_code
        AND t.resource_code = c.resource_code
        AND t.posted_period = c.posted_period
        AND t.voucher_no = c.voucher_no
        AND t.line_no = CASE WHEN c.entry_no = 0 THEN c.line_no END
    LEFT JOIN first_pool AS f
        ON f.delivery_id = t.delivery_id
        AND f.ordinal = CASE WHEN t.cost_state = 'in_use' THEN t.ordinal END
    WHERE c.treatment = 'capitalised' AND NOT c.is_held
),

-- It counts from its own day on: a day on which it could be used that is yet to come makes it no later.
negative AS (
    SELECT
        n.card_id, n.holder_code, n.posted_period, n.voucher_no, n.line_no, n.entry_no, n.recognised_date,
        n.disposed_date, n.purpose,
        least(n.use_date, n.posted_date) AS reversed_date,
        -n.amount_cny AS amount_cny
    FROM line AS n
    WHERE n.amount_cny < 0
),

-- What leaves when a release has run out is what entered by it.
matched AS (
    SELECT n.*, r.reversed_period, r.reversed_voucher_no, r.reversed_line_no
    FROM negative AS n
    JOIN valuation.reversal AS r USING (holder_code, posted_period, voucher_no, line_no)
    WHERE n.entry_no = 0
    UNION ALL
    SELECT n.*, n.posted_period, n.voucher_no, n.line_no
    FROM negative AS n
    WHERE n.entry_no > 0
),

pair AS (
    SELECT
        p.card_id, p.posted_period, p.voucher_no, p.line_no, p.entry_no,
        coalesce(k.pool_no, 0)
        + row_number() OVER (
            PARTITION BY p.card_id ORDER BY p.posted_period, p.voucher_no, p.line_no, p.entry_no
        ) AS pair_no,
        n.posted_period AS reversal_period,
        n.voucher_no AS reversal_voucher_no,
        n.line_no AS reversal_line_no,
        n.entry_no AS reversal_entry_no,
        greatest(p.posted_date, n.reversed_date) AS reversed_date,
        p.use_date
    FROM matched AS n
    JOIN line AS p
        ON p.card_id = n.card_id
        AND p.posted_period = n.reversed_period
        AND p.voucher_no = n.reversed_voucher_no
        AND p.line_no = n.reversed_line_no
        AND p.amount_cny = n.amount_cny
        -- A line that was held and is in stands here by its first entry.
        AND (p.entry_no = n.entry_no - 1 OR (n.entry_no = 0 AND p.entry_no <= 1))
    LEFT JOIN last_pool AS k ON k.card_id = p.card_id
),

-- Whose line was in use when something was taken out of the card or impaired, or when another card took it over.
touched AS (
    SELECT DISTINCT p.card_id, p.pair_no
    FROM pair AS p
    JOIN (
        SELECT h.card_id, h.event_date
        FROM valuation.pool_event AS h
        WHERE h.movement_kind <> 'development_out'
        UNION ALL
        SELECT f.former_card_id, f.event_date
        FROM valuation.taken_pool AS f
    ) AS h
        ON h.card_id = p.card_id AND h.event_date >= p.use_date AND h.event_date <= p.reversed_date
),

-- Negative lines that reverse no line of this card, with what they reach up to, one after the other.
partial AS (
    SELECT
        n.*,
        sum(n.amount_cny) OVER (
            PARTITION BY n.card_id, n.purpose
            ORDER BY n.reversed_date, n.posted_period, n.voucher_no, n.line_no, n.entry_no
            ROWS UNBOUNDED PRECEDING
        ) AS up_to_cny
    FROM negative AS n
    ANTI JOIN pair AS p
        ON p.card_id = n.card_id
        AND p.reversal_period = n.posted_period
        AND p.reversal_voucher_no = n.voucher_no
        AND p.reversal_line_no = n.line_no
        AND p.reversal_entry_no = n.entry_no
),

partial_card AS (
    SELECT DISTINCT n.card_id, n.purpose
    FROM partial AS n
),

reached AS (
    SELECT
        p.*,
        sum(p.amount_cny) OVER (
            PARTITION BY p.card_id, p.purpose
            ORDER BY p.posted_date, p.posted_period, p.voucher_no, p.line_no, p.entry_no
            ROWS UNBOUNDED PRECEDING
        ) AS up_to_cny
    FROM line AS p
    JOIN partial_card AS k USING (card_id, purpose)
    ANTI JOIN pair AS r
        ON r.card_id = p.card_id
        AND r.posted_period = p.posted_period
        AND r.voucher_no = p.voucher_no
        AND r.line_no = p.line_no
        AND r.entry_no = p.entry_no
    WHERE p.amount_cny > 0
),

-- What each takes of each line.
part AS (
    SELECT
        p.card_id, p.posted_period, p.voucher_no, p.line_no, p.entry_no, p.purpose, p.holder_code, p.recognised_date,
        p.disposed_date, p.pool_no,
        n.posted_period AS reversal_period,
        n.voucher_no AS reversal_voucher_no,
        n.line_no AS reversal_line_no,
        n.entry_no AS reversal_entry_no,
        CASE
            WHEN p.purpose = 'sale' THEN greatest(n.reversed_date, p.posted_date, p.use_date)
            ELSE greatest(n.reversed_date, p.posted_date)
        END AS reversed_date,
        p.purpose = 'use'
        AND (p.use_date IS NULL OR p.use_date > greatest(n.reversed_date, p.posted_date)) AS is_development,
        least(p.up_to_cny, n.up_to_cny) - greatest(p.up_to_cny - p.amount_cny, n.up_to_cny - n.amount_cny) AS amount_cny
    FROM reached AS p
    JOIN partial AS n
        ON n.card_id = p.card_id
        AND n.purpose = p.purpose
        AND n.up_to_cny - n.amount_cny < p.up_to_cny
        AND p.up_to_cny - p.amount_cny < n.up_to_cny
),

undeveloped AS (
    SELECT
        p.card_id, p.posted_period, p.voucher_no, p.line_no, p.entry_no,
        sum(p.amount_cny) AS amount_cny
    FROM part AS p
    WHERE p.is_development
    GROUP BY p.card_id, p.posted_period, p.voucher_no, p.line_no, p.entry_no
),

entered AS (
    SELECT
        p.*,
        CASE WHEN t.card_id IS NULL AND p.taken_state IS NULL THEN coalesce(r.pair_no, 0) ELSE p.pool_no END
            AS entry_pool_no,
        r.reversed_date, r.reversal_period, r.reversal_voucher_no, r.reversal_line_no, r.reversal_entry_no,
        -- What was taken out in development is not completed.
        p.amount_cny - coalesce(u.amount_cny, 0) AS used_cny,
        (u.amount_cny IS NULL OR u.amount_cny < p.amount_cny)
        AND (
            r.reversed_date IS NULL
            OR r.reversed_date >= p.use_date
            OR p.use_date <= p.posted_date
        ) AS is_completed
    FROM line AS p
    LEFT JOIN pair AS r USING (card_id, posted_period, voucher_no, line_no, entry_no)
    LEFT JOIN touched AS t USING (card_id, pair_no)
    LEFT JOIN undeveloped AS u USING (card_id, posted_period, voucher_no, line_no, entry_no)
    WHERE p.amount_cny >= 0
),

written AS (
    -- In development from the day of posting to the day on which it can be used.
    SELECT
        e.card_id,
        e.entry_pool_no AS pool_no,
        CASE WHEN e.taken_state IS NULL THEN 'development' ELSE 'development_in' END AS movement_kind,
        e.holder_code, e.recognised_date, e.disposed_date,
        e.posted_date AS event_date, e.amount_cny, e.posted_period, e.voucher_no, e.line_no, e.entry_no,
        NULL AS document_no,
        CAST(NULL AS DATE) AS available_date
    FROM entered AS e
    WHERE e.purpose = 'use' AND (e.use_date IS NULL OR e.use_date > e.posted_date)
    UNION ALL
    SELECT
        e.card_id, e.entry_pool_no, 'completion', e.holder_code, e.recognised_date, e.disposed_date,
        e.use_date, -e.used_cny, e.posted_period, e.voucher_no, e.line_no, e.entry_no, NULL, NULL
    FROM entered AS e
    WHERE e.purpose = 'use' AND e.use_date > e.posted_date AND e.is_completed
    UNION ALL
    SELECT
        e.card_id, e.entry_pool_no, 'addition', e.holder_code, e.recognised_date, e.disposed_date,
        e.use_date, e.used_cny, e.posted_period, e.voucher_no, e.line_no, e.entry_no, NULL, e.available_date
    FROM entered AS e
    WHERE
        e.purpose = 'use'
        AND e.use_date IS NOT NULL
        AND e.is_completed
        AND e.taken_state IS DISTINCT FROM 'in_use'
    UNION ALL
    SELECT
        e.card_id, p.pool_no, 'succession_in', e.holder_code, e.recognised_date, e.disposed_date,
        p.event_date, p.amount_cny, e.posted_period, e.voucher_no, e.line_no, e.entry_no, p.document_no, NULL
    FROM entered AS e
    JOIN valuation.taken_pool AS p ON p.card_id = e.card_id AND p.delivery_id = e.delivery_id AND p.ordinal = e.ordinal
    WHERE e.taken_state = 'in_use'
    UNION ALL
    SELECT
        e.card_id, e.entry_pool_no, 'stock', e.holder_code, e.recognised_date, e.disposed_date,
        coalesce(e.use_date, e.posted_date), e.amount_cny, e.posted_period, e.voucher_no, e.line_no, e.entry_no,
        NULL, NULL
    FROM entered AS e
    WHERE e.purpose = 'sale'
    UNION ALL
    SELECT
        e.card_id, e.entry_pool_no,
        CASE
            WHEN e.purpose = 'sale' THEN 'stock_reversal'
            WHEN e.use_date IS NULL OR e.use_date > greatest(e.posted_date, e.reversed_date)
                THEN 'development_reversal'
            ELSE 'reversal'
        END,
        e.holder_code, e.recognised_date, e.disposed_date, e.reversed_date, -e.amount_cny,
        e.reversal_period, e.reversal_voucher_no, e.reversal_line_no, e.reversal_entry_no, NULL, NULL
    FROM entered AS e
    WHERE e.reversed_date IS NOT NULL
    UNION ALL
    SELECT
        p.card_id, p.pool_no,
        CASE WHEN p.purpose = 'sale' THEN 'stock_reversal' WHEN p.is_development THEN 'development_reversal'
            ELSE 'reversal'
        END,
        p.holder_code, p.recognised_date, p.disposed_date, p.reversed_date, -sum(p.amount_cny),
        p.reversal_period, p.reversal_voucher_no, p.reversal_line_no, p.reversal_entry_no, NULL, NULL
    FROM part AS p
    GROUP BY
        p.card_id, p.pool_no, p.purpose, p.is_development, p.holder_code, p.recognised_date, p.disposed_date,
        p.reversed_date, p.reversal_period, p.reversal_voucher_no, p.reversal_line_no, p.reversal_entry_no
),

dated AS (
    SELECT
        w.card_id, w.pool_no, w.movement_kind, w.holder_code, w.recognised_date, w.event_date, w.amount_cny,
        w.posted_period, w.voucher_no, w.line_no, w.entry_no, w.document_no, w.available_date
    FROM written AS w
    WHERE w.disposed_date IS NULL OR w.event_date <= w.disposed_date
    UNION ALL
    SELECT
        h.card_id, h.pool_no, h.movement_kind, h.holder_code, a.recognised_date, h.event_date, h.amount_cny, '', '', 0,
        0, h.document_no, NULL
    FROM valuation.pool_event AS h
    JOIN registry.asset_card AS a USING (card_id)
    UNION ALL
    SELECT
        a.card_id, k.pool_no, 'disposal', a.holder_code, a.recognised_date, a.disposed_date, NULL, '', '', 0,
        0, a.disposal_document_no, NULL
    FROM registry.asset_card AS a
    JOIN (
        SELECT e.card_id, e.entry_pool_no AS pool_no
        FROM entered AS e
        WHERE e.disposed_date IS NOT NULL
        UNION
        SELECT p.card_id, p.pool_no
        FROM valuation.taken_pool AS p
    ) AS k
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
    d.entry_no,
    d.event_date,
    d.available_date,
    d.holder_code,
    greatest(d.event_date, d.recognised_date) AS movement_date,
    CAST(d.amount_cny AS DECIMAL(20, 2)) AS amount_cny,
    d.document_no
FROM dated AS d
