-- Journal entries that are proposed (凭证建议), by card and month: a line for each account that policy names for the kind
-- of change. What leaves is turned round, so that amounts are positive; where a change is the other way round than its
-- kind is, so are the sides of its entry. The number is made of month and kind, and of what is late of the month to
-- which it belongs; it stays when an earlier month gets another entry.
WITH version AS (
    SELECT o.organisation_code, o.accounting_system
    FROM catalog.organisation AS o
    QUALIFY row_number() OVER (
        PARTITION BY o.organisation_code
        ORDER BY o.valid_from <= $period_end DESC, o.valid_from DESC
    ) = 1
),

kind AS (
    SELECT k.entry_kind, k.kind_no, k.direction
    FROM (
        VALUES
        ('acquisition', '01', 1),
        ('development', '02', 1),
        ('completion', '03', 1),
        ('stock', '04', 1),
        ('expense', '05', 1),
        ('amortisation', '06', 1),
        ('impairment', '07', 1),
        ('reversal', '08', -1),
        ('development_reversal', '09', -1),
        ('stock_reversal', '10', -1),
        ('part_disposal', '11', -1),
        ('disposal', '12', -1),
        ('development_write_off', '13', -1),
        ('stock_out', '14', -1),
        ('opening_adjustment', '15', 1),
        ('succession_in', '16', 1),
        ('succession_out', '17', -1)
    ) AS k(entry_kind, kind_no, direction)
),

month_end AS (
    SELECT
        strftime($year_start + to_months(n.month_no), '%Y-%m') AS booking_month,
        last_day(CAST($year_start + to_months(n.month_no) AS DATE)) AS end_date
    FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11)) AS n(month_no)
),

-- The accounts of each month. Where all lines of an entry are of one amount, their order is that of the accounts.
account AS (
    SELECT
        e.booking_month, a.accounting_system, a.entry_kind, a.side, a.amount_kind, a.account_code, a.account_name_zh,
        a.summary_zh,
        min(a.amount_kind) OVER (PARTITION BY e.booking_month, a.accounting_system, a.entry_kind)
        = max(a.amount_kind) OVER (PARTITION BY e.booking_month, a.accounting_system, a.entry_kind) AS is_of_one_amount,
        row_number() OVER (
            PARTITION BY e.booking_month, a.accounting_system, a.entry_kind
            ORDER BY a.side <> 'debit', a.account_code, a.amount_kind
        ) AS upright_no,
        row_number() OVER (
            PARTITION BY e.booking_month, a.accounting_system, a.entry_kind
            ORDER BY a.side = 'debit', a.account_code, a.amount_kind
        ) AS turned_no
    FROM month_end AS e
    JOIN policy.journal_account AS a ON in_force(a, e.end_date)
),

entry AS (
    SELECT
        m.*,
        replace(m.booking_month, '-', '') || '-' || k.kind_no
        || CASE WHEN m.is_late THEN '-' || replace(m.belonging_month, '-', '') ELSE '' END AS journal_no,
        k.direction,
        coalesce(v.accounting_system, 'unknown') AS accounting_system,
        s.resource_code, c.asset_name
    FROM valuation.month_movement AS m
    JOIN kind AS k USING (entry_kind)
    JOIN valuation.snapshot AS s ON s.period = m.period AND s.card_id = m.card_id
    LEFT JOIN registry.asset_card AS c ON c.card_id = m.card_id
    LEFT JOIN version AS v ON v.organisation_code = m.holder_code
    WHERE m.period = $period
),

-- Read twice below: kept, it would be written out with all its texts.
line AS NOT MATERIALIZED (
    SELECT
        e.card_id, e.holder_code, e.booking_month, e.belonging_month, e.entry_kind, e.journal_no, e.follows_from,
        e.resource_code, e.asset_name, a.account_code, a.account_name_zh, a.summary_zh, a.amount_kind, a.side,
        a.is_of_one_amount, a.upright_no, a.turned_no,
        e.direction * CASE a.amount_kind
            WHEN 'cost' THEN e.cost_cny
            WHEN 'amortisation' THEN e.amortisation_cny
            WHEN 'impairment' THEN e.impairment_cny
            WHEN 'development' THEN e.development_cny
            WHEN 'stock' THEN e.stock_cny
            WHEN 'expense' THEN e.expense_cny
            ELSE e.cost_cny - e.amortisation_cny - e.impairment_cny
        END AS amount_cny
    FROM entry AS e
    JOIN account AS a USING (booking_month, accounting_system, entry_kind)
),

numbered AS (
    SELECT u.*
    FROM (
        SELECT l.*, CASE WHEN l.amount_cny > 0 THEN l.upright_no ELSE l.turned_no END AS line_no
        FROM line AS l
        WHERE l.is_of_one_amount AND l.amount_cny <> 0
        UNION ALL
        SELECT
            l.*,
            row_number() OVER (
                PARTITION BY l.card_id, l.journal_no
                ORDER BY (l.side = 'debit') <> (l.amount_cny > 0), l.account_code, l.amount_kind
            )
        FROM line AS l
        WHERE NOT l.is_of_one_amount AND l.amount_cny <> 0
    ) AS u
)

SELECT
    $period AS period,
    l.card_id,
    l.journal_no,
    CAST(l.line_no AS INTEGER) AS line_no,
    l.holder_code,
    l.resource_code,
    l.booking_month,
    l.belonging_month,
    l.entry_kind,
    l.account_code,
    l.account_name_zh AS account_name,
    CAST(CASE WHEN (l.side = 'debit') = (l.amount_cny > 0) THEN abs(l.amount_cny) ELSE 0 END AS DECIMAL(20, 2))
        AS debit_cny,
    CAST(CASE WHEN (l.side = 'debit') = (l.amount_cny > 0) THEN 0 ELSE abs(l.amount_cny) END AS DECIMAL(20, 2))
        AS credit_cny,
    l.summary_zh || '：' || coalesce(l.asset_name, l.resource_code) AS entry_summary,
    l.follows_from
FROM numbered AS l
