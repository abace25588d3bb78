-- What changed in the amounts of each card in each month of the year up to the period, and by what: what today's
-- knowledge says of the month, or of a closed month that is known otherwise today what was closed; and, in the first
-- open month, what is late. Expenses, which no closing has, stand in the month of their posting. The opening and the
-- changes of a year are always the closing.
WITH late AS (
    SELECT l.*
    FROM valuation.late_movement AS l
    WHERE l.period = $period
),

booked AS (
    SELECT
        r.card_id, r.booking_month, r.entry_kind, r.cost_cny, r.amortisation_cny, r.impairment_cny,
        r.development_cny, r.stock_cny, r.expense_cny, r.follows_from
    FROM valuation.reckoned_movement AS r
    LEFT JOIN valuation.closed_difference AS d ON d.period = r.period AND d.card_id = r.card_id
    WHERE
        r.period = $period
        AND (r.entry_kind = 'expense' OR d.card_id IS NULL OR r.booking_month > d.closed_month)
    UNION ALL
    SELECT
        c.card_id, c.booking_month, c.entry_kind, c.cost_cny, c.amortisation_cny, c.impairment_cny,
        c.development_cny, c.stock_cny, CAST(0 AS DECIMAL(20, 2)), c.follows_from
    FROM valuation.closed_movement AS c
    JOIN valuation.closed_difference AS d ON d.period = c.period AND d.card_id = c.card_id
    WHERE c.period = $period
),

-- A card has each kind of change once a month, besides what is late.
entry AS (
    SELECT
        coalesce(b.card_id, l.card_id) AS card_id,
        coalesce(b.booking_month, l.booking_month) AS booking_month,
        coalesce(b.entry_kind, l.entry_kind) AS entry_kind,
        coalesce(b.cost_cny, 0) + coalesce(l.cost_cny, 0) AS cost_cny,
        coalesce(b.amortisation_cny, 0) + coalesce(l.amortisation_cny, 0) AS amortisation_cny,
        coalesce(b.impairment_cny, 0) + coalesce(l.impairment_cny, 0) AS impairment_cny,
        coalesce(b.development_cny, 0) + coalesce(l.development_cny, 0) AS development_cny,
        coalesce(b.stock_cny, 0) + coalesce(l.stock_cny, 0) AS stock_cny,
        coalesce(b.expense_cny, 0) AS expense_cny,
        CASE WHEN l.card_id IS NULL THEN b.follows_from ELSE concat_ws('、', b.follows_from, l.follows_from) END
            AS follows_from
    FROM booked AS b
    FULL JOIN late AS l
        ON l.card_id = b.card_id AND l.booking_month = b.booking_month AND l.entry_kind = b.entry_kind
)

SELECT
    $period AS period,
    e.card_id,
    e.booking_month,
    e.entry_kind,
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
