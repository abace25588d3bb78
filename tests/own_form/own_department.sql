-- The city's own form (a test): assets by department at the end of the month, as units roll up on that day.
SELECT
    $period AS period,
    r.entity_code,
    min(r.entity_name) AS entity_name,
    CAST(sum(s.closing_count) AS BIGINT) AS closing_count,
    CAST(coalesce(sum(s.closing_cost_cny), 0) AS DECIMAL(20, 2)) AS closing_cost_cny,
    CAST(coalesce(max(s.closing_cost_cny), 0) AS DECIMAL(20, 2)) AS largest_card_cny
FROM valuation.snapshot AS s
JOIN catalog.roll_up AS r
    ON r.unit_code = s.holder_code
    AND r.level = 'department'
    AND r.valid_from <= $period_end
    AND (r.valid_to IS NULL OR r.valid_to > $period_end)
WHERE s.period = $period AND s.closing_count > 0
GROUP BY r.entity_code
