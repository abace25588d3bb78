-- The cards against the books by unit and kind of amount: both sums, and how many resources differ. As one would write
-- it who needs these and nothing else: no kinds of difference, no neighbouring months, no labels.
WITH unit AS (
    SELECT
        o.organisation_code AS holder_code,
        arg_max(o.accounting_system, o.valid_from) AS accounting_system
    FROM catalog.organisation AS o
    WHERE o.valid_from <= $period_end
    GROUP BY ALL
),

account AS (
    SELECT a.accounting_system, a.amount_kind, a.account_code, CASE a.sign WHEN '-' THEN -1 ELSE 1 END AS sign
    FROM policy.ledger_account AS a
    WHERE
        (a.is_first_version OR a.effective_from <= $period_end)
        AND (a.effective_to IS NULL OR $period_end < a.effective_to)
),

ledger AS (
    SELECT g.holder_code, g.account_code, coalesce(g.resource_code, '') AS item_code, g.closing_cny
    FROM delivered.ledger AS g
    WHERE g.period = $period
    QUALIFY row_number() OVER (
        PARTITION BY g.holder_code, g.account_code, coalesce(g.resource_code, '')
        ORDER BY g.delivery_date DESC, g.delivery_id, g.ordinal
    ) = 1
),

booked AS (
    SELECT
        g.holder_code, g.item_code, a.amount_kind, a.sign,
        a.account_code AS top_code,
        g.account_code, g.closing_cny
    FROM ledger AS g
    JOIN unit AS v USING (holder_code)
    JOIN account AS a ON a.accounting_system = v.accounting_system AND starts_with(g.account_code, a.account_code)
),

-- Where an account is given, its sub-accounts are part of it.
part AS (
    SELECT b.holder_code, b.item_code, b.amount_kind, b.account_code
    FROM booked AS b
    JOIN booked AS u USING (holder_code, item_code, amount_kind, top_code)
    WHERE length(u.account_code) < length(b.account_code) AND starts_with(b.account_code, u.account_code)
),

counted AS (
    SELECT b.holder_code, b.item_code, b.amount_kind, b.account_code, b.closing_cny * b.sign AS amount_cny
    FROM booked AS b
    ANTI JOIN part AS p USING (holder_code, item_code, amount_kind, account_code)
),

total_only AS (
    SELECT DISTINCT g.holder_code
    FROM (
        SELECT b.holder_code FROM counted AS b GROUP BY b.holder_code, b.account_code HAVING bool_and(b.item_code = '')
    ) AS g
),

side AS (
    SELECT s.holder_code, c.resource_code AS item_code, k.amount_kind, k.amount_cny AS card_cny, 0 AS ledger_cny
    FROM (
        SELECT
            n.card_id, n.holder_code,
            unnest([
                {'amount_kind': 'cost', 'amount_cny': n.closing_cost_cny},
                {'amount_kind': 'amortisation', 'amount_cny': n.closing_amortisation_cny},
                {'amount_kind': 'impairment', 'amount_cny': n.closing_impairment_cny},
                {'amount_kind': 'net', 'amount_cny': n.closing_carrying_cny},
                {'amount_kind': 'development', 'amount_cny': n.closing_development_cny},
                {'amount_kind': 'stock', 'amount_cny': n.closing_stock_cny}
            ]) AS k
        FROM valuation.snapshot AS n
        WHERE n.period = $period
    ) AS s
    JOIN registry.asset_card AS c USING (card_id)
    WHERE k.amount_cny <> 0
    UNION ALL
    SELECT b.holder_code, b.item_code, b.amount_kind, 0, b.amount_cny
    FROM counted AS b
),

item AS (
    SELECT
        s.holder_code, s.amount_kind,
        sum(s.card_cny) AS card_cny,
        sum(s.ledger_cny) AS ledger_cny
    FROM side AS s
    LEFT JOIN total_only AS t USING (holder_code)
    GROUP BY s.holder_code, s.amount_kind, CASE WHEN t.holder_code IS NULL THEN s.item_code END
)

SELECT
    i.holder_code, i.amount_kind,
    sum(i.card_cny) AS card_cny,
    sum(i.ledger_cny) AS ledger_cny,
    count(*) FILTER (WHERE i.card_cny <> i.ledger_cny) AS differing_count
FROM item AS i
JOIN unit AS v USING (holder_code)
SEMI JOIN account AS a ON a.accounting_system = v.accounting_system AND a.amount_kind = i.amount_kind
GROUP BY ALL
HAVING card_cny <> 0 OR ledger_cny <> 0
