-- Delivered account balances of the period. If several deliverers send the same balance, the latest delivery counts.
SELECT
    $period AS period,
    coalesce((r.body ->> '$.holder_code'), c.default_holder_code) AS holder_code,
    (r.body ->> '$.account_code') AS account_code,
    coalesce((r.body ->> '$.resource_code'), '') AS item_code,
    (r.body ->> '$.account_name') AS account_name,
    CAST((r.body ->> '$.opening_cny') AS DECIMAL(20, 2)) AS opening_balance_cny,
    CAST((r.body ->> '$.debit_cny') AS DECIMAL(20, 2)) AS debit_cny,
    CAST((r.body ->> '$.credit_cny') AS DECIMAL(20, 2)) AS credit_cny,
    CAST((r.body ->> '$.closing_cny') AS DECIMAL(20, 2)) AS closing_balance_cny,
    c.delivery_id,
    c.ordinal
FROM landing.current_record AS c
JOIN landing.record AS r ON r.delivery_id = c.delivery_id AND r.ordinal = c.ordinal
WHERE c.kind = 'ledger' AND (r.body ->> '$.period') = $period
QUALIFY row_number() OVER (
    PARTITION BY
        coalesce((r.body ->> '$.holder_code'), c.default_holder_code),
        (r.body ->> '$.account_code'),
        coalesce((r.body ->> '$.resource_code'), '')
    ORDER BY c.delivery_date DESC, c.delivery_id, c.ordinal
) = 1
