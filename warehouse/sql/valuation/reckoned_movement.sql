-- What today's knowledge says of each month of the year up to the period: the balance at a month's end less that of the
-- month before, so that the movements of a year and its opening are always the closing. Amortisation is charged month
-- by month. A card that is recognised late enters in that month with its cost and its amortisation to date. What is
-- held for sale, or still in development, leaves with the card. What it takes over from another card (`succession_in`)
-- comes with the amortisation and impairment that it had there. Expenses stand in the month of their posting. Movements
-- are signed: what leaves is negative. A card without value has none. Which of these months are closed, and what was
-- booked in them, is not asked here.
WITH month_end AS (
    SELECT e.month_no, e.month_start, e.end_date
    FROM (
        SELECT
            n.month_no,
            CAST($year_start + to_months(n.month_no) AS DATE) AS month_start,
            last_day(CAST($year_start + to_months(n.month_no) AS DATE)) AS end_date
        FROM (
            VALUES (-1), (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11)
        ) AS n(month_no)
    ) AS e
    WHERE e.end_date <= $period_end
),

card AS (
    SELECT
        c.card_id, c.resource_id, c.holder_code, c.recognised_date, c.disposed_date,
        CAST(date_trunc('month', c.disposed_date) AS DATE) AS disposed_month
    FROM registry.asset_card AS c
    JOIN valuation.snapshot AS s ON s.period = $period AND s.card_id = c.card_id
    WHERE
        s.snapshot_status IN ('valued', 'disposed')
        AND (c.disposed_date IS NULL OR c.disposed_date >= $year_start)
),

-- A term holds until the next of its pool begins.
term AS (
    SELECT
        c.card_id, c.recognised_date, c.disposed_date, t.pool_no, t.term_no, t.term_months, t.from_date, t.first_month,
        t.cost_cny, t.impairment_cny,
        cents(t.amortisation_cny) AS amortisation,
        cents(t.cost_cny - t.amortisation_cny - t.impairment_cny) AS to_amortise,
        lead(t.from_date) OVER (PARTITION BY t.card_id, t.pool_no ORDER BY t.term_no) AS next_date
    FROM card AS c
    JOIN valuation.amortisation_term AS t ON t.card_id = c.card_id AND t.book_code = 'accounting'
),

-- As `valuation.balance` has it, at every month's end.
pooled AS (
    SELECT
        t.card_id, e.month_start, t.pool_no, t.term_no, t.cost_cny, t.impairment_cny,
        t.amortisation + portion(
            t.to_amortise,
            least(t.term_months, datediff('month', t.first_month, e.end_date + 1)),
            greatest(1, t.term_months)
        ) AS amortisation
    FROM term AS t
    JOIN month_end AS e
        ON t.from_date <= e.end_date
        AND (t.next_date IS NULL OR t.next_date > e.end_date)
        AND t.recognised_date <= e.end_date
        AND (t.disposed_date IS NULL OR t.disposed_date > e.end_date)
),

-- In the month from which on the card has it.
taken_over AS (
    SELECT
        c.card_id,
        CAST(greatest(b.from_date, date_trunc('month', c.recognised_date)) AS DATE) AS month_start,
        sum(b.cost_cny) AS cost_cny,
        sum(b.amortisation_cny) AS amortisation_cny,
        sum(b.impairment_cny) AS impairment_cny
    FROM card AS c
    JOIN valuation.taken_balance AS b USING (card_id)
    GROUP BY c.card_id, greatest(b.from_date, date_trunc('month', c.recognised_date))
),

-- What came to the card otherwise: how its balance changed, and what left meanwhile.
changed AS (
    SELECT
        u.card_id, u.month_start,
        sum(u.cost_cny) AS cost_cny,
        CAST(CAST(sum(u.amortisation) AS DECIMAL(20, 0)) * 0.01 AS DECIMAL(20, 2)) AS amortisation_cny,
        sum(u.impairment_cny) AS impairment_cny,
        max(u.term_no) AS term_no
    FROM (
        SELECT
            p.card_id, p.month_start, p.cost_cny, p.amortisation, p.impairment_cny,
            CASE WHEN p.pool_no = 0 THEN p.term_no END AS term_no
        FROM pooled AS p
        WHERE p.month_start >= $year_start
        UNION ALL
        SELECT
            p.card_id, CAST(p.month_start + to_months(1) AS DATE), -p.cost_cny, -p.amortisation, -p.impairment_cny, NULL
        FROM pooled AS p
        WHERE p.month_start + to_months(1) <= $period_end
        UNION ALL
        SELECT
            d.card_id, CAST(d.booking_month || '-01' AS DATE), -d.cost_cny, -cents(d.amortisation_cny),
            -d.impairment_cny, NULL
        FROM valuation.derecognition AS d
        WHERE d.period = $period
        UNION ALL
        SELECT
            n.card_id, n.month_start, -n.cost_cny, -cents(n.amortisation_cny), -n.impairment_cny, NULL
        FROM taken_over AS n
    ) AS u
    GROUP BY u.card_id, u.month_start
),

-- Few cards have pools beside the pool 0.
pool_beside AS (
    SELECT p.card_id, p.month_start, string_agg(p.pool_no || '/' || p.term_no, '、' ORDER BY p.pool_no) AS terms
    FROM pooled AS p
    WHERE p.pool_no > 0
    GROUP BY p.card_id, p.month_start
),

amortised AS (
    SELECT
        c.card_id, c.month_start, c.amortisation_cny,
        CASE WHEN c.term_no IS NOT NULL OR b.terms IS NOT NULL
            THEN '摊销期间 ' || concat_ws('、', '0/' || c.term_no, b.terms)
        END AS follows_from
    FROM changed AS c
    LEFT JOIN pool_beside AS b USING (card_id, month_start)
),

-- Movements by the month in which they enter the card, with the lines and papers that they follow from.
entered AS (
    SELECT
        m.card_id, m.movement_kind,
        CAST(date_trunc('month', m.movement_date) AS DATE) AS month_start,
        CASE WHEN starts_with(m.movement_kind, 'stock') THEN 'stock' ELSE 'development' END AS flow_measure,
        CAST(coalesce(sum(m.amount_cny), 0) AS DECIMAL(20, 2)) AS amount_cny,
        string_agg(
            DISTINCT
            CASE WHEN m.voucher_no = '' THEN m.document_no
                ELSE m.posted_period || ' ' || m.voucher_no || '/' || m.line_no
            END,
            '、'
            ORDER BY
                CASE WHEN m.voucher_no = '' THEN m.document_no
                    ELSE m.posted_period || ' ' || m.voucher_no || '/' || m.line_no
                END
        ) AS follows_from
    FROM valuation.movement AS m
    JOIN card AS c USING (card_id)
    WHERE m.movement_date >= $year_start AND m.movement_date <= $period_end
    GROUP BY m.card_id, m.movement_kind, date_trunc('month', m.movement_date)
),

expensed AS (
    SELECT
        c.card_id,
        CAST(date_trunc('month', n.posted_date) AS DATE) AS month_start,
        CAST(sum(n.amount_cny) AS DECIMAL(20, 2)) AS amount_cny,
        string_agg(
            n.posted_period || ' ' || n.voucher_no || '/' || n.line_no, '、'
            ORDER BY n.posted_period, n.voucher_no, n.line_no
        ) AS follows_from
    FROM valuation.cost_line AS n
    JOIN card AS c USING (resource_id)
    WHERE n.treatment = 'expensed' AND n.posted_date >= $year_start AND n.posted_date <= $period_end
    GROUP BY c.card_id, date_trunc('month', n.posted_date)
),

amount AS (
    SELECT c.card_id, c.month_start, 'acquisition' AS entry_kind, 'cost' AS measure, c.cost_cny AS amount_cny
    FROM changed AS c
    WHERE c.cost_cny <> 0
    UNION ALL
    SELECT c.card_id, c.month_start, 'impairment', 'impairment', c.impairment_cny
    FROM changed AS c
    WHERE c.impairment_cny <> 0
    UNION ALL
    SELECT
        d.card_id, CAST(d.booking_month || '-01' AS DATE), d.entry_kind, k.measure,
        CASE k.measure
            WHEN 'cost' THEN d.cost_cny
            WHEN 'amortisation' THEN d.amortisation_cny
            ELSE d.impairment_cny
        END
    FROM valuation.derecognition AS d
    CROSS JOIN (VALUES ('cost'), ('amortisation'), ('impairment')) AS k(measure)
    WHERE d.period = $period
    UNION ALL
    SELECT e.card_id, e.month_start, e.movement_kind, e.flow_measure, e.amount_cny
    FROM entered AS e
    WHERE e.movement_kind IN ('development', 'completion', 'development_reversal', 'stock', 'stock_reversal')
    UNION ALL
    SELECT
        e.card_id, e.month_start,
        CASE e.movement_kind WHEN 'development_in' THEN 'succession_in' ELSE 'succession_out' END,
        'development', e.amount_cny
    FROM entered AS e
    WHERE e.movement_kind IN ('development_in', 'development_out')
    UNION ALL
    SELECT
        n.card_id, n.month_start, 'succession_in', k.measure,
        CASE k.measure
            WHEN 'cost' THEN n.cost_cny
            WHEN 'amortisation' THEN n.amortisation_cny
            ELSE n.impairment_cny
        END
    FROM taken_over AS n
    CROSS JOIN (VALUES ('cost'), ('amortisation'), ('impairment')) AS k(measure)
    UNION ALL
    -- What was in development before is taken over from there, not bought again.
    SELECT
        e.card_id, e.month_start, k.entry_kind, 'cost',
        CASE k.entry_kind WHEN 'acquisition' THEN e.amount_cny ELSE -e.amount_cny END
    FROM entered AS e
    CROSS JOIN (VALUES ('acquisition'), ('completion')) AS k(entry_kind)
    WHERE e.movement_kind = 'completion'
    UNION ALL
    -- What is in development or held for sale when the card leaves.
    SELECT
        m.card_id, c.disposed_month,
        CASE WHEN starts_with(m.movement_kind, 'stock') THEN 'stock_out' ELSE 'development_write_off' END,
        CASE WHEN starts_with(m.movement_kind, 'stock') THEN 'stock' ELSE 'development' END,
        -m.amount_cny
    FROM valuation.movement AS m
    JOIN card AS c USING (card_id)
    WHERE
        m.movement_kind IN (
            'development', 'development_in', 'development_out', 'completion', 'development_reversal', 'stock',
            'stock_reversal'
        )
        AND c.disposed_date <= $period_end
    UNION ALL
    SELECT x.card_id, x.month_start, 'expense', 'expense', x.amount_cny
    FROM expensed AS x
),

entry AS (
    SELECT
        a.card_id, a.month_start, a.entry_kind,
        sum(CASE WHEN a.measure = 'cost' THEN a.amount_cny ELSE 0 END) AS cost_cny,
        sum(CASE WHEN a.measure = 'amortisation' THEN a.amount_cny ELSE 0 END) AS amortisation_cny,
        sum(CASE WHEN a.measure = 'impairment' THEN a.amount_cny ELSE 0 END) AS impairment_cny,
        sum(CASE WHEN a.measure = 'development' THEN a.amount_cny ELSE 0 END) AS development_cny,
        sum(CASE WHEN a.measure = 'stock' THEN a.amount_cny ELSE 0 END) AS stock_cny,
        sum(CASE WHEN a.measure = 'expense' THEN a.amount_cny ELSE 0 END) AS expense_cny
    FROM amount AS a
    WHERE a.month_start >= $year_start AND a.month_start <= $period_end
    GROUP BY a.card_id, a.month_start, a.entry_kind
),

reason AS (
    SELECT
        e.card_id, e.month_start,
        CASE e.movement_kind WHEN 'addition' THEN 'acquisition' ELSE e.movement_kind END AS entry_kind,
        e.follows_from
    FROM entered AS e
    WHERE e.movement_kind NOT IN ('succession_in', 'succession_out', 'development_in', 'development_out')
    UNION ALL
    SELECT e.card_id, e.month_start, k.entry_kind, e.follows_from
    FROM entered AS e
    CROSS JOIN (VALUES ('development_write_off'), ('stock_out')) AS k(entry_kind)
    WHERE e.movement_kind = 'disposal'
    UNION ALL
    SELECT
        e.card_id, e.month_start,
        CASE WHEN e.movement_kind IN ('succession_in', 'development_in') THEN 'succession_in' ELSE 'succession_out' END,
        string_agg(DISTINCT e.follows_from, '、' ORDER BY e.follows_from)
    FROM entered AS e
    WHERE e.movement_kind IN ('succession_in', 'succession_out', 'development_in', 'development_out', 'disposal')
    GROUP BY e.card_id, e.month_start, e.movement_kind IN ('succession_in', 'development_in')
    UNION ALL
    SELECT x.card_id, x.month_start, 'expense', x.follows_from
    FROM expensed AS x
),

based AS (
    SELECT
        a.card_id, a.month_start,
        'amortisation' AS entry_kind,
        CAST(0 AS DECIMAL(20, 2)) AS cost_cny,
        a.amortisation_cny,
        CAST(0 AS DECIMAL(20, 2)) AS impairment_cny,
        CAST(0 AS DECIMAL(20, 2)) AS development_cny,
        CAST(0 AS DECIMAL(20, 2)) AS stock_cny,
        CAST(0 AS DECIMAL(20, 2)) AS expense_cny,
        a.follows_from
    FROM amortised AS a
    UNION ALL
    SELECT
        e.card_id, e.month_start, e.entry_kind, e.cost_cny, e.amortisation_cny, e.impairment_cny, e.development_cny,
        e.stock_cny, e.expense_cny, r.follows_from
    FROM entry AS e
    LEFT JOIN reason AS r
        ON r.card_id = e.card_id AND r.month_start = e.month_start AND r.entry_kind = e.entry_kind
)

SELECT
    $period AS period,
    c.card_id,
    strftime(b.month_start, '%Y-%m') AS booking_month,
    b.entry_kind,
    c.holder_code,
    CAST(b.cost_cny AS DECIMAL(20, 2)) AS cost_cny,
    CAST(b.amortisation_cny AS DECIMAL(20, 2)) AS amortisation_cny,
    CAST(b.impairment_cny AS DECIMAL(20, 2)) AS impairment_cny,
    CAST(b.development_cny AS DECIMAL(20, 2)) AS development_cny,
    CAST(b.stock_cny AS DECIMAL(20, 2)) AS stock_cny,
    CAST(b.expense_cny AS DECIMAL(20, 2)) AS expense_cny,
    b.follows_from
FROM based AS b
JOIN card AS c USING (card_id)
WHERE
    b.cost_cny <> 0
    OR b.amortisation_cny <> 0
    OR b.impairment_cny <> 0
    OR b.development_cny <> 0
    OR b.stock_cny <> 0
    OR b.expense_cny <> 0
