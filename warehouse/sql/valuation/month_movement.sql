-- What changed in the amounts of each card in each month of the year up to the period, and by what: what today's
-- knowledge says of the month, or of a closed month that is known otherwise today what was closed; and, in the first
-- open month, what is late. Expenses, which no closing has, stand in the month of their posting. The opening and the
-- changes of a year are always the closing.
WITH booked AS (
    SELECT
        r.card_id, r.booking_month, r.entry_kind, FALSE AS is_late, r.cost_cny, r.amortisation_cny, r.impairment_cny,
        r.development_cny, r.stock_cny, r.expense_cny, r.follows_from
    FROM valuation.reckoned_movement AS r
    LEFT JOIN valuation.closed_difference AS d ON d.period = r.period AND d.card_id = r.card_id
    WHERE
        r.period = $period
        AND (r.entry_kind = 'expense' OR d.card_id IS NULL OR r.booking_month > d.closed_month)
    UNION ALL
    SELECT
        c.card_id, c.booking_month, c.entry_kind, FALSE, c.cost_cny, c.amortisation_cny, c.impairment_cny,
        c.development_cny, c.stock_cny, CAST(0 AS DECIMAL(20, 2)), c.follows_from
    FROM valuation.closed_movement AS c
    JOIN valuation.closed_difference AS d ON d.period = c.period AND d.card_id = c.card_id
    WHERE c.period = $period
    UNION ALL
    SELECT
        l.card_id, l.booking_month, l.entry_kind, TRUE, l.cost_cny, l.amortisation_cny, l.impairment_cny,
        l.development_cny, l.stock_cny, CAST(0 AS DECIMAL(20, 2)), l.follows_from
    FROM valuation.late_movement AS l
    WHERE l.period = $period
),

entry AS (
    SELECT
        b.card_id, b.booking_month, b.entry_kind,
        CAST(sum(b.cost_cny) AS DECIMAL(20, 2)) AS cost_cny,
        CAST(sum(b.amortisation_cny) AS DECIMAL(20, 2)) AS amortisation_cny,
        CAST(sum(b.impairment_cny) AS DECIMAL(20, 2)) AS impairment_cny,
        CAST(sum(b.development_cny) AS DECIMAL(20, 2)) AS development_cny,
        CAST(sum(b.stock_cny) AS DECIMAL(20, 2)) AS stock_cny,
        CAST(sum(b.expense_cny) AS DECIMAL(20, 2)) AS expense_cny,
        string_agg(b.follows_from, '、' ORDER BY b.is_late) AS follows_from
    FROM booked AS b
    GROUP BY b.card_id, b.booking_month, b.entry_kind
)

SELECT
    $period AS period,
    e.card_id,
    e.booking_month,
    e.entry_kind,
    o.holder_code,
    e.cost_cny,
    e.amortisation_cny,
    e.impairment_cny,
    e.development_cny,
    e.stock_cny,
    e.expense_cny,
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
