-- What each delivered line of cost is for each resource that it goes to; a common one goes to several. A line that a
-- control holds stands here as it was delivered (`is_held`), and counts for nothing; once all that holds it is released
-- it enters on that day, and leaves when the first release ends: two entries more, dated so that no earlier month's end
-- changes. A negative line that reverses it counts where it is in then; else both count for nothing.
WITH control AS (
    SELECT
        c.holder_code, c.posted_period, c.voucher_no, c.line_no,
        string_agg(c.finding_kind, ';' ORDER BY c.finding_kind) AS held_by,
        CASE WHEN count(*) = count(r.release_date) THEN max(r.release_date) END AS release_date,
        min(r.end_date) AS end_date
    FROM valuation.cost_control AS c
    LEFT JOIN valuation.control_release AS r USING (finding_key)
    WHERE c.is_holding
    GROUP BY c.holder_code, c.posted_period, c.voucher_no, c.line_no
),

suspect AS (
    SELECT
        v.holder_code, v.posted_period, v.voucher_no, v.line_no, v.amount_cny, v.posted_date,
        coalesce(v.resource_code, '') AS place_code,
        c.held_by,
        -- Released for no day is not released.
        CASE WHEN greatest(v.posted_date, c.release_date) < c.end_date THEN c.release_date END AS release_date,
        c.end_date,
        row_number() OVER (
            PARTITION BY v.holder_code, v.resource_code, v.amount_cny
            ORDER BY v.posted_date, v.posted_period, v.voucher_no, v.line_no
        ) AS turn
    FROM control AS c
    JOIN valuation.voucher_line AS v USING (holder_code, posted_period, voucher_no, line_no)
),

negative AS (
    SELECT
        v.holder_code, v.posted_period, v.voucher_no, v.line_no,
        coalesce(v.resource_code, '') AS place_code,
        coalesce(v.available_date, v.posted_date) AS reversed_date,
        CAST(-v.amount_cny AS DECIMAL(20, 2)) AS amount_cny,
        row_number() OVER (
            PARTITION BY v.holder_code, v.resource_code, v.amount_cny
            ORDER BY v.posted_date, v.posted_period, v.voucher_no, v.line_no
        ) AS turn
    FROM valuation.voucher_line AS v
    WHERE v.treatment = 'capitalised' AND v.amount_cny < 0
),

pair AS (
    SELECT
        s.holder_code, s.posted_period, s.voucher_no, s.line_no, s.held_by,
        n.posted_period AS reversal_period,
        n.voucher_no AS reversal_voucher_no,
        n.line_no AS reversal_line_no,
        coalesce(s.release_date <= n.reversed_date AND n.reversed_date < s.end_date, FALSE) AS is_in,
        coalesce(s.release_date > n.reversed_date, FALSE) AS is_before
    FROM suspect AS s
    JOIN negative AS n
        ON n.holder_code = s.holder_code
        AND n.place_code = s.place_code
        AND n.amount_cny = s.amount_cny
        AND n.turn = s.turn
    WHERE n.reversed_date >= s.posted_date
),

held AS (
    SELECT
        u.holder_code, u.posted_period, u.voucher_no, u.line_no, u.held_by, u.enter_date, u.leave_date
    FROM (
        SELECT
            s.holder_code, s.posted_period, s.voucher_no, s.line_no, s.held_by,
            CASE WHEN NOT coalesce(p.is_before, FALSE) THEN s.release_date END AS enter_date,
            CASE WHEN s.release_date IS NOT NULL AND NOT coalesce(p.is_in OR p.is_before, FALSE) THEN s.end_date END
                AS leave_date
        FROM suspect AS s
        LEFT JOIN pair AS p USING (holder_code, posted_period, voucher_no, line_no)
        UNION ALL
        SELECT
            p.holder_code, p.reversal_period, p.reversal_voucher_no, p.reversal_line_no, p.held_by,
            CAST(NULL AS DATE), CAST(NULL AS DATE)
        FROM pair AS p
        WHERE NOT p.is_in
    ) AS u
),

-- A common line as its shares, where it has any.
line AS (
    SELECT u.*
    FROM (
        SELECT
            v.holder_code, v.posted_period, v.voucher_no, v.line_no,
            CAST(0 AS BIGINT) AS share_no,
            v.resource_code, v.resource_id, v.cost_kind, v.phase, v.treatment, v.purpose, v.match_status, v.amount_cny,
            v.posted_date, v.available_date, v.life_months, v.life_basis, v.delivery_id, v.ordinal
        FROM valuation.voucher_line AS v
        ANTI JOIN valuation.cost_share AS s USING (holder_code, posted_period, voucher_no, line_no)
        UNION ALL
        SELECT
            v.holder_code, v.posted_period, v.voucher_no, v.line_no, s.share_no, s.resource_code, s.resource_id,
            v.cost_kind, v.phase, v.treatment, v.purpose, 'shared', s.share_cny, v.posted_date, v.available_date,
            v.life_months, v.life_basis, v.delivery_id, v.ordinal
        FROM valuation.voucher_line AS v
        JOIN valuation.cost_share AS s USING (holder_code, posted_period, voucher_no, line_no)
    ) AS u
),

entry AS (
    SELECT
        v.*,
        0 AS entry_no,
        h.held_by IS NOT NULL AS is_held,
        h.held_by,
        v.amount_cny AS entry_cny,
        v.posted_date AS entry_date,
        v.available_date AS use_date
    FROM line AS v
    LEFT JOIN held AS h USING (holder_code, posted_period, voucher_no, line_no)
    UNION ALL
    SELECT
        v.*, 1, FALSE, h.held_by, v.amount_cny, greatest(v.posted_date, h.enter_date),
        -- greatest() passes over NULL.
        CASE WHEN v.available_date IS NOT NULL THEN greatest(v.available_date, h.enter_date) END
    FROM line AS v
    JOIN held AS h USING (holder_code, posted_period, voucher_no, line_no)
    WHERE h.enter_date IS NOT NULL
    UNION ALL
    SELECT v.*, 2, FALSE, h.held_by, -v.amount_cny, h.leave_date, CAST(NULL AS DATE)
    FROM line AS v
    JOIN held AS h USING (holder_code, posted_period, voucher_no, line_no)
    WHERE h.leave_date IS NOT NULL
)

SELECT
    e.holder_code,
    e.posted_period,
    e.voucher_no,
    e.line_no,
    e.share_no,
    e.entry_no,
    e.resource_code,
    e.resource_id,
    e.cost_kind,
    e.phase,
    e.treatment,
    e.purpose,
    e.match_status,
    CAST(e.entry_cny AS DECIMAL(20, 2)) AS amount_cny,
    e.entry_date AS posted_date,
    e.use_date AS available_date,
    e.life_months,
    e.life_basis,
    e.is_held,
    e.held_by,
    e.delivery_id,
    e.ordinal
FROM entry AS e
