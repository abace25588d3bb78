-- What the snapshots of a unit's cards hold by the way in which they were acquired, which tells the column of the
-- enterprise tables (外购的、自行开发的、其他方式取得的): opening, movements and closing of each. A card is acquired once: what is
-- added to it later stands where the asset does. Assets at nominal amount stand apart; a card whose way is not known is
-- `unknown`.
SELECT
    s.period,
    s.holder_code,
    coalesce(c.acquisition, 'unknown') AS acquisition,
    coalesce(c.value_basis, 'original_cost') AS value_basis,
    coalesce(q.asset_group, 'unknown') AS asset_group,
    CAST(sum(s.opening_count) AS BIGINT) AS opening_count,
    CAST(sum(s.adjustment_count) AS BIGINT) AS adjustment_count,
    CAST(sum(s.addition_count) AS BIGINT) AS addition_count,
    CAST(sum(s.reduction_count) AS BIGINT) AS reduction_count,
    CAST(sum(s.closing_count) AS BIGINT) AS closing_count,
    CAST(coalesce(sum(s.opening_cost_cny), 0) AS DECIMAL(20, 2)) AS opening_cost_cny,
    CAST(coalesce(sum(s.adjustment_cost_cny), 0) AS DECIMAL(20, 2)) AS adjustment_cost_cny,
    CAST(coalesce(sum(s.addition_cost_cny), 0) AS DECIMAL(20, 2)) AS addition_cost_cny,
    CAST(coalesce(sum(s.reduction_cost_cny), 0) AS DECIMAL(20, 2)) AS reduction_cost_cny,
    CAST(coalesce(sum(s.closing_cost_cny), 0) AS DECIMAL(20, 2)) AS closing_cost_cny,
    CAST(coalesce(sum(s.opening_amortisation_cny), 0) AS DECIMAL(20, 2)) AS opening_amortisation_cny,
    CAST(coalesce(sum(s.adjustment_amortisation_cny), 0) AS DECIMAL(20, 2)) AS adjustment_amortisation_cny,
    CAST(coalesce(sum(s.addition_amortisation_cny), 0) AS DECIMAL(20, 2)) AS addition_amortisation_cny,
    CAST(coalesce(sum(s.reduction_amortisation_cny), 0) AS DECIMAL(20, 2)) AS reduction_amortisation_cny,
    CAST(coalesce(sum(s.closing_amortisation_cny), 0) AS DECIMAL(20, 2)) AS closing_amortisation_cny,
    CAST(coalesce(sum(s.opening_impairment_cny), 0) AS DECIMAL(20, 2)) AS opening_impairment_cny,
    CAST(coalesce(sum(s.adjustment_impairment_cny), 0) AS DECIMAL(20, 2)) AS adjustment_impairment_cny,
    CAST(coalesce(sum(s.addition_impairment_cny), 0) AS DECIMAL(20, 2)) AS addition_impairment_cny,
    CAST(coalesce(sum(s.reduction_impairment_cny), 0) AS DECIMAL(20, 2)) AS reduction_impairment_cny,
    CAST(coalesce(sum(s.closing_impairment_cny), 0) AS DECIMAL(20, 2)) AS closing_impairment_cny,
    CAST(coalesce(sum(s.closing_carrying_cny), 0) AS DECIMAL(20, 2)) AS closing_carrying_cny,
    CAST(coalesce(sum(s.closing_development_cny), 0) AS DECIMAL(20, 2)) AS closing_development_cny,
    CAST(coalesce(sum(s.closing_stock_cny), 0) AS DECIMAL(20, 2)) AS closing_stock_cny
FROM valuation.snapshot AS s
LEFT JOIN registry.asset_card AS c USING (card_id)
LEFT JOIN policy.acquisition AS q ON q.acquisition = c.acquisition AND in_force(q, $period_end)
WHERE s.period = $period
GROUP BY
    s.period,
    s.holder_code,
    coalesce(c.acquisition, 'unknown'),
    coalesce(c.value_basis, 'original_cost'),
    coalesce(q.asset_group, 'unknown')
