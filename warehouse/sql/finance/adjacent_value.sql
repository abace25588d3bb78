-- What the cards amounted to at the end of the month before, and will at the end of the month after: what the books
-- hold if they were a month late or early. From the dated movements, by the rules of valuation.snapshot.
WITH month_end AS (
    SELECT last_day($period_end + to_months(m.months_away)) AS end_date
    FROM unnest([-1, 1]) AS m(months_away)
),

tranche AS (
    SELECT
        a.card_id, e.end_date,
        CAST(a.amount_cny * 100 AS HUGEINT) AS cost,
        coalesce(a.life_months, 0) AS life,
        least(coalesce(a.life_months, 0), datediff('month', a.movement_date, e.end_date + 1)) AS months
    FROM valuation.movement AS a
    JOIN month_end AS e ON a.movement_date <= e.end_date
    LEFT JOIN valuation.movement AS d
        ON d.movement_kind = 'disposal'
        AND d.card_id = a.card_id
        AND d.voucher_no = a.voucher_no
        AND d.line_no = a.line_no
        AND d.movement_date <= e.end_date
    WHERE a.movement_kind = 'addition' AND d.card_id IS NULL
),

total AS (
    SELECT
        t.card_id, t.end_date,
        CAST(sum(t.cost) AS DECIMAL(20, 0)) AS cost,
        CAST(sum(CASE WHEN t.life = 0 THEN 0 ELSE (t.cost * t.months + t.life // 2) // t.life END) AS DECIMAL(20, 0))
            AS amortisation
    FROM tranche AS t
    GROUP BY t.card_id, t.end_date
)

SELECT
    $period AS period,
    n.card_id,
    strftime(n.end_date, '%Y-%m') AS adjacent_period,
    CAST(n.cost * 0.01 AS DECIMAL(20, 2)) AS cost_cny,
    CAST(n.amortisation * 0.01 AS DECIMAL(20, 2)) AS amortisation_cny
FROM total AS n
