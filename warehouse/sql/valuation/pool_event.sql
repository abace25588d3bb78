-- What events take out of each pool of a card, or impair, by day: what goes over to another card is what that takes of
-- the pool; anything else falls on the pools of a card that took over several as what came into them did, and of others
-- on the pool 0. Development that goes over is said apart. What comes with the day on which the card leaves, or after
-- it, is not here: then all of it leaves.
WITH event AS (
    SELECT
        a.card_id, a.holder_code, e.delivery_id, e.ordinal, e.resource_id, e.event_effect, e.event_date, e.amount_cny,
        e.document_no
    FROM registry.card_event AS e
    JOIN registry.asset_card AS a USING (resource_id)
    WHERE
        e.event_effect IN ('part', 'impair')
        AND e.amount_cny > 0
        AND (a.disposed_date IS NULL OR e.event_date < a.disposed_date)
),

other AS (
    SELECT e.*
    FROM event AS e
    LEFT JOIN registry.succession AS s USING (delivery_id, ordinal)
    WHERE NOT coalesce(s.is_taken_over, FALSE)
),

several AS (
    SELECT DISTINCT p.card_id
    FROM valuation.taken_pool AS p
    WHERE p.pool_no > 0
),

-- Of cards of several pools: what each took over by then; with the main one stands what came otherwise.
taken AS (
    SELECT e.delivery_id, e.ordinal, p.pool_no, p.amount_cny
    FROM other AS e
    JOIN valuation.taken_pool AS p ON p.card_id = e.card_id AND p.event_date <= e.event_date
    JOIN several AS k ON k.card_id = e.card_id
),

came AS (
    SELECT
        e.delivery_id, e.ordinal, sum(c.amount_cny) AS amount_cny
    FROM other AS e
    JOIN several AS k ON k.card_id = e.card_id
    JOIN valuation.cost_line AS c ON c.resource_id = e.resource_id
    WHERE
        c.treatment = 'capitalised'
        AND c.purpose = 'use'
        AND NOT c.is_held
        AND greatest(c.available_date, date_trunc('month', c.posted_date)) <= e.event_date
        AND c.available_date IS NOT NULL
    GROUP BY e.delivery_id, e.ordinal
),

weighed AS (
    SELECT
        t.delivery_id, t.ordinal, t.pool_no,
        cents(t.amount_cny)
        + CASE WHEN t.pool_no = 0
            THEN
                greatest(
                    0,
                    cents(coalesce(c.amount_cny, 0))
                    - CAST(sum(cents(t.amount_cny)) OVER (PARTITION BY t.delivery_id, t.ordinal) AS HUGEINT)
                )
            ELSE 0
        END AS weight
    FROM taken AS t
    LEFT JOIN came AS c USING (delivery_id, ordinal)
),

summed AS (
    SELECT
        w.delivery_id, w.ordinal, w.pool_no, w.weight,
        CAST(sum(w.weight) OVER (PARTITION BY w.delivery_id, w.ordinal) AS HUGEINT) AS whole,
        CAST(
            sum(w.weight) OVER (
                PARTITION BY w.delivery_id, w.ordinal ORDER BY w.pool_no ROWS UNBOUNDED PRECEDING
            ) AS HUGEINT
        ) AS up_to
    FROM weighed AS w
),

amount AS (
    SELECT
        e.card_id,
        CAST(0 AS BIGINT) AS pool_no,
        CASE e.event_effect WHEN 'part' THEN 'part_disposal' ELSE 'impairment' END AS movement_kind,
        e.holder_code, e.event_date, e.document_no, cents(e.amount_cny) AS amount
    FROM other AS e
    ANTI JOIN summed AS s ON s.delivery_id = e.delivery_id AND s.ordinal = e.ordinal
    UNION ALL
    SELECT
        e.card_id, s.pool_no,
        CASE e.event_effect WHEN 'part' THEN 'part_disposal' ELSE 'impairment' END,
        e.holder_code, e.event_date, e.document_no,
        cents(e.amount_cny) * s.up_to // greatest(1, s.whole)
        - cents(e.amount_cny) * (s.up_to - s.weight) // greatest(1, s.whole)
    FROM other AS e
    JOIN summed AS s USING (delivery_id, ordinal)
    UNION ALL
    SELECT
        e.card_id, p.former_pool_no, 'succession_out', e.holder_code, e.event_date, e.document_no, cents(p.amount_cny)
    FROM event AS e
    JOIN valuation.taken_pool AS p USING (delivery_id, ordinal)
    UNION ALL
    SELECT f.card_id, 0, 'development_out', f.holder_code, p.event_date, s.document_no, cents(p.amount_cny)
    FROM registry.succession_part AS p
    JOIN registry.succession AS s USING (delivery_id, ordinal)
    JOIN registry.asset_card AS f ON f.holder_code = p.holder_code AND f.resource_code = p.former_code
    WHERE s.is_taken_over AND p.cost_state = 'in_development'
),

moved AS (
    SELECT
        a.card_id, a.pool_no, a.movement_kind, a.event_date, a.holder_code,
        sum(a.amount) AS amount,
        string_agg(DISTINCT a.document_no, ';' ORDER BY a.document_no) AS document_no
    FROM amount AS a
    GROUP BY a.card_id, a.pool_no, a.movement_kind, a.event_date, a.holder_code
)

SELECT
    s.card_id,
    s.pool_no,
    s.movement_kind,
    s.event_date,
    s.holder_code,
    CAST(CASE s.movement_kind WHEN 'impairment' THEN s.amount ELSE -s.amount END * 0.01 AS DECIMAL(20, 2))
        AS amount_cny,
    s.document_no
FROM moved AS s
WHERE s.amount <> 0
