-- What each event of succession (拆分、合并) takes from its former card: of the cost in use and of that in development,
-- which stays so; and the line of cost with which the new card takes it over, of that very amount and posted in the
-- month of the event. The events of a card take its cost one after the other, what is in use first; the one with which
-- the whole leaves takes the rest. A line is one of use if it could be used when it was posted. What is held for sale
-- goes to no other card.
WITH cost AS (
    SELECT
        c.holder_code, c.resource_code, c.posted_date, c.available_date, c.amount_cny,
        CASE
            WHEN c.available_date >= date_trunc('month', c.posted_date) THEN c.available_date
            WHEN c.available_date IS NOT NULL THEN c.posted_date
        END AS use_date,
        strftime(c.posted_date, '%Y-%m') AS posted_period,
        c.voucher_no, c.line_no, c.delivery_id, c.ordinal
    FROM registry.treated_cost AS c
    WHERE c.treatment = 'capitalised' AND c.purpose = 'use'
    QUALIFY row_number() OVER (
        PARTITION BY c.holder_code, strftime(c.posted_date, '%Y-%m'), c.voucher_no, c.line_no
        ORDER BY c.delivery_date DESC, c.delivery_id, c.ordinal
    ) = 1
),

leaving AS (
    SELECT
        h.delivery_id, h.ordinal, h.resource_id, h.holder_code, h.resource_code, h.event_kind, h.event_date,
        h.event_effect, h.amount_cny,
        coalesce(
            sum(h.amount_cny) OVER (
                PARTITION BY h.resource_id ORDER BY h.event_date, h.delivery_id, h.ordinal
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ),
            0
        ) AS before_cny
    FROM registry.card_event AS h
    WHERE h.event_effect IN ('leave', 'part')
),

-- What is taken back of a card is taken of what is in use, as far as there is any.
stood AS (
    SELECT
        n.delivery_id, n.ordinal,
        coalesce(sum(c.amount_cny), 0) AS whole_cny,
        coalesce(
            greatest(
                0,
                sum(
                    CASE
                        WHEN c.amount_cny < 0 OR c.use_date <= n.event_date THEN c.amount_cny
                        ELSE 0
                    END
                )
            ),
            0
        ) AS in_use_cny
    FROM leaving AS n
    JOIN policy.succession_rule AS u ON u.event_kind = n.event_kind AND in_force(u, n.event_date)
    LEFT JOIN cost AS c
        ON c.holder_code = n.holder_code AND c.resource_code = n.resource_code AND c.posted_date <= n.event_date
    GROUP BY n.delivery_id, n.ordinal
),

reached AS (
    SELECT
        n.delivery_id, n.ordinal, n.holder_code, n.resource_code AS former_code, e.resource_code, n.event_date,
        s.whole_cny, s.in_use_cny,
        least(n.before_cny, s.whole_cny) AS from_cny,
        CASE n.event_effect WHEN 'leave' THEN s.whole_cny ELSE least(n.before_cny + n.amount_cny, s.whole_cny) END
            AS up_to_cny
    FROM leaving AS n
    JOIN stood AS s USING (delivery_id, ordinal)
    JOIN delivered.event AS e USING (delivery_id, ordinal)
),

part AS (
    SELECT
        r.delivery_id, r.ordinal, r.holder_code, r.resource_code, r.former_code, r.event_date, k.cost_state,
        CASE k.cost_state WHEN 'in_use' THEN r.in_use_cny ELSE r.whole_cny - r.in_use_cny END AS cost_cny,
        CASE k.cost_state
            WHEN 'in_use' THEN least(r.up_to_cny, r.in_use_cny) - least(r.from_cny, r.in_use_cny)
            ELSE greatest(r.up_to_cny, r.in_use_cny) - greatest(r.from_cny, r.in_use_cny)
        END AS amount_cny
    FROM reached AS r
    CROSS JOIN (VALUES ('in_use'), ('in_development')) AS k(cost_state)
),

-- Of several of one amount the first goes with the first.
wanted AS (
    SELECT
        p.*,
        strftime(p.event_date, '%Y-%m') AS posted_period,
        row_number() OVER (
            PARTITION BY p.holder_code, p.resource_code, p.cost_state, p.amount_cny, date_trunc('month', p.event_date)
            ORDER BY p.event_date, p.delivery_id, p.ordinal
        ) AS turn
    FROM part AS p
    WHERE p.amount_cny > 0
),

offered AS (
    SELECT
        c.holder_code, c.resource_code, c.amount_cny, c.posted_period, c.voucher_no, c.line_no,
        CASE WHEN c.available_date <= c.posted_date THEN 'in_use' ELSE 'in_development' END AS cost_state,
        row_number() OVER (
            PARTITION BY
                c.holder_code, c.resource_code, coalesce(c.available_date <= c.posted_date, FALSE), c.amount_cny,
                c.posted_period
            ORDER BY c.posted_date, c.voucher_no, c.line_no
        ) AS turn
    FROM cost AS c
    WHERE c.amount_cny > 0
)

SELECT
    w.delivery_id,
    w.ordinal,
    w.cost_state,
    w.holder_code,
    w.resource_code,
    w.former_code,
    w.event_date,
    CAST(w.cost_cny AS DECIMAL(20, 2)) AS standing_cny,
    CAST(w.amount_cny AS DECIMAL(20, 2)) AS amount_cny,
    o.posted_period,
    o.voucher_no,
    o.line_no
FROM wanted AS w
LEFT JOIN offered AS o USING (holder_code, resource_code, cost_state, amount_cny, posted_period, turn)
