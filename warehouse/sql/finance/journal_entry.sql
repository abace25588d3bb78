-- Journal entries that are proposed (凭证建议), by card and month: a line for each account that policy names for the kind
-- of change. What leaves is turned round, so that amounts are positive; where a change is the other way round than its
-- kind is, so are the sides of its entry. The number is made of month and kind, and stays when an earlier month gets
-- another entry.
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
        ('opening_adjustment', '15', 1)
    ) AS k(entry_kind, kind_no, direction)
),

entry AS (
    SELECT
        m.card_id, m.holder_code, m.booking_month, m.entry_kind, m.follows_from,
        replace(m.booking_month, '-', '') || '-' || k.kind_no AS journal_no,
        last_day(CAST(m.booking_month || '-01' AS DATE)) AS month_end,
        coalesce(v.accounting_system, 'unknown') AS accounting_system,
        s.resource_code, c.asset_name,
        k.direction * m.cost_cny AS cost_cny,
        k.direction * m.amortisation_cny AS amortisation_cny,
        k.direction * m.impairment_cny AS impairment_cny,
        k.direction * m.development_cny AS development_cny,
        k.direction * m.stock_cny AS stock_cny,
        k.direction * m.expense_cny AS expense_cny
    FROM valuation.month_movement AS m
    JOIN kind AS k USING (entry_kind)
    JOIN valuation.snapshot AS s ON s.period = m.period AND s.card_id = m.card_id
    LEFT JOIN registry.asset_card AS c ON c.card_id = m.card_id
    LEFT JOIN version AS v ON v.organisation_code = m.holder_code
    WHERE m.period = $period
),

line AS (
    SELECT
        e.card_id, e.holder_code, e.booking_month, e.entry_kind, e.journal_no, e.follows_from, e.resource_code,
        e.asset_name, a.account_code, a.account_name_zh, a.summary_zh, a.amount_kind, a.side,
        CASE a.amount_kind
            WHEN 'cost' THEN e.cost_cny
            WHEN 'amortisation' THEN e.amortisation_cny
            WHEN 'impairment' THEN e.impairment_cny
            WHEN 'development' THEN e.development_cny
            WHEN 'stock' THEN e.stock_cny
            WHEN 'expense' THEN e.expense_cny
            ELSE e.cost_cny - e.amortisation_cny - e.impairment_cny
        END AS amount_cny
    FROM entry AS e
    JOIN policy.journal_account AS a
        ON a.accounting_system = e.accounting_system
        AND a.entry_kind = e.entry_kind
        AND in_force(a, e.month_end)
)

SELECT
    $period AS period,
    l.card_id,
    l.journal_no,
    CAST(
        row_number() OVER (
            PARTITION BY l.card_id, l.journal_no
            ORDER BY (l.side = 'debit') <> (l.amount_cny > 0), l.account_code, l.amount_kind
        ) AS INTEGER
    ) AS line_no,
    l.holder_code,
    l.resource_code,
    l.booking_month,
    l.entry_kind,
    l.account_code,
    l.account_name_zh AS account_name,
    CAST(CASE WHEN (l.side = 'debit') = (l.amount_cny > 0) THEN abs(l.amount_cny) ELSE 0 END AS DECIMAL(20, 2))
        AS debit_cny,
    CAST(CASE WHEN (l.side = 'debit') = (l.amount_cny > 0) THEN 0 ELSE abs(l.amount_cny) END AS DECIMAL(20, 2))
        AS credit_cny,
    l.summary_zh || '：' || coalesce(l.asset_name, l.resource_code) AS entry_summary,
    l.follows_from
FROM line AS l
WHERE l.amount_cny <> 0
