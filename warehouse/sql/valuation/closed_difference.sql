-- How the closed months of the year are known otherwise today, card by card and month by month: what today's knowledge
-- says of a month less what was closed of it. What was late itself when it was closed is less here in the month in
-- which it was booked, and more in that to which it belongs. An adjustment of the opening that was closed is nothing
-- that today's knowledge has, so a card with one is here too, with the adjustment apart. Of a card that is not here
-- both are the same.
WITH last_closed AS (
    SELECT p.holder_code, max(p.period) AS closed_month
    FROM valuation.closed_period AS p
    WHERE p.is_whole AND p.is_in_order AND p.period <= $period
    GROUP BY p.holder_code
),

moved AS (
    SELECT
        r.card_id, r.holder_code, r.booking_month, 'reckoned' AS basis,
        r.cost_cny, r.amortisation_cny, r.impairment_cny, r.development_cny, r.stock_cny
    FROM valuation.reckoned_movement AS r
    WHERE r.period = $period
    UNION ALL
    SELECT
        c.card_id, c.holder_code, c.booking_month,
        CASE c.entry_kind WHEN 'opening_adjustment' THEN 'adjusted' ELSE 'closed' END,
        c.cost_cny, c.amortisation_cny, c.impairment_cny, c.development_cny, c.stock_cny
    FROM valuation.closed_movement AS c
    WHERE c.period = $period
),

compared AS (
    SELECT
        m.card_id, m.holder_code, l.closed_month,
        m.booking_month AS belonging_month,
        sum(CASE m.basis WHEN 'reckoned' THEN m.cost_cny WHEN 'closed' THEN -m.cost_cny ELSE 0 END) AS cost_cny,
        sum(
            CASE m.basis WHEN 'reckoned' THEN m.amortisation_cny WHEN 'closed' THEN -m.amortisation_cny ELSE 0 END
        ) AS amortisation_cny,
        sum(CASE m.basis WHEN 'reckoned' THEN m.impairment_cny WHEN 'closed' THEN -m.impairment_cny ELSE 0 END)
            AS impairment_cny,
        sum(CASE m.basis WHEN 'reckoned' THEN m.development_cny ELSE -m.development_cny END) AS development_cny,
        sum(CASE m.basis WHEN 'reckoned' THEN m.stock_cny ELSE -m.stock_cny END) AS stock_cny,
        sum(CASE m.basis WHEN 'adjusted' THEN m.cost_cny ELSE 0 END) AS adjustment_cost_cny,
        sum(CASE m.basis WHEN 'adjusted' THEN m.amortisation_cny ELSE 0 END) AS adjustment_amortisation_cny,
        sum(CASE m.basis WHEN 'adjusted' THEN m.impairment_cny ELSE 0 END) AS adjustment_impairment_cny
    FROM moved AS m
    JOIN last_closed AS l ON l.holder_code = m.holder_code AND m.booking_month <= l.closed_month
    GROUP BY m.card_id, m.holder_code, l.closed_month, m.booking_month
)

SELECT
    $period AS period,
    c.card_id,
    c.belonging_month,
    c.holder_code,
    c.closed_month,
    CAST(c.cost_cny AS DECIMAL(20, 2)) AS cost_cny,
    CAST(c.amortisation_cny AS DECIMAL(20, 2)) AS amortisation_cny,
    CAST(c.impairment_cny AS DECIMAL(20, 2)) AS impairment_cny,
    CAST(c.development_cny AS DECIMAL(20, 2)) AS development_cny,
    CAST(c.stock_cny AS DECIMAL(20, 2)) AS stock_cny,
    CAST(c.adjustment_cost_cny AS DECIMAL(20, 2)) AS adjustment_cost_cny,
    CAST(c.adjustment_amortisation_cny AS DECIMAL(20, 2)) AS adjustment_amortisation_cny,
    CAST(c.adjustment_impairment_cny AS DECIMAL(20, 2)) AS adjustment_impairment_cny
FROM compared AS c
WHERE
    c.cost_cny <> 0
    OR c.amortisation_cny <> 0
    OR c.impairment_cny <> 0
    OR c.development_cny <> 0
    OR c.stock_cny <> 0
    OR c.adjustment_cost_cny <> 0
    OR c.adjustment_amortisation_cny <> 0
    OR c.adjustment_impairment_cny <> 0
