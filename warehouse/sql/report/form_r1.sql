-- Form R1 (own id; no official form is known): opening, additions, reductions and closing of public data assets,
-- from unit to department to district to city. Every registered unit has a row; a holder that is not registered
-- stands under “unregistered”, so that the sums of the levels are equal.
WITH contribution AS (
    SELECT
        s.holder_code,
        s.opening_count, s.adjustment_count, s.addition_count, s.reduction_count, s.closing_count,
        0 AS memo_count,
        0 AS unassessed_count,
        s.opening_cost_cny, s.opening_amortisation_cny,
        s.opening_impairment_cny,
        s.opening_cost_cny - s.opening_amortisation_cny - s.opening_impairment_cny AS opening_carrying_cny,
        s.adjustment_cost_cny, s.adjustment_amortisation_cny,
        s.adjustment_impairment_cny,
        s.adjustment_cost_cny - s.adjustment_amortisation_cny - s.adjustment_impairment_cny
            AS adjustment_carrying_cny,
        s.addition_cost_cny, s.addition_amortisation_cny,
        s.addition_impairment_cny,
        s.addition_cost_cny - s.addition_amortisation_cny - s.addition_impairment_cny AS addition_carrying_cny,
        s.reduction_cost_cny, s.reduction_amortisation_cny,
        s.reduction_impairment_cny,
        s.reduction_cost_cny - s.reduction_amortisation_cny - s.reduction_impairment_cny AS reduction_carrying_cny,
        s.closing_cost_cny, s.closing_amortisation_cny,
        s.closing_impairment_cny, s.closing_carrying_cny, s.closing_development_cny, s.closing_stock_cny
    FROM valuation.snapshot AS s
    WHERE s.period = $period
    UNION ALL
    SELECT m.holder_code, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    FROM registry.memo_register AS m
    WHERE m.entered_date <= $period_end AND (m.left_date IS NULL OR m.left_date > $period_end)
    UNION ALL
    SELECT t.holder_code, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    FROM registry.resource_standing AS t
    WHERE t.standing = 'unassessed' OR (t.standing IN ('memo', 'card') AND t.scope_date > $period_end)
)

SELECT
    $period AS period,
    p.level,
    p.entity_code,
    min(p.entity_name) AS entity_name,
    min(p.parent_code) AS parent_code,
    CAST(coalesce(sum(n.opening_count), 0) AS BIGINT) AS opening_count,
    CAST(coalesce(sum(n.opening_cost_cny), 0) AS DECIMAL(20, 2)) AS opening_cost_cny,
    CAST(coalesce(sum(n.opening_amortisation_cny), 0) AS DECIMAL(20, 2)) AS opening_amortisation_cny,
    CAST(coalesce(sum(n.opening_impairment_cny), 0) AS DECIMAL(20, 2)) AS opening_impairment_cny,
    CAST(coalesce(sum(n.opening_carrying_cny), 0) AS DECIMAL(20, 2)) AS opening_carrying_cny,
    CAST(coalesce(sum(n.adjustment_count), 0) AS BIGINT) AS adjustment_count,
    CAST(coalesce(sum(n.adjustment_cost_cny), 0) AS DECIMAL(20, 2)) AS adjustment_cost_cny,
    CAST(coalesce(sum(n.adjustment_amortisation_cny), 0) AS DECIMAL(20, 2)) AS adjustment_amortisation_cny,
    CAST(coalesce(sum(n.adjustment_impairment_cny), 0) AS DECIMAL(20, 2)) AS adjustment_impairment_cny,
    CAST(coalesce(sum(n.adjustment_carrying_cny), 0) AS DECIMAL(20, 2)) AS adjustment_carrying_cny,
    CAST(coalesce(sum(n.addition_count), 0) AS BIGINT) AS addition_count,
    CAST(coalesce(sum(n.addition_cost_cny), 0) AS DECIMAL(20, 2)) AS addition_cost_cny,
    CAST(coalesce(sum(n.addition_amortisation_cny), 0) AS DECIMAL(20, 2)) AS addition_amortisation_cny,
    CAST(coalesce(sum(n.addition_impairment_cny), 0) AS DECIMAL(20, 2)) AS addition_impairment_cny,
    CAST(coalesce(sum(n.addition_carrying_cny), 0) AS DECIMAL(20, 2)) AS addition_carrying_cny,
    CAST(coalesce(sum(n.reduction_count), 0) AS BIGINT) AS reduction_count,
    CAST(coalesce(sum(n.reduction_cost_cny), 0) AS DECIMAL(20, 2)) AS reduction_cost_cny,
    CAST(coalesce(sum(n.reduction_amortisation_cny), 0) AS DECIMAL(20, 2)) AS reduction_amortisation_cny,
    CAST(coalesce(sum(n.reduction_impairment_cny), 0) AS DECIMAL(20, 2)) AS reduction_impairment_cny,
    CAST(coalesce(sum(n.reduction_carrying_cny), 0) AS DECIMAL(20, 2)) AS reduction_carrying_cny,
    CAST(coalesce(sum(n.closing_count), 0) AS BIGINT) AS closing_count,
    CAST(coalesce(sum(n.closing_cost_cny), 0) AS DECIMAL(20, 2)) AS closing_cost_cny,
    CAST(coalesce(sum(n.closing_amortisation_cny), 0) AS DECIMAL(20, 2)) AS closing_amortisation_cny,
    CAST(coalesce(sum(n.closing_impairment_cny), 0) AS DECIMAL(20, 2)) AS closing_impairment_cny,
    CAST(coalesce(sum(n.closing_carrying_cny), 0) AS DECIMAL(20, 2)) AS closing_carrying_cny,
    CAST(coalesce(sum(n.closing_development_cny), 0) AS DECIMAL(20, 2)) AS closing_development_cny,
    CAST(coalesce(sum(n.closing_stock_cny), 0) AS DECIMAL(20, 2)) AS closing_stock_cny,
    CAST(coalesce(sum(n.memo_count), 0) AS BIGINT) AS memo_count,
    CAST(coalesce(sum(n.unassessed_count), 0) AS BIGINT) AS unassessed_count
FROM catalog.roll_up AS p
LEFT JOIN contribution AS n ON n.holder_code = p.unit_code
WHERE p.valid_from <= $period_end AND (p.valid_to IS NULL OR p.valid_to > $period_end)
GROUP BY p.level, p.entity_code
