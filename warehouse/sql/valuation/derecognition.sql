-- What is derecognised (终止确认) of each card in a month of the year, with the amortisation and impairment that go with
-- it, by what: a reversal as far as negative lines take it, what other cards take over by a split or merge, the rest a
-- disposal. What leaves is negative. A line that
-- came in the month in which it is reversed was never amortised: it leaves with its cost alone.
WITH card AS (
    SELECT
        c.card_id, c.holder_code,
        CAST(date_trunc('month', c.recognised_date) AS DATE) AS recognised_month,
        CAST(date_trunc('month', c.disposed_date) AS DATE) AS disposed_month
    FROM registry.asset_card AS c
    JOIN valuation.snapshot AS s ON s.period = $period AND s.card_id = c.card_id
    WHERE
        s.snapshot_status IN ('valued', 'disposed')
        AND (c.disposed_date IS NULL OR c.disposed_date >= $year_start)
),

line AS (
    SELECT
        m.card_id, m.pool_no,
        CAST(date_trunc('month', m.event_date) AS DATE) AS from_date,
        CASE WHEN m.movement_kind = 'addition' THEN m.amount_cny ELSE 0 END AS added_cny,
        CASE WHEN m.movement_kind = 'reversal' THEN -m.amount_cny ELSE 0 END AS reversed_cny
    FROM valuation.movement AS m
    WHERE m.movement_kind IN ('addition', 'reversal')
),

reversed AS (
    SELECT
        n.card_id, n.pool_no, n.from_date,
        least(sum(n.added_cny), sum(n.reversed_cny)) AS undone_cny,
        sum(n.reversed_cny) - least(sum(n.added_cny), sum(n.reversed_cny)) AS reversed_cny
    FROM line AS n
    GROUP BY n.card_id, n.pool_no, n.from_date
    HAVING sum(n.reversed_cny) > 0
),

taken_over AS (
    SELECT
        b.former_card_id AS card_id,
        b.former_pool_no AS pool_no,
        b.from_date,
        sum(b.cost_cny) AS cost_cny,
        sum(b.amortisation_cny) AS amortisation_cny,
        sum(b.impairment_cny) AS impairment_cny
    FROM valuation.taken_balance AS b
    GROUP BY b.former_card_id, b.former_pool_no, b.from_date
),

gone AS (
    SELECT
        t.card_id, t.from_date, t.left_cost_cny, t.left_amortisation_cny, t.left_impairment_cny,
        coalesce(n.cost_cny, 0) AS taken_cny,
        coalesce(n.amortisation_cny, 0) AS taken_amortisation_cny,
        coalesce(n.impairment_cny, 0) AS taken_impairment_cny,
        least(t.left_cost_cny - coalesce(n.cost_cny, 0), coalesce(r.reversed_cny, 0)) AS reversed_cny
    FROM valuation.amortisation_term AS t
    LEFT JOIN taken_over AS n ON n.card_id = t.card_id AND n.pool_no = t.pool_no AND n.from_date = t.from_date
    LEFT JOIN reversed AS r ON r.card_id = t.card_id AND r.pool_no = t.pool_no AND r.from_date = t.from_date
    WHERE t.book_code = 'accounting' AND t.left_cost_cny > 0
),

-- The reversal's share, to the cent, after what was taken over.
shared AS (
    SELECT
        g.*,
        CAST(
            (
                portion(cents(g.left_amortisation_cny), cents(g.taken_cny + g.reversed_cny), cents(g.left_cost_cny))
                - portion(cents(g.left_amortisation_cny), cents(g.taken_cny), cents(g.left_cost_cny))
            ) * 0.01 AS DECIMAL(20, 2)
        ) AS reversed_amortisation_cny,
        CAST(
            (
                portion(cents(g.left_impairment_cny), cents(g.taken_cny + g.reversed_cny), cents(g.left_cost_cny))
                - portion(cents(g.left_impairment_cny), cents(g.taken_cny), cents(g.left_cost_cny))
            ) * 0.01 AS DECIMAL(20, 2)
        ) AS reversed_impairment_cny
    FROM gone AS g
),

leaving AS (
    SELECT
        r.card_id, r.from_date, 'reversal' AS leaving_kind,
        CAST(r.undone_cny AS DECIMAL(20, 2)) AS cost_cny,
        CAST(0 AS DECIMAL(20, 2)) AS amortisation_cny,
        CAST(0 AS DECIMAL(20, 2)) AS impairment_cny
    FROM reversed AS r
    UNION ALL
    SELECT
        s.card_id, s.from_date, 'reversal',
        CAST(s.reversed_cny AS DECIMAL(20, 2)),
        CAST(s.reversed_amortisation_cny AS DECIMAL(20, 2)),
        CAST(s.reversed_impairment_cny AS DECIMAL(20, 2))
    FROM shared AS s
    UNION ALL
    SELECT
        s.card_id, s.from_date, 'succession_out',
        CAST(s.taken_cny AS DECIMAL(20, 2)),
        CAST(s.taken_amortisation_cny AS DECIMAL(20, 2)),
        CAST(s.taken_impairment_cny AS DECIMAL(20, 2))
    FROM shared AS s
    UNION ALL
    SELECT
        s.card_id, s.from_date, NULL,
        CAST(s.left_cost_cny - s.reversed_cny - s.taken_cny AS DECIMAL(20, 2)),
        CAST(s.left_amortisation_cny - s.reversed_amortisation_cny - s.taken_amortisation_cny AS DECIMAL(20, 2)),
        CAST(s.left_impairment_cny - s.reversed_impairment_cny - s.taken_impairment_cny AS DECIMAL(20, 2))
    FROM shared AS s
),

kinded AS (
    SELECT
        l.card_id, c.holder_code, l.from_date, l.cost_cny, l.amortisation_cny, l.impairment_cny,
        CASE
            WHEN l.leaving_kind IS NOT NULL THEN l.leaving_kind
            WHEN l.from_date = c.disposed_month THEN 'disposal'
            ELSE 'part_disposal'
        END AS entry_kind
    FROM leaving AS l
    JOIN card AS c ON c.card_id = l.card_id AND c.recognised_month <= l.from_date
    WHERE l.from_date >= $year_start AND l.from_date <= $period_end
)

SELECT
    $period AS period,
    k.card_id,
    strftime(k.from_date, '%Y-%m') AS booking_month,
    k.entry_kind,
    k.holder_code,
    CAST(-sum(k.cost_cny) AS DECIMAL(20, 2)) AS cost_cny,
    CAST(-sum(k.amortisation_cny) AS DECIMAL(20, 2)) AS amortisation_cny,
    CAST(-sum(k.impairment_cny) AS DECIMAL(20, 2)) AS impairment_cny
FROM kinded AS k
GROUP BY k.card_id, k.from_date, k.entry_kind, k.holder_code
HAVING sum(k.cost_cny) <> 0 OR sum(k.amortisation_cny) <> 0 OR sum(k.impairment_cny) <> 0
