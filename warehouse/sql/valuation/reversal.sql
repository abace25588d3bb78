-- Which line of cost each negative line reverses: one of its amount for the same resource that was posted before it and
-- that nothing else reverses. Of several first one of the same voucher number, then one that no control holds, so that
-- what is held never takes the reversal of what counts; of these the last before it. Lines are laid on each other in
-- their order, a negative one takes off the topmost: what came onto a height and what next leaves it belong together. A
-- negative line that finds nothing of its amount has no row; it takes out a part (`valuation.movement`).
WITH taken AS (
    SELECT DISTINCT
        v.holder_code,
        coalesce(v.resource_code, '') AS place_code,
        CAST(-v.amount_cny AS DECIMAL(20, 2)) AS amount_cny
    FROM valuation.voucher_line AS v
    WHERE v.treatment = 'capitalised' AND v.amount_cny < 0
),

holding AS (
    SELECT DISTINCT c.holder_code, c.posted_period, c.voucher_no, c.line_no
    FROM valuation.cost_control AS c
    WHERE c.is_holding
),

-- Few costs have anything reversed; only their lines are looked at.
line AS (
    SELECT
        v.holder_code, v.posted_period, v.voucher_no, v.line_no, v.posted_date, t.place_code, t.amount_cny,
        coalesce(lower(trim(v.driver)), '') AS driver,
        v.amount_cny < 0 AS is_negative,
        h.line_no IS NOT NULL AS is_held
    FROM valuation.voucher_line AS v
    JOIN taken AS t
        ON t.holder_code = v.holder_code
        AND t.place_code = coalesce(v.resource_code, '')
        AND t.amount_cny = abs(v.amount_cny)
    LEFT JOIN holding AS h
        ON h.holder_code = v.holder_code
        AND h.posted_period = v.posted_period
        AND h.voucher_no = v.voucher_no
        AND h.line_no = v.line_no
    WHERE v.treatment = 'capitalised'
),

of_voucher_height AS (
    SELECT
        e.*,
        sum(CASE WHEN e.is_negative THEN -1 ELSE 1 END) OVER (
            PARTITION BY e.holder_code, e.place_code, e.amount_cny, e.driver, e.voucher_no
            ORDER BY
                e.posted_date, e.is_negative, e.is_held DESC, e.posted_period, e.voucher_no, e.line_no
            ROWS UNBOUNDED PRECEDING
        ) AS height
    FROM line AS e
),

of_voucher_low AS (
    SELECT
        e.*,
        least(0, min(e.height) OVER (
            PARTITION BY e.holder_code, e.place_code, e.amount_cny, e.driver, e.voucher_no
            ORDER BY
                e.posted_date, e.is_negative, e.is_held DESC, e.posted_period, e.voucher_no, e.line_no
            ROWS UNBOUNDED PRECEDING
        )) AS low
    FROM of_voucher_height AS e
),

of_voucher_level AS (
    SELECT
        e.*,
        e.height - e.low + CASE WHEN e.is_negative THEN 1 ELSE 0 END AS level,
        coalesce(lag(e.low) OVER (
            PARTITION BY e.holder_code, e.place_code, e.amount_cny, e.driver, e.voucher_no
            ORDER BY
                e.posted_date, e.is_negative, e.is_held DESC, e.posted_period, e.voucher_no, e.line_no
        ), 0) > e.low AS is_beyond
    FROM of_voucher_low AS e
),

of_voucher_turn AS (
    SELECT
        e.*,
        row_number() OVER (
            PARTITION BY e.holder_code, e.place_code, e.amount_cny, e.driver, e.voucher_no, e.level, e.is_negative
            ORDER BY e.posted_date, e.is_held DESC, e.posted_period, e.voucher_no, e.line_no
        ) AS turn
    FROM of_voucher_level AS e
    WHERE NOT e.is_beyond
),

of_voucher AS (
    SELECT
        n.holder_code, n.posted_period, n.voucher_no, n.line_no,
        p.posted_period AS reversed_period,
        p.voucher_no AS reversed_voucher_no,
        p.line_no AS reversed_line_no
    FROM of_voucher_turn AS n
    JOIN of_voucher_turn AS p USING (holder_code, place_code, amount_cny, driver, voucher_no, level, turn)
    WHERE n.is_negative AND NOT p.is_negative
),

left_over AS (
    SELECT e.*
    FROM line AS e
    ANTI JOIN of_voucher AS n
        ON n.holder_code = e.holder_code
        AND n.posted_period = e.posted_period
        AND n.voucher_no = e.voucher_no
        AND n.line_no = e.line_no
    ANTI JOIN of_voucher AS p
        ON p.holder_code = e.holder_code
        AND p.reversed_period = e.posted_period
        AND p.reversed_voucher_no = e.voucher_no
        AND p.reversed_line_no = e.line_no
),

counted AS (
    SELECT e.*
    FROM left_over AS e
    WHERE NOT e.is_held
),

of_counted_height AS (
    SELECT
        e.*,
        sum(CASE WHEN e.is_negative THEN -1 ELSE 1 END) OVER (
            PARTITION BY e.holder_code, e.place_code, e.amount_cny, e.driver
            ORDER BY
                e.posted_date, e.is_negative, e.is_held DESC, e.posted_period, e.voucher_no, e.line_no
            ROWS UNBOUNDED PRECEDING
        ) AS height
    FROM counted AS e
),

of_counted_low AS (
    SELECT
        e.*,
        least(0, min(e.height) OVER (
            PARTITION BY e.holder_code, e.place_code, e.amount_cny, e.driver
            ORDER BY
                e.posted_date, e.is_negative, e.is_held DESC, e.posted_period, e.voucher_no, e.line_no
            ROWS UNBOUNDED PRECEDING
        )) AS low
    FROM of_counted_height AS e
),

of_counted_level AS (
    SELECT
        e.*,
        e.height - e.low + CASE WHEN e.is_negative THEN 1 ELSE 0 END AS level,
        coalesce(lag(e.low) OVER (
            PARTITION BY e.holder_code, e.place_code, e.amount_cny, e.driver
            ORDER BY
                e.posted_date, e.is_negative, e.is_held DESC, e.posted_period, e.voucher_no, e.line_no
        ), 0) > e.low AS is_beyond
    FROM of_counted_low AS e
),

of_counted_turn AS (
    SELECT
        e.*,
        row_number() OVER (
            PARTITION BY e.holder_code, e.place_code, e.amount_cny, e.driver, e.level, e.is_negative
            ORDER BY e.posted_date, e.is_held DESC, e.posted_period, e.voucher_no, e.line_no
        ) AS turn
    FROM of_counted_level AS e
    WHERE NOT e.is_beyond
),

of_counted AS (
    SELECT
        n.holder_code, n.posted_period, n.voucher_no, n.line_no,
        p.posted_period AS reversed_period,
        p.voucher_no AS reversed_voucher_no,
        p.line_no AS reversed_line_no
    FROM of_counted_turn AS n
    JOIN of_counted_turn AS p USING (holder_code, place_code, amount_cny, driver, level, turn)
    WHERE n.is_negative AND NOT p.is_negative
),

last_over AS (
    SELECT e.*
    FROM left_over AS e
    ANTI JOIN of_counted AS n
        ON n.holder_code = e.holder_code
        AND n.posted_period = e.posted_period
        AND n.voucher_no = e.voucher_no
        AND n.line_no = e.line_no
    ANTI JOIN of_counted AS p
        ON p.holder_code = e.holder_code
        AND p.reversed_period = e.posted_period
        AND p.reversed_voucher_no = e.voucher_no
        AND p.reversed_line_no = e.line_no
),

of_any_height AS (
    SELECT
        e.*,
        sum(CASE WHEN e.is_negative THEN -1 ELSE 1 END) OVER (
            PARTITION BY e.holder_code, e.place_code, e.amount_cny
            ORDER BY
                e.posted_date, e.is_negative, e.is_held DESC, e.posted_period, e.voucher_no, e.line_no
            ROWS UNBOUNDED PRECEDING
        ) AS height
    FROM last_over AS e
),

of_any_low AS (
    SELECT
        e.*,
        least(0, min(e.height) OVER (
            PARTITION BY e.holder_code, e.place_code, e.amount_cny
            ORDER BY
                e.posted_date, e.is_negative, e.is_held DESC, e.posted_period, e.voucher_no, e.line_no
            ROWS UNBOUNDED PRECEDING
        )) AS low
    FROM of_any_height AS e
),

of_any_level AS (
    SELECT
        e.*,
        e.height - e.low + CASE WHEN e.is_negative THEN 1 ELSE 0 END AS level,
        coalesce(lag(e.low) OVER (
            PARTITION BY e.holder_code, e.place_code, e.amount_cny
            ORDER BY
                e.posted_date, e.is_negative, e.is_held DESC, e.posted_period, e.voucher_no, e.line_no
        ), 0) > e.low AS is_beyond
    FROM of_any_low AS e
),

of_any_turn AS (
    SELECT
        e.*,
        row_number() OVER (
            PARTITION BY e.holder_code, e.place_code, e.amount_cny, e.level, e.is_negative
            ORDER BY e.posted_date, e.is_held DESC, e.posted_period, e.voucher_no, e.line_no
        ) AS turn
    FROM of_any_level AS e
    WHERE NOT e.is_beyond
),

of_any AS (
    SELECT
        n.holder_code, n.posted_period, n.voucher_no, n.line_no,
        p.posted_period AS reversed_period,
        p.voucher_no AS reversed_voucher_no,
        p.line_no AS reversed_line_no
    FROM of_any_turn AS n
    JOIN of_any_turn AS p USING (holder_code, place_code, amount_cny, level, turn)
    WHERE n.is_negative AND NOT p.is_negative
)

SELECT
    f.holder_code, f.posted_period, f.voucher_no, f.line_no, f.reversed_period, f.reversed_voucher_no,
    f.reversed_line_no
FROM of_voucher AS f
UNION ALL
SELECT
    f.holder_code, f.posted_period, f.voucher_no, f.line_no, f.reversed_period, f.reversed_voucher_no,
    f.reversed_line_no
FROM of_counted AS f
UNION ALL
SELECT
    f.holder_code, f.posted_period, f.voucher_no, f.line_no, f.reversed_period, f.reversed_voucher_no,
    f.reversed_line_no
FROM of_any AS f
