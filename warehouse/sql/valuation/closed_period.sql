-- The months that are closed, by unit: the operator's last word on a month, if it is not that it is open again. What
-- was closed are the rows of cards in the same delivery; a closing that lacks any of them, or whose sum is another, is
-- not whole and closes nothing. Months close in order: of the runs of months without a gap the one that was closed
-- first counts; a closing apart from it, before it or beyond an open month, closes nothing until the months between are
-- closed.
WITH word AS (
    SELECT c.*
    FROM delivered.closing AS c
    WHERE c.card_id IS NULL
    QUALIFY row_number() OVER (
        PARTITION BY c.holder_code, c.period ORDER BY c.delivery_date DESC, c.delivery_id DESC, c.ordinal DESC
    ) = 1
),

counted AS (
    SELECT
        w.holder_code, w.period,
        count(c.card_id) AS card_count,
        coalesce(sum(c.closing_cost_cny), 0) AS closing_cost_cny
    FROM word AS w
    LEFT JOIN delivered.closing AS c
        ON c.delivery_id = w.delivery_id
        AND c.holder_code = w.holder_code
        AND c.period = w.period
        AND c.card_id IS NOT NULL
    GROUP BY w.holder_code, w.period
),

judged AS (
    SELECT
        w.*,
        n.closing_cost_cny AS counted_cny,
        n.card_count AS counted,
        coalesce(n.card_count = w.card_count AND n.closing_cost_cny = w.closing_cost_cny, FALSE) AS is_whole,
        CAST(w.period || '-01' AS DATE) AS month_start
    FROM word AS w
    JOIN counted AS n USING (holder_code, period)
    WHERE w.period_state = 'closed'
),

-- Months of one run have the same difference of their number and their place among the closed ones.
run AS (
    SELECT
        j.holder_code, j.period, j.delivery_date, j.delivery_id,
        datediff('month', DATE '1900-01-01', j.month_start)
        - row_number() OVER (PARTITION BY j.holder_code ORDER BY j.month_start) AS run_no
    FROM judged AS j
    WHERE j.is_whole
),

first_run AS (
    SELECT r.holder_code, r.run_no
    FROM run AS r
    QUALIFY row_number() OVER (
        PARTITION BY r.holder_code ORDER BY r.delivery_date, r.delivery_id, r.run_no
    ) = 1
),

in_order AS (
    SELECT r.holder_code, r.period
    FROM run AS r
    JOIN first_run AS f USING (holder_code, run_no)
)

SELECT
    j.holder_code,
    j.period,
    j.delivery_id,
    j.ordinal,
    j.counted AS card_count,
    CAST(j.counted_cny AS DECIMAL(20, 2)) AS closing_cost_cny,
    j.is_whole,
    i.period IS NOT NULL AS is_in_order,
    j.decided_by AS decider_name,
    j.reason
FROM judged AS j
LEFT JOIN in_order AS i USING (holder_code, period)
