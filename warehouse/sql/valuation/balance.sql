-- What the books hold of each card at four month ends: the end of the last year, of the month before the period, of
-- the period and of the month after it. Snapshots take the first and the third; what the books hold if they are a month
-- late or early are the others. Before a card is recognised, and once it is disposed of, it holds nothing. In each book
-- that the card is kept in; what is in development or in stock is the same in all of them.
WITH month_end AS (
    SELECT e.balance_kind, e.balance_date
    FROM (VALUES
        ('opening', CAST($year_start - INTERVAL 1 DAY AS DATE)),
        ('previous', last_day($period_end - INTERVAL 1 MONTH)),
        ('closing', $period_end),
        ('next', last_day($period_end + INTERVAL 1 MONTH))
    ) AS e(balance_kind, balance_date)
),

held AS (
    SELECT c.card_id, k.book_code, c.holder_code, e.balance_kind, e.balance_date
    FROM registry.asset_card AS c
    JOIN valuation.card_book AS k USING (card_id)
    JOIN month_end AS e
        ON c.recognised_date <= e.balance_date AND (c.disposed_date IS NULL OR c.disposed_date > e.balance_date)
),

-- A term holds until the next of its pool begins.
term AS (
    SELECT
        t.card_id, t.book_code, t.from_date, t.first_month, t.term_months, t.has_life, t.cost_cny, t.impairment_cny,
        n.card_id IS NOT NULL AS is_taken_over,
        cents(t.amortisation_cny) AS amortisation,
        cents(t.cost_cny - t.amortisation_cny - t.impairment_cny) AS to_amortise,
        lead(t.from_date) OVER (PARTITION BY t.card_id, t.book_code, t.pool_no ORDER BY t.term_no) AS next_date
    FROM valuation.amortisation_term AS t
    LEFT JOIN valuation.taken_pool AS n ON n.card_id = t.card_id AND n.pool_no = t.pool_no
),

pooled AS (
    SELECT
        t.card_id, t.book_code, e.balance_kind, t.cost_cny, t.impairment_cny, t.has_life, t.is_taken_over,
        t.amortisation + portion(
            t.to_amortise,
            least(t.term_months, datediff('month', t.first_month, e.balance_date + 1)),
            greatest(1, t.term_months)
        ) AS amortisation
    FROM term AS t
    JOIN month_end AS e
        ON t.from_date <= e.balance_date AND (t.next_date IS NULL OR t.next_date > e.balance_date)
),

-- What is taken over without a life stands at cost where the rest of the card has one.
amortised AS (
    SELECT
        p.card_id, p.book_code, p.balance_kind,
        sum(p.cost_cny) AS cost_cny,
        sum(p.amortisation) AS amortisation,
        sum(p.impairment_cny) AS impairment_cny,
        bool_and(p.has_life OR p.cost_cny = 0 OR p.is_taken_over) AND bool_or(p.has_life OR p.cost_cny = 0)
            AS has_life
    FROM pooled AS p
    GROUP BY p.card_id, p.book_code, p.balance_kind
),

-- By the first of the four days that has it.
settled AS (
    SELECT
        m.card_id, m.from_date,
        sum(CASE WHEN m.is_stock THEN 0 ELSE m.amount_cny END) AS development_cny,
        sum(CASE WHEN m.is_stock THEN m.amount_cny ELSE 0 END) AS stock_cny
    FROM (
        SELECT
            n.card_id, n.amount_cny,
            starts_with(n.movement_kind, 'stock') AS is_stock,
            CASE
                WHEN n.event_date < $year_start THEN CAST($year_start - INTERVAL 1 DAY AS DATE)
                WHEN n.event_date <= last_day($period_end - INTERVAL 1 MONTH)
                    THEN last_day($period_end - INTERVAL 1 MONTH)
                WHEN n.event_date <= $period_end THEN $period_end
                ELSE last_day($period_end + INTERVAL 1 MONTH)
            END AS from_date
        FROM valuation.movement AS n
        WHERE
            n.movement_kind IN (
                'development', 'development_in', 'development_out', 'completion', 'development_reversal', 'stock',
                'stock_reversal'
            )
            AND n.event_date <= last_day($period_end + INTERVAL 1 MONTH)
    ) AS m
    GROUP BY m.card_id, m.from_date
),

other AS (
    SELECT
        h.card_id, h.book_code, h.balance_kind,
        sum(m.development_cny) AS development_cny,
        sum(m.stock_cny) AS stock_cny
    FROM held AS h
    JOIN settled AS m ON m.card_id = h.card_id AND m.from_date <= h.balance_date
    GROUP BY h.card_id, h.book_code, h.balance_kind
)

SELECT
    $period AS period,
    h.card_id,
    h.book_code,
    h.balance_kind,
    h.holder_code,
    h.balance_date,
    a.card_id IS NOT NULL OR o.card_id IS NOT NULL AS has_cost,
    coalesce(a.has_life, TRUE) AS has_life,
    CAST(coalesce(a.cost_cny, 0) AS DECIMAL(20, 2)) AS cost_cny,
    CAST(CAST(coalesce(a.amortisation, 0) AS DECIMAL(20, 0)) * 0.01 AS DECIMAL(20, 2)) AS amortisation_cny,
    CAST(coalesce(a.impairment_cny, 0) AS DECIMAL(20, 2)) AS impairment_cny,
    CAST(coalesce(o.development_cny, 0) AS DECIMAL(20, 2)) AS development_cny,
    CAST(coalesce(o.stock_cny, 0) AS DECIMAL(20, 2)) AS stock_cny
FROM held AS h
LEFT JOIN amortised AS a USING (card_id, book_code, balance_kind)
LEFT JOIN other AS o USING (card_id, book_code, balance_kind)
