-- What each delivered line of cost is for each resource that it goes to; a common one goes to several. A line that a
-- control holds stands here as it was delivered (`is_held`), and counts for nothing. Once all that holds it is
-- released it enters on that day, with the amount that the release covers (`valuation.line_release`), and with more on
-- the day on which more is released; all of it leaves when the first release ends: two entries more for each such day,
-- dated so that no earlier month's end changes. A negative line that reverses it counts where all of it is in then;
-- else it counts for nothing, and what is in leaves on its day.
WITH control AS (
    SELECT
        c.holder_code, c.posted_period, c.voucher_no, c.line_no,
        string_agg(c.finding_kind, ';' ORDER BY c.finding_kind) AS held_by,
        count(*) AS finding_count,
        min(r.end_date) AS end_date
    FROM valuation.cost_control AS c
    LEFT JOIN valuation.control_release AS r USING (finding_key)
    WHERE c.is_holding
    GROUP BY c.holder_code, c.posted_period, c.voucher_no, c.line_no
),

suspect AS (
    SELECT
        v.holder_code, v.posted_period, v.voucher_no, v.line_no, v.amount_cny, v.posted_date,
        c.held_by, c.finding_count, c.end_date
    FROM control AS c
    JOIN valuation.voucher_line AS v USING (holder_code, posted_period, voucher_no, line_no)
),

pair AS (
    SELECT
        s.holder_code, s.posted_period, s.voucher_no, s.line_no, s.held_by,
        r.posted_period AS reversal_period,
        r.voucher_no AS reversal_voucher_no,
        r.line_no AS reversal_line_no,
        greatest(s.posted_date, least(n.available_date, n.posted_date)) AS reversed_date
    FROM suspect AS s
    JOIN valuation.reversal AS r
        ON r.holder_code = s.holder_code
        AND r.reversed_period = s.posted_period
        AND r.reversed_voucher_no = s.voucher_no
        AND r.reversed_line_no = s.line_no
    JOIN valuation.voucher_line AS n
        ON n.holder_code = r.holder_code
        AND n.posted_period = r.posted_period
        AND n.voucher_no = r.voucher_no
        AND n.line_no = r.line_no
),

-- What each finding of a line lets in by each day on which one of them was released; the least of them gets in.
let_by AS (
    SELECT
        d.holder_code, d.posted_period, d.voucher_no, d.line_no, d.release_date, r.finding_kind,
        max(r.released_cny) AS released_cny
    FROM (
        SELECT DISTINCT k.holder_code, k.posted_period, k.voucher_no, k.line_no, k.release_date
        FROM valuation.line_release AS k
    ) AS d
    JOIN valuation.line_release AS r USING (holder_code, posted_period, voucher_no, line_no)
    WHERE r.release_date <= d.release_date
    GROUP BY d.holder_code, d.posted_period, d.voucher_no, d.line_no, d.release_date, r.finding_kind
),

let_in AS (
    SELECT
        f.holder_code, f.posted_period, f.voucher_no, f.line_no, f.release_date,
        min(f.released_cny) AS released_cny,
        count(*) AS finding_count
    FROM let_by AS f
    GROUP BY f.holder_code, f.posted_period, f.voucher_no, f.line_no, f.release_date
),

-- Released for no day is not released, nor after it was reversed.
step AS (
    SELECT
        s.holder_code, s.posted_period, s.voucher_no, s.line_no, s.held_by, s.end_date,
        i.release_date, p.reversed_date,
        CAST(s.amount_cny * 100 AS HUGEINT) AS whole,
        CAST(i.released_cny * 100 AS HUGEINT) AS released,
        row_number() OVER (
            PARTITION BY s.holder_code, s.posted_period, s.voucher_no, s.line_no ORDER BY i.release_date
        ) AS step_no,
        coalesce(
            lag(CAST(i.released_cny * 100 AS HUGEINT)) OVER (
                PARTITION BY s.holder_code, s.posted_period, s.voucher_no, s.line_no ORDER BY i.release_date
            ), 0
        ) AS released_before
    FROM suspect AS s
    JOIN let_in AS i USING (holder_code, posted_period, voucher_no, line_no, finding_count)
    LEFT JOIN pair AS p USING (holder_code, posted_period, voucher_no, line_no)
    WHERE
        greatest(s.posted_date, i.release_date) < s.end_date
        AND (p.reversed_date IS NULL OR i.release_date <= p.reversed_date)
),

-- In with all of it by one release when it was reversed: the reversal counts.
whole_in AS (
    SELECT t.holder_code, t.posted_period, t.voucher_no, t.line_no
    FROM step AS t
    WHERE t.reversed_date < t.end_date AND t.step_no = 1 AND t.released = t.whole
    GROUP BY t.holder_code, t.posted_period, t.voucher_no, t.line_no
),

held AS (
    SELECT u.holder_code, u.posted_period, u.voucher_no, u.line_no, u.held_by
    FROM (
        SELECT s.holder_code, s.posted_period, s.voucher_no, s.line_no, s.held_by
        FROM suspect AS s
        UNION ALL
        SELECT p.holder_code, p.reversal_period, p.reversal_voucher_no, p.reversal_line_no, p.held_by
        FROM pair AS p
        ANTI JOIN whole_in AS i USING (holder_code, posted_period, voucher_no, line_no)
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

-- Of a share as much enters as of the line, in cents: what is left over by rounding is another share's.
part AS (
    SELECT
        v.*,
        t.held_by, t.step_no, t.release_date,
        CASE WHEN i.line_no IS NULL THEN least(t.end_date, t.reversed_date) END AS leave_date,
        CAST(
            sum(CAST(v.amount_cny * 100 AS HUGEINT)) OVER (
                PARTITION BY v.holder_code, v.posted_period, v.voucher_no, v.line_no, t.step_no
                ORDER BY v.share_no ROWS UNBOUNDED PRECEDING
            ) AS HUGEINT
        ) AS up_to,
        CAST(v.amount_cny * 100 AS HUGEINT) AS share,
        t.whole, t.released, t.released_before
    FROM line AS v
    JOIN step AS t USING (holder_code, posted_period, voucher_no, line_no)
    LEFT JOIN whole_in AS i USING (holder_code, posted_period, voucher_no, line_no)
    WHERE t.released > t.released_before
),

moved AS (
    SELECT
        p.*,
        p.up_to * p.released // p.whole - (p.up_to - p.share) * p.released // p.whole
        - p.up_to * p.released_before // p.whole + (p.up_to - p.share) * p.released_before // p.whole AS entered
    FROM part AS p
),

entry AS (
    SELECT
        v.holder_code, v.posted_period, v.voucher_no, v.line_no, v.share_no,
        CAST(0 AS BIGINT) AS entry_no,
        v.resource_code, v.resource_id, v.cost_kind, v.phase, v.treatment, v.purpose, v.match_status,
        v.amount_cny AS entry_cny,
        v.posted_date AS entry_date,
        v.available_date AS use_date,
        v.life_months, v.life_basis,
        h.held_by IS NOT NULL AS is_held,
        h.held_by,
        v.delivery_id, v.ordinal
    FROM line AS v
    LEFT JOIN held AS h USING (holder_code, posted_period, voucher_no, line_no)
    UNION ALL
    SELECT
        m.holder_code, m.posted_period, m.voucher_no, m.line_no, m.share_no, 2 * m.step_no - 1, m.resource_code,
        m.resource_id, m.cost_kind, m.phase, m.treatment, m.purpose, m.match_status,
        CAST(m.entered * 0.01 AS DECIMAL(20, 2)),
        greatest(m.posted_date, m.release_date),
        -- greatest() passes over NULL.
        CASE WHEN m.available_date IS NOT NULL THEN greatest(m.available_date, m.release_date) END,
        m.life_months, m.life_basis, FALSE, m.held_by, m.delivery_id, m.ordinal
    FROM moved AS m
    WHERE m.entered > 0
    UNION ALL
    SELECT
        m.holder_code, m.posted_period, m.voucher_no, m.line_no, m.share_no, 2 * m.step_no, m.resource_code,
        m.resource_id, m.cost_kind, m.phase, m.treatment, m.purpose, m.match_status,
        CAST(-m.entered * 0.01 AS DECIMAL(20, 2)), m.leave_date, CAST(NULL AS DATE), m.life_months, m.life_basis,
        FALSE, m.held_by, m.delivery_id, m.ordinal
    FROM moved AS m
    WHERE m.entered > 0 AND m.leave_date IS NOT NULL
)

SELECT
    e.holder_code,
    e.posted_period,
    e.voucher_no,
    e.line_no,
    e.share_no,
    CAST(e.entry_no AS INTEGER) AS entry_no,
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
