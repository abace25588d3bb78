-- Asset cards against the books (账账相符), for each unit, card and amount: cost, amortisation, net. Both sides are
-- gathered by resource code. A unit that delivers one of its accounts in total only is compared by its totals.
-- Elsewhere a line without resource code is what the unit did not assign to a resource, so that the differences of
-- a unit always sum to its total's.
WITH version AS (
    SELECT o.organisation_code, o.name, o.accounting_system
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

compared AS (
    SELECT
        a.accounting_system, a.amount_kind,
        min(a.amount_name_zh) AS amount_label,
        string_agg(a.account_code, ';' ORDER BY a.account_code) AS account_codes
    FROM account AS a
    GROUP BY a.accounting_system, a.amount_kind
),

ledger AS (
    SELECT
        b.holder_code,
        coalesce(v.name, b.holder_code) AS entity_name,
        a.accounting_system, a.amount_kind,
        a.account_code AS top_account_code,
        b.account_code, b.item_code,
        CASE WHEN a.sign = '-' THEN -b.closing_balance_cny ELSE b.closing_balance_cny END AS amount_cny
    FROM finance.ledger_balance AS b
    LEFT JOIN version AS v ON v.organisation_code = b.holder_code
    JOIN account AS a
        ON a.accounting_system = coalesce(v.accounting_system, 'unknown')
        AND starts_with(b.account_code, a.account_code)
    WHERE b.period = $period
),

-- Data are booked in sub-accounts as well (170101); where the account itself is given for an item, it has the sum.
part AS (
    SELECT b.holder_code, b.item_code, b.amount_kind, b.top_account_code, b.account_code
    FROM ledger AS b
    JOIN ledger AS u USING (holder_code, item_code, amount_kind, top_account_code)
    WHERE starts_with(b.account_code, u.account_code) AND u.account_code <> b.account_code
),

booked AS (
    SELECT b.*
    FROM ledger AS b
    ANTI JOIN part AS p USING (holder_code, item_code, amount_kind, top_account_code, account_code)
),

-- Lines without a resource that are, to the cent, the sum of those with one (`landing.violation` warns of them): they
-- stay, and the difference that they make is told as what it is.
total_line AS (
    SELECT u.holder_code, u.amount_kind, u.top_account_code, u.account_code, u.amount_cny
    FROM booked AS u
    JOIN booked AS b USING (holder_code, amount_kind, top_account_code)
    WHERE
        u.item_code = '' AND b.item_code <> ''
        AND starts_with(b.account_code, u.account_code)
        AND u.amount_cny <> 0
    GROUP BY u.holder_code, u.amount_kind, u.top_account_code, u.account_code, u.amount_cny
    HAVING sum(b.amount_cny) = u.amount_cny
),

with_total AS (
    SELECT DISTINCT t.holder_code, t.amount_kind
    FROM total_line AS t
),

-- One line tells of an account whether it is itemised, one account of a unit how the unit is compared.
account_basis AS (
    SELECT b.holder_code, b.account_code, b.item_code
    FROM booked AS b
    QUALIFY row_number() OVER (
        PARTITION BY b.holder_code, b.account_code
        ORDER BY b.item_code = '', b.item_code, b.amount_kind
    ) = 1
),

basis AS (
    SELECT b.holder_code, b.item_code <> '' AS is_itemised
    FROM account_basis AS b
    QUALIFY row_number() OVER (PARTITION BY b.holder_code ORDER BY b.item_code <> '', b.account_code) = 1
),

-- The same facts of a resource, whether it stands in the books, on a card or in the memo register.
carded AS (
    SELECT
        s.holder_code,
        coalesce(v.name, c.right_holder_name, s.holder_code) AS entity_name,
        coalesce(v.accounting_system, 'unknown') AS accounting_system,
        s.resource_code AS item_code,
        c.asset_name,
        CASE WHEN s.snapshot_status IN ('valued', 'unvalued') THEN 1 ELSE 0 END AS card_count,
        0 AS memo_count,
        s.closing_cost_cny AS cost_cny,
        s.closing_amortisation_cny AS amortisation_cny,
        s.closing_impairment_cny AS impairment_cny,
        s.closing_development_cny AS development_cny,
        s.closing_stock_cny AS stock_cny,
        p.cost_cny AS previous_cost_cny,
        p.amortisation_cny AS previous_amortisation_cny,
        p.impairment_cny AS previous_impairment_cny,
        p.development_cny AS previous_development_cny,
        p.stock_cny AS previous_stock_cny,
        n.cost_cny AS next_cost_cny,
        n.amortisation_cny AS next_amortisation_cny,
        n.impairment_cny AS next_impairment_cny,
        n.development_cny AS next_development_cny,
        n.stock_cny AS next_stock_cny
    FROM valuation.snapshot AS s
    LEFT JOIN registry.asset_card AS c USING (card_id)
    LEFT JOIN version AS v ON v.organisation_code = s.holder_code
    LEFT JOIN valuation.balance AS p
        ON p.period = s.period AND p.card_id = s.card_id AND p.book_code = 'accounting' AND p.balance_kind = 'previous'
    LEFT JOIN valuation.balance AS n
        ON n.period = s.period AND n.card_id = s.card_id AND n.book_code = 'accounting' AND n.balance_kind = 'next'
    WHERE s.period = $period
),

side AS (
    SELECT
        c.holder_code, c.entity_name, c.accounting_system, k.amount_kind, c.item_code, c.asset_name,
        c.card_count, c.memo_count,
        0 AS line_count,
        CASE k.amount_kind
            WHEN 'cost' THEN c.cost_cny
            WHEN 'amortisation' THEN c.amortisation_cny
            WHEN 'impairment' THEN c.impairment_cny
            WHEN 'development' THEN c.development_cny
            WHEN 'stock' THEN c.stock_cny
            ELSE c.cost_cny - c.amortisation_cny - c.impairment_cny
        END AS card_amount_cny,
        CASE k.amount_kind
            WHEN 'cost' THEN c.previous_cost_cny
            WHEN 'amortisation' THEN c.previous_amortisation_cny
            WHEN 'impairment' THEN c.previous_impairment_cny
            WHEN 'development' THEN c.previous_development_cny
            WHEN 'stock' THEN c.previous_stock_cny
            ELSE c.previous_cost_cny - c.previous_amortisation_cny - c.previous_impairment_cny
        END AS previous_cny,
        CASE k.amount_kind
            WHEN 'cost' THEN c.next_cost_cny
            WHEN 'amortisation' THEN c.next_amortisation_cny
            WHEN 'impairment' THEN c.next_impairment_cny
            WHEN 'development' THEN c.next_development_cny
            WHEN 'stock' THEN c.next_stock_cny
            ELSE c.next_cost_cny - c.next_amortisation_cny - c.next_impairment_cny
        END AS next_cny,
        0 AS ledger_amount_cny
    FROM carded AS c
    JOIN compared AS k USING (accounting_system)
    UNION ALL
    SELECT
        m.holder_code,
        coalesce(v.name, m.holder_name),
        k.accounting_system, k.amount_kind, m.resource_code, m.asset_name,
        0, 1, 0, 0, 0, 0, 0
    FROM registry.memo_register AS m
    LEFT JOIN version AS v ON v.organisation_code = m.holder_code
    JOIN compared AS k ON k.accounting_system = coalesce(v.accounting_system, 'unknown')
    WHERE m.entered_date <= $period_end AND (m.left_date IS NULL OR m.left_date > $period_end)
    UNION ALL
    SELECT
        b.holder_code, b.entity_name, b.accounting_system, b.amount_kind, b.item_code, NULL, 0, 0, 1, 0, 0, 0,
        b.amount_cny
    FROM booked AS b
),

placed AS (
    SELECT
        s.holder_code, s.entity_name, s.accounting_system, s.amount_kind,
        coalesce(w.is_itemised, TRUE) AS is_itemised,
        CASE WHEN coalesce(w.is_itemised, TRUE) THEN s.item_code ELSE '' END AS item_code,
        CASE WHEN coalesce(w.is_itemised, TRUE) THEN s.asset_name END AS asset_name,
        s.card_count, s.memo_count, s.line_count, s.card_amount_cny, s.previous_cny, s.next_cny,
        s.ledger_amount_cny
    FROM side AS s
    LEFT JOIN basis AS w USING (holder_code)
),

summed AS (
    SELECT
        p.holder_code, p.accounting_system, p.amount_kind, p.is_itemised, p.item_code,
        min(p.entity_name) AS entity_name,
        min(p.asset_name) AS asset_name,
        CAST(sum(p.card_count) AS BIGINT) AS card_count,
        sum(p.memo_count) AS memo_count,
        sum(p.line_count) AS line_count,
        CAST(coalesce(sum(p.card_amount_cny), 0) AS DECIMAL(20, 2)) AS card_amount_cny,
        CAST(coalesce(sum(p.previous_cny), 0) AS DECIMAL(20, 2)) AS previous_cny,
        CAST(coalesce(sum(p.next_cny), 0) AS DECIMAL(20, 2)) AS next_cny,
        CAST(sum(p.ledger_amount_cny) AS DECIMAL(20, 2)) AS ledger_amount_cny
    FROM placed AS p
    GROUP BY p.holder_code, p.accounting_system, p.amount_kind, p.is_itemised, p.item_code
),

measured AS (
    SELECT
        s.*,
        coalesce(CAST(t.value AS DECIMAL(20, 2)), 0) AS tolerance_cny,
        abs(s.previous_cny - s.ledger_amount_cny) <= coalesce(t.value, 0) AS is_previous,
        abs(s.next_cny - s.ledger_amount_cny) <= coalesce(t.value, 0) AS is_next,
        s.item_code = '' AND w.amount_kind IS NOT NULL AS has_total
    FROM summed AS s
    LEFT JOIN with_total AS w USING (holder_code, amount_kind)
    LEFT JOIN policy.parameter AS t ON t.name = 'reconciliation_tolerance_cny' AND in_force(t, $period_end)
    -- What few cards have is compared where one of both sides has it.
    WHERE
        (s.card_count > 0 OR s.line_count > 0)
        AND (
            s.amount_kind IN ('cost', 'amortisation', 'net')
            OR s.card_amount_cny <> 0
            OR s.ledger_amount_cny <> 0
        )
),

judged AS (
    SELECT
        s.holder_code, s.accounting_system, s.amount_kind, s.is_itemised, s.item_code, s.entity_name,
        s.asset_name, s.card_count, s.card_amount_cny, s.ledger_amount_cny,
        CASE
            WHEN s.is_itemised AND s.card_count > 1 THEN 'duplicated_card'
            WHEN abs(s.card_amount_cny - s.ledger_amount_cny) <= s.tolerance_cny THEN 'matched'
            WHEN s.has_total THEN 'total_among_parts'
            WHEN s.ledger_amount_cny <> 0 AND s.is_previous THEN 'period_shift'
            WHEN s.ledger_amount_cny <> 0 AND s.is_next THEN 'period_shift'
            WHEN s.is_itemised AND s.card_count = 0 AND s.memo_count > 0 THEN 'in_memo_register_but_booked'
            WHEN s.card_count = 0 THEN 'gl_only'
            WHEN s.ledger_amount_cny = 0 THEN 'card_only'
            ELSE 'amount_diff'
        END AS kind,
        strftime(CAST($period || '-01' AS DATE) + to_months(CASE WHEN s.is_previous THEN -1 ELSE 1 END), '%Y-%m')
            AS matching_period
    FROM measured AS s
)

SELECT
    $period AS period,
    j.holder_code,
    j.entity_name,
    j.item_code,
    CASE WHEN NOT j.is_itemised THEN '单位合计' WHEN j.item_code = '' THEN '未分到资源' ELSE j.asset_name END
        AS item_label,
    j.amount_kind,
    k.amount_label,
    k.account_codes,
    CASE WHEN j.is_itemised THEN 'card' ELSE 'total' END AS comparison_basis,
    j.card_count,
    j.card_amount_cny,
    j.ledger_amount_cny,
    CAST(j.card_amount_cny - j.ledger_amount_cny AS DECIMAL(20, 2)) AS difference_cny,
    j.kind AS difference_kind,
    n.name_zh AS difference_label,
    CASE WHEN j.kind = 'period_shift' THEN j.matching_period END AS matching_period,
    n.mend_zh
FROM judged AS j
JOIN compared AS k USING (accounting_system, amount_kind)
LEFT JOIN policy.reconciliation_kind AS n ON n.kind = j.kind AND in_force(n, $period_end)
