-- What changed in the amounts of each card in each month of the year up to the period, and by what, with two months: in
-- which it is booked, and to which it belongs. Booked in its own month is what today's knowledge says of it, or of a
-- closed month that is known otherwise today what was closed; what is late belongs to a month that is closed, or to the
-- year before, and is booked in the first open one. Expenses, which no closing has, stand in the month of posting. The
-- opening and the changes of a year are always the closing.
WITH differing AS (
    SELECT DISTINCT d.card_id, d.closed_month
    FROM valuation.closed_difference AS d
    WHERE d.period = $period
),

entry AS (
    SELECT
        r.card_id, r.booking_month,
        r.booking_month AS belonging_month,
        r.entry_kind, r.cost_cny, r.amortisation_cny, r.impairment_cny, r.development_cny, r.stock_cny, r.expense_cny,
        r.follows_from
    FROM valuation.reckoned_movement AS r
    LEFT JOIN differing AS d ON d.card_id = r.card_id
    WHERE
        r.period = $period
        AND (r.entry_kind = 'expense' OR d.card_id IS NULL OR r.booking_month > d.closed_month)
    UNION ALL
    SELECT
        c.card_id, c.booking_month, c.booking_month, c.entry_kind, c.cost_cny, c.amortisation_cny, c.impairment_cny,
        c.development_cny, c.stock_cny, CAST(0 AS DECIMAL(20, 2)), c.follows_from
    FROM valuation.closed_movement AS c
    JOIN differing AS d ON d.card_id = c.card_id
    WHERE c.period = $period
    UNION ALL
    SELECT
        l.card_id, l.booking_month, l.belonging_month, l.entry_kind, l.cost_cny, l.amortisation_cny, l.impairment_cny,
        l.development_cny, l.stock_cny, CAST(0 AS DECIMAL(20, 2)), l.follows_from
    FROM valuation.late_movement AS l
    WHERE l.period = $period
)

SELECT
    $period AS period,
    e.card_id,
    e.booking_month,
    e.belonging_month,
    e.entry_kind,
    e.belonging_month < e.booking_month AS is_late,
    o.holder_code,
    CAST(e.cost_cny AS DECIMAL(20, 2)) AS cost_cny,
    CAST(e.amortisation_cny AS DECIMAL(20, 2)) AS amortisation_cny,
    CAST(e.impairment_cny AS DECIMAL(20, 2)) AS impairment_cny,
    CAST(e.development_cny AS DECIMAL(20, 2)) AS development_cny,
    CAST(e.stock_cny AS DECIMAL(20, 2)) AS stock_cny,
    CAST(e.expense_cny AS DECIMAL(20, 2)) AS expense_cny,
    e.follows_from
FROM entry AS e
JOIN valuation.opening AS o ON o.period = $period AND o.card_id = e.card_id
WHERE
    e.cost_cny <> 0
    OR e.amortisation_cny <> 0
    OR e.impairment_cny <> 0
    OR e.development_cny <> 0
    OR e.stock_cny <> 0
    OR e.expense_cny <> 0
