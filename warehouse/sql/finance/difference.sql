-- Each amount in which cards and books differ at the end of a period, and since which month it has: cards and books are
-- compared again at the month ends of which there are books, by what is known of them today, so that the answer follows
-- from the deliveries and not from which periods were run: from the end of the last year on by the movements of the
-- year, before by the terms of amortisation. A month of which the unit delivered no books, or delivered them otherwise
-- (in total, by resource), says nothing and is passed over; where no month is known in which both agreed, the
-- difference may be older still.
WITH version AS (
    SELECT o.organisation_code, o.accounting_system
    FROM catalog.organisation AS o
    QUALIFY row_number() OVER (
        PARTITION BY o.organisation_code
        ORDER BY o.valid_from <= $period_end DESC, o.valid_from DESC
    ) = 1
),

account AS (
    SELECT a.*
    FROM policy.ledger_account AS a
    WHERE in_force(a, $period_end)
),

differing AS (
    SELECT r.*
    FROM finance.reconciliation AS r
    WHERE r.period = $period AND r.difference_kind <> 'matched'
),

differing_unit AS (
    SELECT d.holder_code, coalesce(v.accounting_system, 'unknown') AS accounting_system
    FROM differing AS d
    LEFT JOIN version AS v ON v.organisation_code = d.holder_code
    GROUP BY d.holder_code, coalesce(v.accounting_system, 'unknown')
),

-- As `finance.ledger_balance`, of earlier months.
posted AS (
    SELECT
        g.period AS ledger_period, g.holder_code, u.accounting_system, g.account_code,
        coalesce(g.resource_code, '') AS item_code,
        g.closing_cny
    FROM delivered.ledger AS g
    JOIN differing_unit AS u USING (holder_code)
    WHERE g.period < $period
    QUALIFY row_number() OVER (
        PARTITION BY g.period, g.holder_code, g.account_code, coalesce(g.resource_code, '')
        ORDER BY g.delivery_date DESC, g.delivery_id, g.ordinal
    ) = 1
),

entry AS (
    SELECT
        p.ledger_period, p.holder_code, p.account_code, p.item_code, a.amount_kind,
        a.account_code AS top_account_code,
        CASE WHEN a.sign = '-' THEN -p.closing_cny ELSE p.closing_cny END AS amount_cny
    FROM posted AS p
    JOIN account AS a
        ON a.accounting_system = p.accounting_system AND starts_with(p.account_code, a.account_code)
),

-- As in `finance.reconciliation`: an account has the sum of its sub-accounts, and is counted once.
part AS (
    SELECT e.ledger_period, e.holder_code, e.item_code, e.amount_kind, e.top_account_code, e.account_code
    FROM entry AS e
    JOIN entry AS u USING (ledger_period, holder_code, item_code, amount_kind, top_account_code)
    WHERE starts_with(e.account_code, u.account_code) AND u.account_code <> e.account_code
),

booked AS (
    SELECT e.*
    FROM entry AS e
    ANTI JOIN part AS p
        USING (ledger_period, holder_code, item_code, amount_kind, top_account_code, account_code)
),

account_basis AS (
    SELECT b.ledger_period, b.holder_code, b.account_code, b.item_code
    FROM booked AS b
    QUALIFY row_number() OVER (
        PARTITION BY b.ledger_period, b.holder_code, b.account_code
        ORDER BY b.item_code = '', b.item_code, b.amount_kind
    ) = 1
),

basis AS (
    SELECT
        b.ledger_period, b.holder_code,
        CASE WHEN b.item_code <> '' THEN 'card' ELSE 'total' END AS comparison_basis
    FROM account_basis AS b
    QUALIFY row_number() OVER (
        PARTITION BY b.ledger_period, b.holder_code ORDER BY b.item_code <> '', b.account_code
    ) = 1
),

-- What each card had at the end of the last year, and what changed month by month.
changed AS (
    SELECT
        o.holder_code, o.resource_code, m.booking_month, m.cost_cny, m.amortisation_cny, m.impairment_cny,
        m.development_cny, m.stock_cny
    FROM valuation.month_movement AS m
    JOIN valuation.opening AS o ON o.period = m.period AND o.card_id = m.card_id
    JOIN differing_unit AS u ON u.holder_code = o.holder_code
    WHERE m.period = $period
    UNION ALL
    SELECT
        o.holder_code, o.resource_code, strftime($year_start - INTERVAL 1 DAY, '%Y-%m'), o.opening_cost_cny,
        o.opening_amortisation_cny, o.opening_impairment_cny, coalesce(b.development_cny, 0),
        coalesce(b.stock_cny, 0)
    FROM valuation.opening AS o
    JOIN differing_unit AS u ON u.holder_code = o.holder_code
    JOIN valuation.snapshot AS s ON s.period = o.period AND s.card_id = o.card_id
    LEFT JOIN valuation.balance AS b
        ON b.period = o.period AND b.card_id = o.card_id AND b.book_code = 'accounting' AND b.balance_kind = 'opening'
    WHERE o.period = $period AND (s.snapshot_status IN ('valued', 'disposed') OR o.booked_period IS NOT NULL)
),

-- The cards at the month ends before, of which there are books.
earlier_end AS (
    SELECT
        p.holder_code, p.ledger_period,
        last_day(CAST(p.ledger_period || '-01' AS DATE)) AS end_date
    FROM posted AS p
    WHERE p.ledger_period < strftime($year_start - INTERVAL 1 DAY, '%Y-%m')
    GROUP BY p.holder_code, p.ledger_period
),

earlier_card AS (
    SELECT c.card_id, c.holder_code, c.resource_code, e.ledger_period, e.end_date
    FROM registry.asset_card AS c
    JOIN earlier_end AS e
        ON e.holder_code = c.holder_code
        AND c.recognised_date <= e.end_date
        AND (c.disposed_date IS NULL OR c.disposed_date > e.end_date)
    JOIN valuation.snapshot AS s ON s.period = $period AND s.card_id = c.card_id
    WHERE s.snapshot_status IN ('valued', 'disposed')
),

-- As in `valuation.balance`.
earlier_pool AS (
    SELECT
        c.card_id, c.ledger_period, t.cost_cny, t.impairment_cny,
        CAST(t.amortisation_cny * 100 AS HUGEINT)
        + (
            CAST((t.cost_cny - t.amortisation_cny - t.impairment_cny) * 100 AS HUGEINT)
            * least(t.term_months, datediff('month', t.first_month, c.end_date + 1))
            + t.term_months // 2
        ) // greatest(1, t.term_months) AS amortisation
    FROM earlier_card AS c
    JOIN valuation.amortisation_term AS t
        ON t.card_id = c.card_id AND t.book_code = 'accounting' AND t.from_date <= c.end_date
    QUALIFY row_number() OVER (PARTITION BY c.card_id, c.ledger_period, t.pool_no ORDER BY t.term_no DESC) = 1
),

earlier AS (
    SELECT
        c.holder_code, c.resource_code, c.ledger_period, p.cost_cny,
        CAST(CAST(p.amortisation AS DECIMAL(20, 0)) * 0.01 AS DECIMAL(20, 2)) AS amortisation_cny,
        p.impairment_cny,
        CAST(0 AS DECIMAL(20, 2)) AS development_cny,
        CAST(0 AS DECIMAL(20, 2)) AS stock_cny
    FROM earlier_card AS c
    JOIN earlier_pool AS p USING (card_id, ledger_period)
    UNION ALL
    SELECT
        c.holder_code, c.resource_code, c.ledger_period,
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CAST(0 AS DECIMAL(20, 2)),
        CASE WHEN starts_with(m.movement_kind, 'stock') THEN 0 ELSE m.amount_cny END,
        CASE WHEN starts_with(m.movement_kind, 'stock') THEN m.amount_cny ELSE 0 END
    FROM earlier_card AS c
    JOIN valuation.movement AS m ON m.card_id = c.card_id AND m.event_date <= c.end_date
    WHERE
        m.movement_kind IN (
            'development', 'development_in', 'development_out', 'completion', 'development_reversal', 'stock',
            'stock_reversal'
        )
),

known AS (
    SELECT d.holder_code, d.item_code, d.amount_kind, d.comparison_basis, b.ledger_period
    FROM differing AS d
    JOIN basis AS b ON b.holder_code = d.holder_code AND b.comparison_basis = d.comparison_basis
),

stood_at AS (
    SELECT
        k.holder_code, k.item_code, k.amount_kind, k.ledger_period, c.cost_cny, c.amortisation_cny, c.impairment_cny,
        c.development_cny, c.stock_cny
    FROM known AS k
    JOIN changed AS c
        ON c.holder_code = k.holder_code
        AND (k.comparison_basis = 'total' OR c.resource_code = k.item_code)
        AND c.booking_month <= k.ledger_period
    UNION ALL
    SELECT
        k.holder_code, k.item_code, k.amount_kind, k.ledger_period, c.cost_cny, c.amortisation_cny, c.impairment_cny,
        c.development_cny, c.stock_cny
    FROM known AS k
    JOIN earlier AS c
        ON c.holder_code = k.holder_code
        AND (k.comparison_basis = 'total' OR c.resource_code = k.item_code)
        AND c.ledger_period = k.ledger_period
),

on_card AS (
    SELECT
        k.holder_code, k.item_code, k.amount_kind, k.ledger_period,
        sum(
            CASE k.amount_kind
                WHEN 'cost' THEN k.cost_cny
                WHEN 'amortisation' THEN k.amortisation_cny
                WHEN 'impairment' THEN k.impairment_cny
                WHEN 'development' THEN k.development_cny
                WHEN 'stock' THEN k.stock_cny
                ELSE k.cost_cny - k.amortisation_cny - k.impairment_cny
            END
        ) AS amount_cny
    FROM stood_at AS k
    GROUP BY k.holder_code, k.item_code, k.amount_kind, k.ledger_period
),

in_books AS (
    SELECT k.holder_code, k.item_code, k.amount_kind, k.ledger_period, sum(b.amount_cny) AS amount_cny
    FROM known AS k
    JOIN booked AS b
        ON b.holder_code = k.holder_code
        AND b.amount_kind = k.amount_kind
        AND b.ledger_period = k.ledger_period
        AND (k.comparison_basis = 'total' OR b.item_code = k.item_code)
    GROUP BY k.holder_code, k.item_code, k.amount_kind, k.ledger_period
),

compared AS (
    SELECT
        k.holder_code, k.item_code, k.amount_kind, k.ledger_period,
        abs(coalesce(c.amount_cny, 0) - coalesce(b.amount_cny, 0)) <= coalesce(t.value, 0) AS agrees
    FROM known AS k
    LEFT JOIN on_card AS c USING (holder_code, item_code, amount_kind, ledger_period)
    LEFT JOIN in_books AS b USING (holder_code, item_code, amount_kind, ledger_period)
    LEFT JOIN policy.parameter AS t ON t.name = 'reconciliation_tolerance_cny' AND in_force(t, $period_end)
),

agreed AS (
    SELECT c.holder_code, c.item_code, c.amount_kind, max(c.ledger_period) AS agreed_period
    FROM compared AS c
    WHERE c.agrees
    GROUP BY c.holder_code, c.item_code, c.amount_kind
),

stood AS (
    SELECT c.holder_code, c.item_code, c.amount_kind, min(c.ledger_period) AS since_period
    FROM compared AS c
    LEFT JOIN agreed AS a USING (holder_code, item_code, amount_kind)
    WHERE a.agreed_period IS NULL OR c.ledger_period > a.agreed_period
    GROUP BY c.holder_code, c.item_code, c.amount_kind
)

SELECT
    $period AS period,
    d.holder_code,
    d.item_code,
    d.amount_kind,
    d.comparison_basis,
    d.difference_kind,
    d.difference_cny,
    coalesce(s.since_period, $period) AS since_period,
    CAST(
        datediff('month', CAST(coalesce(s.since_period, $period) || '-01' AS DATE), $period_end) + 1 AS INTEGER
    ) AS standing_months,
    a.agreed_period,
    a.agreed_period IS NULL AS is_maybe_older
FROM differing AS d
LEFT JOIN stood AS s USING (holder_code, item_code, amount_kind)
LEFT JOIN agreed AS a USING (holder_code, item_code, amount_kind)
