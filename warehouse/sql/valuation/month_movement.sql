-- What changed in the amounts of each card in each month of the year up to the period, and by what: the balance at a
-- month's end less that of the month before, so that the changes of a year and its opening are always the closing.
-- Amortisation is charged month by month; what leaves takes its share. A card that is recognised late enters in that
-- month with its cost and its amortisation to date. What is held for sale, or still in development, leaves with the
-- card. Changes are signed: what leaves is negative. A card without value has none. Months that are closed have what
-- was closed: where today's knowledge says otherwise, their entries are those of the closings (`delivered.closing` says
-- what entered and what left, not why), and the difference is booked in the first month that is open. Expenses, which
-- no closing has, stand in the month of their posting.
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
        CAST(date_trunc('month', c.recognised_date) AS DATE) AS recognised_month,
        CAST(date_trunc('month', c.disposed_date) AS DATE) AS disposed_month
    FROM registry.asset_card AS c
    JOIN valuation.snapshot AS s ON s.period = $period AND s.card_id = c.card_id
    WHERE
        s.snapshot_status IN ('valued', 'disposed')
        AND (c.disposed_date IS NULL OR c.disposed_date >= $year_start)
),

-- As `valuation.balance` has it, at every month's end.
pooled AS (
    SELECT
        c.card_id, e.month_no, t.pool_no, t.term_no, t.term_months, t.cost_cny, t.impairment_cny,
        CAST(t.amortisation_cny * 100 AS HUGEINT)
        + (
            CAST((t.cost_cny - t.amortisation_cny - t.impairment_cny) * 100 AS HUGEINT)
            * least(t.term_months, datediff('month', t.first_month, e.end_date + 1))
            + t.term_months // 2
        ) // greatest(1, t.term_months) AS amortisation
    FROM card AS c
    JOIN month_end AS e
        ON c.recognised_date <= e.end_date AND (c.disposed_date IS NULL OR c.disposed_date > e.end_date)
    JOIN valuation.amortisation_term AS t ON t.card_id = c.card_id AND t.from_date <= e.end_date
    QUALIFY row_number() OVER (PARTITION BY c.card_id, e.month_no, t.pool_no ORDER BY t.term_no DESC) = 1
),

held AS (
    SELECT
        p.card_id, p.month_no,
        sum(p.cost_cny) AS cost_cny,
        CAST(CAST(sum(p.amortisation) AS DECIMAL(20, 0)) * 0.01 AS DECIMAL(20, 2)) AS amortisation_cny,
        sum(p.impairment_cny) AS impairment_cny,
        string_agg(p.pool_no || '/' || p.term_no, '、' ORDER BY p.pool_no) AS terms
    FROM pooled AS p
    GROUP BY p.card_id, p.month_no
),

-- Of what a negative line takes, what came in the same month was never amortised.
reversed AS (
    SELECT
        m.card_id, m.pool_no, m.from_date,
        least(sum(m.added_cny), sum(m.reversed_cny)) AS undone_cny,
        sum(m.reversed_cny) - least(sum(m.added_cny), sum(m.reversed_cny)) AS reversed_cny
    FROM (
        SELECT
            v.card_id, v.pool_no,
            CAST(date_trunc('month', v.event_date) AS DATE) AS from_date,
            CASE WHEN v.movement_kind = 'addition' THEN v.amount_cny ELSE 0 END AS added_cny,
            CASE WHEN v.movement_kind = 'reversal' THEN -v.amount_cny ELSE 0 END AS reversed_cny
        FROM valuation.movement AS v
        WHERE v.movement_kind IN ('addition', 'reversal')
    ) AS m
    GROUP BY m.card_id, m.pool_no, m.from_date
    HAVING sum(m.reversed_cny) > 0
),

undone AS (
    SELECT r.card_id, r.from_date, sum(r.undone_cny) AS cost_cny
    FROM reversed AS r
    JOIN card AS c ON c.card_id = r.card_id AND r.from_date >= c.recognised_month
    WHERE r.from_date >= $year_start AND r.from_date <= $period_end
    GROUP BY r.card_id, r.from_date
),

-- What leaves in a month is a reversal as far as negative lines take it, then a disposal.
gone AS (
    SELECT
        t.card_id, t.from_date,
        t.left_cost_cny, t.left_amortisation_cny, t.left_impairment_cny,
        least(t.left_cost_cny, coalesce(r.reversed_cny, 0)) AS reversed_cny
    FROM valuation.amortisation_term AS t
    JOIN card AS c ON c.card_id = t.card_id AND t.from_date >= c.recognised_month
    LEFT JOIN reversed AS r ON r.card_id = t.card_id AND r.pool_no = t.pool_no AND r.from_date = t.from_date
    WHERE t.from_date >= $year_start AND t.from_date <= $period_end AND t.left_cost_cny > 0
),

shared AS (
    SELECT
        g.*,
        CAST(
            (
                (CAST(g.left_amortisation_cny * 100 AS HUGEINT) * CAST(g.reversed_cny * 100 AS HUGEINT))
                // CAST(g.left_cost_cny * 100 AS HUGEINT)
            ) * 0.01 AS DECIMAL(20, 2)
        ) AS reversed_amortisation_cny,
        CAST(
            (
                (CAST(g.left_impairment_cny * 100 AS HUGEINT) * CAST(g.reversed_cny * 100 AS HUGEINT))
                // CAST(g.left_cost_cny * 100 AS HUGEINT)
            ) * 0.01 AS DECIMAL(20, 2)
        ) AS reversed_impairment_cny
    FROM gone AS g
),

out_of_card AS (
    SELECT
        s.card_id, s.from_date,
        sum(s.left_cost_cny) AS cost_cny,
        sum(s.left_amortisation_cny) AS amortisation_cny,
        sum(s.left_impairment_cny) AS impairment_cny,
        sum(s.reversed_cny) AS reversed_cny,
        sum(s.reversed_amortisation_cny) AS reversed_amortisation_cny,
        sum(s.reversed_impairment_cny) AS reversed_impairment_cny
    FROM shared AS s
    GROUP BY s.card_id, s.from_date
),

-- Movements by the month in which they enter the card, with the lines and papers that they follow from.
entered AS (
    SELECT
        m.card_id, m.movement_kind,
        CAST(date_trunc('month', m.movement_date) AS DATE) AS from_date,
        coalesce(sum(m.amount_cny), 0) AS amount_cny,
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

-- What is in development or held for sale when the card leaves.
remaining AS (
    SELECT
        m.card_id, c.disposed_month AS from_date,
        sum(CASE WHEN starts_with(m.movement_kind, 'stock') THEN 0 ELSE m.amount_cny END) AS development_cny,
        sum(CASE WHEN starts_with(m.movement_kind, 'stock') THEN m.amount_cny ELSE 0 END) AS stock_cny
    FROM valuation.movement AS m
    JOIN card AS c USING (card_id)
    WHERE
        m.movement_kind IN ('development', 'completion', 'development_reversal', 'stock', 'stock_reversal')
        AND c.disposed_date <= $period_end
    GROUP BY m.card_id, c.disposed_month
),

expensed AS (
    SELECT
        c.card_id,
        CAST(date_trunc('month', n.posted_date) AS DATE) AS from_date,
        sum(n.amount_cny) AS amount_cny,
        string_agg(
            n.posted_period || ' ' || n.voucher_no || '/' || n.line_no, '、'
            ORDER BY n.posted_period, n.voucher_no, n.line_no
        ) AS follows_from
    FROM valuation.cost_line AS n
    JOIN card AS c USING (resource_id)
    WHERE n.treatment = 'expensed' AND n.posted_date >= $year_start AND n.posted_date <= $period_end
    GROUP BY c.card_id, date_trunc('month', n.posted_date)
),

stepped AS (
    SELECT
        c.card_id, e.month_start, h.terms,
        coalesce(e.month_start = c.disposed_month, FALSE) AS is_whole,
        coalesce(h.cost_cny, 0) - coalesce(b.cost_cny, 0) AS cost_cny,
        coalesce(h.amortisation_cny, 0) - coalesce(b.amortisation_cny, 0) AS amortisation_cny,
        coalesce(h.impairment_cny, 0) - coalesce(b.impairment_cny, 0) AS impairment_cny
    FROM card AS c
    CROSS JOIN month_end AS e
    LEFT JOIN held AS h ON h.card_id = c.card_id AND h.month_no = e.month_no
    LEFT JOIN held AS b ON b.card_id = c.card_id AND b.month_no = e.month_no - 1
    WHERE e.month_no >= 0
),

-- The last closed month of each unit up to the period, and the first that is open.
last_closed AS (
    SELECT
        p.holder_code,
        max(p.period) AS period,
        CAST(max(p.period) || '-01' AS DATE) AS closed_month,
        greatest($year_start, CAST(CAST(max(p.period) || '-01' AS DATE) + to_months(1) AS DATE)) AS open_month
    FROM valuation.closed_period AS p
    WHERE p.is_whole AND p.is_in_order AND p.period <= $period
    GROUP BY p.holder_code
),

-- What the closings of the year have of each card, from the first of January on.
closed AS (
    SELECT
        c.card_id, c.holder_code, c.period, c.snapshot_status,
        CAST(c.period || '-01' AS DATE) AS month_start,
        coalesce(c.adjustment_cost_cny, 0) AS adjustment_cost_cny,
        coalesce(c.adjustment_amortisation_cny, 0) AS adjustment_amortisation_cny,
        coalesce(c.adjustment_impairment_cny, 0) AS adjustment_impairment_cny,
        coalesce(c.addition_cost_cny, 0) AS addition_cost_cny,
        coalesce(c.addition_amortisation_cny, 0) AS addition_amortisation_cny,
        coalesce(c.addition_impairment_cny, 0) AS addition_impairment_cny,
        coalesce(c.reduction_cost_cny, 0) AS reduction_cost_cny,
        coalesce(c.reduction_amortisation_cny, 0) AS reduction_amortisation_cny,
        coalesce(c.reduction_impairment_cny, 0) AS reduction_impairment_cny,
        coalesce(c.closing_development_cny, 0) - coalesce(b.development_cny, 0) AS development_cny,
        coalesce(c.closing_stock_cny, 0) - coalesce(b.stock_cny, 0) AS stock_cny
    FROM valuation.closed_period AS p
    JOIN delivered.closing AS c
        ON c.delivery_id = p.delivery_id AND c.holder_code = p.holder_code AND c.period = p.period
    LEFT JOIN valuation.balance AS b
        ON b.period = $period AND b.card_id = c.card_id AND b.balance_kind = 'opening'
    WHERE
        p.is_whole
        AND p.is_in_order
        AND p.period >= strftime($year_start, '%Y-%m')
        AND p.period <= $period
        AND c.card_id IS NOT NULL
),

-- What today's knowledge has of the same months.
reckoned AS (
    SELECT
        u.card_id,
        sum(u.cost_cny) AS cost_cny,
        sum(u.amortisation_cny) AS amortisation_cny,
        sum(u.impairment_cny) AS impairment_cny,
        sum(u.development_cny) AS development_cny,
        sum(u.stock_cny) AS stock_cny
    FROM (
        SELECT
            s.card_id, s.month_start, s.cost_cny, s.amortisation_cny, s.impairment_cny,
            CAST(0 AS DECIMAL(20, 2)) AS development_cny,
            CAST(0 AS DECIMAL(20, 2)) AS stock_cny
        FROM stepped AS s
        UNION ALL
        SELECT
            e.card_id, e.from_date, 0, 0, 0,
            CASE WHEN starts_with(e.movement_kind, 'stock') THEN 0 ELSE e.amount_cny END,
            CASE WHEN starts_with(e.movement_kind, 'stock') THEN e.amount_cny ELSE 0 END
        FROM entered AS e
        WHERE e.movement_kind IN ('development', 'completion', 'development_reversal', 'stock', 'stock_reversal')
        UNION ALL
        SELECT r.card_id, r.from_date, 0, 0, 0, -r.development_cny, -r.stock_cny
        FROM remaining AS r
    ) AS u
    JOIN card AS c USING (card_id)
    JOIN last_closed AS l ON l.holder_code = c.holder_code AND u.month_start <= l.closed_month
    GROUP BY u.card_id
),

-- What is to be booked in the first open month, of the opening and of the closed months; and whether their entries are
-- those of the closings.
late AS (
    SELECT
        o.card_id, l.open_month, l.closed_month,
        coalesce(s.adjustment_cost_cny, 0) - coalesce(c.adjustment_cost_cny, 0) AS adjustment_cost_cny,
        coalesce(s.adjustment_amortisation_cny, 0) - coalesce(c.adjustment_amortisation_cny, 0)
            AS adjustment_amortisation_cny,
        coalesce(s.adjustment_impairment_cny, 0) - coalesce(c.adjustment_impairment_cny, 0)
            AS adjustment_impairment_cny,
        CASE WHEN o.booked_as = 'current_period' THEN o.late_cost_cny ELSE 0 END
        + coalesce(r.cost_cny, 0) - coalesce(c.addition_cost_cny - c.reduction_cost_cny, 0) AS cost_cny,
        CASE WHEN o.booked_as = 'current_period' THEN o.late_amortisation_cny ELSE 0 END
        + coalesce(r.amortisation_cny, 0) - coalesce(c.addition_amortisation_cny - c.reduction_amortisation_cny, 0)
            AS amortisation_cny,
        CASE WHEN o.booked_as = 'current_period' THEN o.late_impairment_cny ELSE 0 END
        + coalesce(r.impairment_cny, 0) - coalesce(c.addition_impairment_cny - c.reduction_impairment_cny, 0)
            AS impairment_cny,
        coalesce(r.development_cny, 0) - coalesce(c.development_cny, 0) AS development_cny,
        coalesce(r.stock_cny, 0) - coalesce(c.stock_cny, 0) AS stock_cny,
        coalesce(r.cost_cny, 0) <> coalesce(c.addition_cost_cny - c.reduction_cost_cny, 0)
        OR coalesce(r.amortisation_cny, 0) <> coalesce(c.addition_amortisation_cny - c.reduction_amortisation_cny, 0)
        OR coalesce(r.impairment_cny, 0) <> coalesce(c.addition_impairment_cny - c.reduction_impairment_cny, 0)
        OR coalesce(r.development_cny, 0) <> coalesce(c.development_cny, 0)
        OR coalesce(r.stock_cny, 0) <> coalesce(c.stock_cny, 0)
        OR coalesce(c.adjustment_cost_cny, 0) <> 0
        OR coalesce(c.adjustment_amortisation_cny, 0) <> 0
        OR coalesce(c.adjustment_impairment_cny, 0) <> 0 AS is_as_closed,
        '结账期间 ' || l.period AS follows_from
    FROM valuation.opening AS o
    JOIN last_closed AS l ON l.holder_code = o.holder_code
    JOIN valuation.snapshot AS s ON s.period = o.period AND s.card_id = o.card_id
    LEFT JOIN reckoned AS r ON r.card_id = o.card_id
    LEFT JOIN closed AS c ON c.card_id = o.card_id AND c.period = l.period
    WHERE o.period = $period
),

moved AS (
    SELECT
        s.card_id, s.month_start, s.terms, s.is_whole,
        s.cost_cny + coalesce(o.cost_cny, 0) + coalesce(u.cost_cny, 0) + greatest(0, coalesce(l.cost_cny, 0))
            AS added_cny,
        s.amortisation_cny + coalesce(o.amortisation_cny, 0) + greatest(0, coalesce(l.amortisation_cny, 0))
            AS amortised_cny,
        s.impairment_cny + coalesce(o.impairment_cny, 0) + greatest(0, coalesce(l.impairment_cny, 0))
            AS impaired_cny,
        coalesce(u.cost_cny, 0) + coalesce(o.reversed_cny, 0) - least(0, coalesce(l.cost_cny, 0)) AS reversed_cny,
        coalesce(o.reversed_amortisation_cny, 0) - least(0, coalesce(l.amortisation_cny, 0))
            AS reversed_amortisation_cny,
        coalesce(o.reversed_impairment_cny, 0) - least(0, coalesce(l.impairment_cny, 0)) AS reversed_impairment_cny,
        CASE WHEN l.cost_cny <> 0 OR l.amortisation_cny <> 0 OR l.impairment_cny <> 0 THEN l.follows_from END
            AS late_from,
        coalesce(o.cost_cny - o.reversed_cny, 0) AS disposed_cny,
        coalesce(o.amortisation_cny - o.reversed_amortisation_cny, 0) AS disposed_amortisation_cny,
        coalesce(o.impairment_cny - o.reversed_impairment_cny, 0) AS disposed_impairment_cny
    FROM stepped AS s
    LEFT JOIN out_of_card AS o ON o.card_id = s.card_id AND o.from_date = s.month_start
    LEFT JOIN undone AS u ON u.card_id = s.card_id AND u.from_date = s.month_start
    LEFT JOIN late AS l ON l.card_id = s.card_id AND l.open_month = s.month_start
),

-- What differs in development and in stock is a line of them that came late.
flowed AS (
    SELECT
        u.card_id, u.from_date, u.movement_kind,
        sum(u.amount_cny) AS amount_cny,
        string_agg(u.follows_from, '、' ORDER BY u.follows_from) AS follows_from
    FROM (
        SELECT e.card_id, e.from_date, e.movement_kind, e.amount_cny, e.follows_from
        FROM entered AS e
        WHERE e.movement_kind IN ('development', 'completion', 'development_reversal', 'stock', 'stock_reversal')
        UNION ALL
        SELECT l.card_id, l.open_month, 'development', l.development_cny, l.follows_from
        FROM late AS l
        WHERE l.development_cny <> 0
        UNION ALL
        SELECT l.card_id, l.open_month, 'stock', l.stock_cny, l.follows_from
        FROM late AS l
        WHERE l.stock_cny <> 0
    ) AS u
    GROUP BY u.card_id, u.from_date, u.movement_kind
),

-- What each closing has beyond the one before it.
closed_step AS (
    SELECT
        c.card_id, c.month_start,
        '结账期间 ' || c.period AS follows_from,
        CASE WHEN c.snapshot_status = 'disposed' THEN 'disposal' ELSE 'part_disposal' END AS leaving_kind,
        c.adjustment_cost_cny - coalesce(b.adjustment_cost_cny, 0) AS adjustment_cost_cny,
        c.adjustment_amortisation_cny - coalesce(b.adjustment_amortisation_cny, 0) AS adjustment_amortisation_cny,
        c.adjustment_impairment_cny - coalesce(b.adjustment_impairment_cny, 0) AS adjustment_impairment_cny,
        c.addition_cost_cny - coalesce(b.addition_cost_cny, 0) AS addition_cost_cny,
        c.addition_amortisation_cny - coalesce(b.addition_amortisation_cny, 0) AS addition_amortisation_cny,
        c.addition_impairment_cny - coalesce(b.addition_impairment_cny, 0) AS addition_impairment_cny,
        c.reduction_cost_cny - coalesce(b.reduction_cost_cny, 0) AS reduction_cost_cny,
        c.reduction_amortisation_cny - coalesce(b.reduction_amortisation_cny, 0) AS reduction_amortisation_cny,
        c.reduction_impairment_cny - coalesce(b.reduction_impairment_cny, 0) AS reduction_impairment_cny,
        c.development_cny - coalesce(b.development_cny, 0) AS development_cny,
        c.stock_cny - coalesce(b.stock_cny, 0) AS stock_cny
    FROM closed AS c
    JOIN late AS l ON l.card_id = c.card_id
    LEFT JOIN closed AS b
        ON b.card_id = c.card_id AND b.month_start = CAST(c.month_start - INTERVAL 1 MONTH AS DATE)
    WHERE l.is_as_closed
),

kinded AS (
    -- What was in development before is taken over from there, not bought again.
    SELECT
        m.card_id, m.month_start, 'acquisition' AS entry_kind,
        CAST(m.added_cny + coalesce(c.amount_cny, 0) AS DECIMAL(20, 2)) AS cost_cny,
        CAST(0 AS DECIMAL(20, 2)) AS amortisation_cny,
        CAST(0 AS DECIMAL(20, 2)) AS impairment_cny,
        CAST(0 AS DECIMAL(20, 2)) AS development_cny,
        CAST(0 AS DECIMAL(20, 2)) AS stock_cny,
        CAST(0 AS DECIMAL(20, 2)) AS expense_cny,
        nullif(concat_ws('、', a.follows_from, m.late_from), '') AS follows_from
    FROM moved AS m
    LEFT JOIN entered AS a
        ON a.card_id = m.card_id AND a.from_date = m.month_start AND a.movement_kind = 'addition'
    LEFT JOIN entered AS c
        ON c.card_id = m.card_id AND c.from_date = m.month_start AND c.movement_kind = 'completion'
    UNION ALL
    SELECT
        e.card_id, e.from_date, e.movement_kind,
        CAST(CASE WHEN e.movement_kind = 'completion' THEN -e.amount_cny ELSE 0 END AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(CASE WHEN starts_with(e.movement_kind, 'stock') THEN 0 ELSE e.amount_cny END AS DECIMAL(20, 2)),
        CAST(CASE WHEN starts_with(e.movement_kind, 'stock') THEN e.amount_cny ELSE 0 END AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        e.follows_from
    FROM flowed AS e
    UNION ALL
    SELECT
        x.card_id, x.from_date, 'expense',
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(x.amount_cny AS DECIMAL(20, 2)),
        x.follows_from
    FROM expensed AS x
    UNION ALL
    SELECT
        m.card_id, m.month_start, 'amortisation',
        CAST(0 AS DECIMAL(20, 2)),
        CAST(m.amortised_cny AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        nullif(concat_ws('、', '摊销期间 ' || m.terms, m.late_from), '')
    FROM moved AS m
    UNION ALL
    SELECT
        m.card_id, m.month_start, 'impairment',
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(m.impaired_cny AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        nullif(concat_ws('、', i.follows_from, m.late_from), '')
    FROM moved AS m
    LEFT JOIN entered AS i
        ON i.card_id = m.card_id AND i.from_date = m.month_start AND i.movement_kind = 'impairment'
    UNION ALL
    SELECT
        m.card_id, m.month_start, 'reversal',
        CAST(-m.reversed_cny AS DECIMAL(20, 2)),
        CAST(-m.reversed_amortisation_cny AS DECIMAL(20, 2)),
        CAST(-m.reversed_impairment_cny AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        nullif(concat_ws('、', r.follows_from, m.late_from), '')
    FROM moved AS m
    LEFT JOIN entered AS r
        ON r.card_id = m.card_id AND r.from_date = m.month_start AND r.movement_kind = 'reversal'
    UNION ALL
    SELECT
        m.card_id, m.month_start,
        CASE WHEN m.is_whole THEN 'disposal' ELSE 'part_disposal' END,
        CAST(-m.disposed_cny AS DECIMAL(20, 2)),
        CAST(-m.disposed_amortisation_cny AS DECIMAL(20, 2)),
        CAST(-m.disposed_impairment_cny AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        d.follows_from
    FROM moved AS m
    LEFT JOIN entered AS d
        ON d.card_id = m.card_id
        AND d.from_date = m.month_start
        AND d.movement_kind = CASE WHEN m.is_whole THEN 'disposal' ELSE 'part_disposal' END
    UNION ALL
    SELECT
        r.card_id, r.from_date, 'development_write_off',
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(-r.development_cny AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        d.follows_from
    FROM remaining AS r
    LEFT JOIN entered AS d ON d.card_id = r.card_id AND d.from_date = r.from_date AND d.movement_kind = 'disposal'
    UNION ALL
    SELECT
        r.card_id, r.from_date, 'stock_out',
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(-r.stock_cny AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        d.follows_from
    FROM remaining AS r
    LEFT JOIN entered AS d ON d.card_id = r.card_id AND d.from_date = r.from_date AND d.movement_kind = 'disposal'
    UNION ALL
    SELECT
        l.card_id, l.open_month, 'opening_adjustment',
        l.adjustment_cost_cny,
        l.adjustment_amortisation_cny,
        l.adjustment_impairment_cny,
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        l.follows_from
    FROM late AS l
    -- What was closed of a card that has no value any more, or left before the year.
    UNION ALL
    SELECT
        l.card_id, l.open_month, 'acquisition',
        CAST(greatest(0, l.cost_cny) AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        l.follows_from
    FROM late AS l
    ANTI JOIN card AS c USING (card_id)
    UNION ALL
    SELECT
        l.card_id, l.open_month, 'amortisation',
        CAST(0 AS DECIMAL(20, 2)),
        CAST(greatest(0, l.amortisation_cny) AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        l.follows_from
    FROM late AS l
    ANTI JOIN card AS c USING (card_id)
    UNION ALL
    SELECT
        l.card_id, l.open_month, 'impairment',
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(greatest(0, l.impairment_cny) AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        l.follows_from
    FROM late AS l
    ANTI JOIN card AS c USING (card_id)
    UNION ALL
    SELECT
        l.card_id, l.open_month, 'reversal',
        CAST(least(0, l.cost_cny) AS DECIMAL(20, 2)),
        CAST(least(0, l.amortisation_cny) AS DECIMAL(20, 2)),
        CAST(least(0, l.impairment_cny) AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        l.follows_from
    FROM late AS l
    ANTI JOIN card AS c USING (card_id)
),

-- The entries of closed months, of cards that are known otherwise today.
as_closed AS (
    SELECT
        c.card_id, c.month_start, 'acquisition' AS entry_kind,
        c.addition_cost_cny AS cost_cny,
        CAST(0 AS DECIMAL(20, 2)) AS amortisation_cny,
        CAST(0 AS DECIMAL(20, 2)) AS impairment_cny,
        CAST(0 AS DECIMAL(20, 2)) AS development_cny,
        CAST(0 AS DECIMAL(20, 2)) AS stock_cny,
        CAST(0 AS DECIMAL(20, 2)) AS expense_cny,
        c.follows_from
    FROM closed_step AS c
    UNION ALL
    SELECT
        c.card_id, c.month_start, 'amortisation',
        CAST(0 AS DECIMAL(20, 2)),
        c.addition_amortisation_cny,
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        c.follows_from
    FROM closed_step AS c
    UNION ALL
    SELECT
        c.card_id, c.month_start, 'impairment',
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        c.addition_impairment_cny,
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        c.follows_from
    FROM closed_step AS c
    UNION ALL
    SELECT
        c.card_id, c.month_start, 'development',
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        c.development_cny,
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        c.follows_from
    FROM closed_step AS c
    UNION ALL
    SELECT
        c.card_id, c.month_start, 'stock',
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        c.stock_cny,
        CAST(0 AS DECIMAL(20, 2)),
        c.follows_from
    FROM closed_step AS c
    UNION ALL
    SELECT
        c.card_id, c.month_start, c.leaving_kind,
        -c.reduction_cost_cny,
        -c.reduction_amortisation_cny,
        -c.reduction_impairment_cny,
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        c.follows_from
    FROM closed_step AS c
    UNION ALL
    SELECT
        c.card_id, c.month_start, 'opening_adjustment',
        c.adjustment_cost_cny,
        c.adjustment_amortisation_cny,
        c.adjustment_impairment_cny,
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        c.follows_from
    FROM closed_step AS c
),

booked AS (
    SELECT k.*
    FROM kinded AS k
    LEFT JOIN late AS l USING (card_id)
    WHERE
        k.entry_kind = 'expense'
        OR NOT coalesce(l.is_as_closed AND k.month_start <= l.closed_month, FALSE)
    UNION ALL
    SELECT a.*
    FROM as_closed AS a
)

SELECT
    $period AS period,
    k.card_id,
    strftime(k.month_start, '%Y-%m') AS booking_month,
    k.entry_kind,
    o.holder_code,
    CAST(k.cost_cny AS DECIMAL(20, 2)) AS cost_cny,
    CAST(k.amortisation_cny AS DECIMAL(20, 2)) AS amortisation_cny,
    CAST(k.impairment_cny AS DECIMAL(20, 2)) AS impairment_cny,
    CAST(k.development_cny AS DECIMAL(20, 2)) AS development_cny,
    CAST(k.stock_cny AS DECIMAL(20, 2)) AS stock_cny,
    CAST(k.expense_cny AS DECIMAL(20, 2)) AS expense_cny,
    k.follows_from
FROM booked AS k
JOIN valuation.opening AS o ON o.period = $period AND o.card_id = k.card_id
WHERE
    k.month_start <= $period_end
    AND (
        k.cost_cny <> 0
        OR k.amortisation_cny <> 0
        OR k.impairment_cny <> 0
        OR k.development_cny <> 0
        OR k.stock_cny <> 0
        OR k.expense_cny <> 0
    )
