-- Delivered account balances of the period. If several deliverers send the same balance, the latest delivery counts.
SELECT
    $period AS period,
    g.holder_code,
    g.account_code,
    coalesce(g.resource_code, '') AS item_code,
    g.account_name,
    g.opening_cny AS opening_balance_cny,
    g.debit_cny,
    g.credit_cny,
    g.closing_cny AS closing_balance_cny,
    g.delivery_id,
    g.ordinal
FROM delivered.ledger AS g
WHERE g.period = $period
QUALIFY row_number() OVER (
    PARTITION BY g.holder_code, g.account_code, coalesce(g.resource_code, '')
    ORDER BY g.delivery_date DESC, g.delivery_id, g.ordinal
) = 1
