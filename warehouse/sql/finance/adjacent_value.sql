-- What the cards amounted to at the end of the month before, and will at the end of the month after: what the books
-- hold if they were a month late or early. From the dated movements, by the rules of valuation.snapshot.
WITH month_end AS (
    SELECT last_day($period_end + to_months(m.months_away)) AS end_date
    FROM unnest([-1, 1]) AS m(months_away)
),

tranche AS (
    SELECT
        a.card_id, a.posted_period, a.voucher_no, a.line_no, a.part_no, a.movement_date, a.amount_cny, e.end_date
    FROM valuation.movement AS a
    JOIN month_end AS e ON a.movement_date <= e.end_date
    LEFT JOIN valuation.movement AS d
        ON d.movement_kind <> 'addition'
        AND d.card_id = a.card_id
        AND d.posted_period = a.posted_period
        AND d.voucher_no = a.voucher_no
        AND d.line_no = a.line_no
        AND d.part_no = a.part_no
        AND d.movement_date <= e.end_date
    WHERE a.movement_kind = 'addition' AND d.card_id IS NULL
),

amortised AS (
    SELECT
        t.card_id, t.end_date, m.term_months,
        CASE WHEN m.term_no = 1 THEN CAST(t.amount_cny * 100 AS HUGEINT) ELSE 0 END AS cost,
        CAST(m.base_cny * 100 AS HUGEINT) AS base,
        greatest(0, least(
            m.term_months,
            least(datediff('month', t.movement_date, t.end_date + 1), m.months_until) - m.months_before
        )) AS months
    FROM tranche AS t
    JOIN valuation.amortisation_term AS m USING (card_id, posted_period, voucher_no, line_no, part_no)
),

total AS (
    SELECT
        a.card_id, a.end_date,
        CAST(sum(a.cost) AS DECIMAL(20, 0)) AS cost,
        CAST(sum((a.base * a.months + a.term_months // 2) // a.term_months) AS DECIMAL(20, 0)) AS amortisation
    FROM amortised AS a
    GROUP BY a.card_id, a.end_date
)

SELECT
    $period AS period,
    n.card_id,
    strftime(n.end_date, '%Y-%m') AS adjacent_period,
    CAST(n.cost * 0.01 AS DECIMAL(20, 2)) AS cost_cny,
    CAST(n.amortisation * 0.01 AS DECIMAL(20, 2)) AS amortisation_cny
FROM total AS n
