-- What a closing of a month says of each unit: how many rows of cards it has, and the sum of their cost.
SELECT
    u.holder_code,
    $period AS period,
    $state AS period_state,
    CAST(count(s.card_id) AS VARCHAR) AS card_count,
    CAST(coalesce(sum(s.closing_cost_cny), 0.00) AS VARCHAR) AS closing_cost_cny,
    $decided_by AS decided_by,
    $reason AS reason
FROM (SELECT unnest($units) AS holder_code) AS u
LEFT JOIN valuation.snapshot AS s ON s.holder_code = u.holder_code AND s.period = $period
GROUP BY u.holder_code
ORDER BY u.holder_code
