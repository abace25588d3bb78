-- What is late, of the opening and of the closed months, booked in the first month that is open, by the month to which
-- it belongs (what is of the opening, to the last month of the year before): today's knowledge less what was closed.
-- What was booked late in a month that is closed by now is less there: it is taken for the oldest that is more, so that
-- nothing is booked twice. Policy says whether what is late of the opening adjusts it or is a movement of the year.
-- What is more than was closed enters as its kind, what is less is a reversal; a difference in development or stock is
-- a line of them.
WITH last_closed AS (
    SELECT
        p.holder_code,
        max(p.period) AS closed_month,
        strftime(greatest($year_start, CAST(max(p.period) || '-01' AS DATE) + to_months(1)), '%Y-%m') AS open_month
    FROM valuation.closed_period AS p
    WHERE p.is_whole AND p.is_in_order AND p.period <= $period
    GROUP BY p.holder_code
),

card AS (
    SELECT o.card_id, o.holder_code, l.open_month, l.closed_month
    FROM valuation.opening AS o
    JOIN last_closed AS l ON l.holder_code = o.holder_code AND l.open_month <= $period
    WHERE o.period = $period
),

differing AS (
    SELECT
        o.card_id,
        strftime($year_start - INTERVAL 1 DAY, '%Y-%m') AS belonging_month,
        k.measure,
        CASE k.measure
            WHEN 'cost' THEN o.late_cost_cny
            WHEN 'amortisation' THEN o.late_amortisation_cny
            ELSE o.late_impairment_cny
        END AS amount_cny
    FROM valuation.opening AS o
    CROSS JOIN (VALUES ('cost'), ('amortisation'), ('impairment')) AS k(measure)
    WHERE o.period = $period AND o.booked_as = 'current_period'
    UNION ALL
    SELECT
        d.card_id, d.belonging_month, k.measure,
        CASE k.measure
            WHEN 'cost' THEN d.cost_cny
            WHEN 'amortisation' THEN d.amortisation_cny
            WHEN 'impairment' THEN d.impairment_cny
            WHEN 'development' THEN d.development_cny
            ELSE d.stock_cny
        END
    FROM valuation.closed_difference AS d
    CROSS JOIN (VALUES ('cost'), ('amortisation'), ('impairment'), ('development'), ('stock')) AS k(measure)
    WHERE d.period = $period
),

-- How far what is more, and what is less, reaches up to each month, and in all.
reached AS (
    SELECT
        d.card_id, d.belonging_month, d.measure,
        greatest(0, d.amount_cny) AS more_cny,
        greatest(0, -d.amount_cny) AS less_cny,
        sum(greatest(0, d.amount_cny)) OVER (
            PARTITION BY d.card_id, d.measure ORDER BY d.belonging_month ROWS UNBOUNDED PRECEDING
        ) AS more_up_to_cny,
        sum(greatest(0, -d.amount_cny)) OVER (
            PARTITION BY d.card_id, d.measure ORDER BY d.belonging_month ROWS UNBOUNDED PRECEDING
        ) AS less_up_to_cny,
        sum(greatest(0, d.amount_cny)) OVER (PARTITION BY d.card_id, d.measure) AS all_more_cny,
        sum(greatest(0, -d.amount_cny)) OVER (PARTITION BY d.card_id, d.measure) AS all_less_cny
    FROM differing AS d
    WHERE d.amount_cny <> 0
),

unbooked AS (
    SELECT
        r.card_id, r.belonging_month, r.measure,
        greatest(0, r.more_up_to_cny - greatest(r.more_up_to_cny - r.more_cny, r.all_less_cny))
        - greatest(0, r.less_up_to_cny - greatest(r.less_up_to_cny - r.less_cny, r.all_more_cny)) AS amount_cny
    FROM reached AS r
),

adjusted AS (
    SELECT
        d.card_id,
        sum(d.adjustment_cost_cny) AS cost_cny,
        sum(d.adjustment_amortisation_cny) AS amortisation_cny,
        sum(d.adjustment_impairment_cny) AS impairment_cny
    FROM valuation.closed_difference AS d
    WHERE d.period = $period
    GROUP BY d.card_id
),

kinded AS (
    SELECT
        u.card_id, u.belonging_month, u.measure, u.amount_cny,
        CASE
            WHEN u.measure IN ('development', 'stock') THEN u.measure
            WHEN u.amount_cny < 0 THEN 'reversal'
            WHEN u.measure = 'cost' THEN 'acquisition'
            ELSE u.measure
        END AS entry_kind
    FROM unbooked AS u
    UNION ALL
    SELECT
        s.card_id, strftime($year_start - INTERVAL 1 DAY, '%Y-%m'), k.measure,
        CASE k.measure
            WHEN 'cost' THEN coalesce(s.adjustment_cost_cny, 0) - coalesce(a.cost_cny, 0)
            WHEN 'amortisation' THEN coalesce(s.adjustment_amortisation_cny, 0) - coalesce(a.amortisation_cny, 0)
            ELSE coalesce(s.adjustment_impairment_cny, 0) - coalesce(a.impairment_cny, 0)
        END,
        'opening_adjustment'
    FROM valuation.snapshot AS s
    LEFT JOIN adjusted AS a ON a.card_id = s.card_id
    CROSS JOIN (VALUES ('cost'), ('amortisation'), ('impairment')) AS k(measure)
    WHERE s.period = $period
),

entry AS (
    SELECT
        k.card_id, k.belonging_month, k.entry_kind,
        sum(CASE WHEN k.measure = 'cost' THEN k.amount_cny ELSE 0 END) AS cost_cny,
        sum(CASE WHEN k.measure = 'amortisation' THEN k.amount_cny ELSE 0 END) AS amortisation_cny,
        sum(CASE WHEN k.measure = 'impairment' THEN k.amount_cny ELSE 0 END) AS impairment_cny,
        sum(CASE WHEN k.measure = 'development' THEN k.amount_cny ELSE 0 END) AS development_cny,
        sum(CASE WHEN k.measure = 'stock' THEN k.amount_cny ELSE 0 END) AS stock_cny
    FROM kinded AS k
    WHERE k.amount_cny <> 0
    GROUP BY k.card_id, k.belonging_month, k.entry_kind
)

-- What it follows from is said of the month to which it belongs.
SELECT
    $period AS period,
    e.card_id,
    c.open_month AS booking_month,
    e.belonging_month,
    e.entry_kind,
    c.holder_code,
    CAST(e.cost_cny AS DECIMAL(20, 2)) AS cost_cny,
    CAST(e.amortisation_cny AS DECIMAL(20, 2)) AS amortisation_cny,
    CAST(e.impairment_cny AS DECIMAL(20, 2)) AS impairment_cny,
    CAST(e.development_cny AS DECIMAL(20, 2)) AS development_cny,
    CAST(e.stock_cny AS DECIMAL(20, 2)) AS stock_cny,
    concat_ws('、', r.follows_from, '结账期间 ' || c.closed_month) AS follows_from
FROM entry AS e
JOIN card AS c USING (card_id)
LEFT JOIN valuation.reckoned_movement AS r
    ON r.period = $period
    AND r.card_id = e.card_id
    AND r.booking_month = e.belonging_month
    AND r.entry_kind = e.entry_kind
