-- The months that are closed, by unit: the operator's last word on a month, if it is not that it is open again. What
-- was closed are the rows of cards in the same delivery; a closing that lacks any of them, or whose sum is another, is
-- not whole and closes nothing.
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
)

SELECT
    w.holder_code,
    w.period,
    w.delivery_id,
    w.ordinal,
    n.card_count,
    CAST(n.closing_cost_cny AS DECIMAL(20, 2)) AS closing_cost_cny,
    coalesce(n.card_count = w.card_count AND n.closing_cost_cny = w.closing_cost_cny, FALSE) AS is_whole,
    w.decided_by AS decider_name,
    w.reason
FROM word AS w
JOIN counted AS n USING (holder_code, period)
WHERE w.period_state = 'closed'
