-- The cost method, P = C x delta: what the books say that the card has cost stands for what it would cost to make it
-- again, since nothing else of that is delivered; delta is the quality factor.
WITH based AS (
    SELECT
        s.card_id, s.holder_code, q.quality_factor,
        q.no_value_reason AS reason,
        s.closing_cost_cny + s.closing_development_cny + s.closing_stock_cny AS base_cny
    FROM valuation.snapshot AS s
    JOIN valuation.quality_adjustment AS q ON q.period = s.period AND q.card_id = s.card_id
    WHERE s.period = $period
),

reckoned AS (
    SELECT
        b.card_id, b.holder_code, b.base_cny, b.quality_factor,
        CASE WHEN b.base_cny IS NULL OR b.base_cny <= 0 THEN 'cost_missing' ELSE b.reason END AS reason,
        TRY_CAST(
            (CAST(b.base_cny * 100 AS HUGEINT) * CAST(b.quality_factor * 1000000 AS HUGEINT) + 500000) // 1000000 * 0.01
            AS DECIMAL(20, 2)
        ) AS value_cny
    FROM based AS b
)

SELECT
    $period AS period,
    r.card_id,
    r.holder_code,
    CASE WHEN r.base_cny > 0 THEN CAST(r.base_cny AS DECIMAL(20, 2)) END AS replacement_cost_cny,
    r.quality_factor,
    CASE WHEN r.reason IS NULL AND r.value_cny > 0 THEN r.value_cny END AS value_cny,
    CASE
        WHEN r.reason IS NOT NULL THEN r.reason
        WHEN r.value_cny IS NULL THEN 'value_too_large'
        WHEN r.value_cny <= 0 THEN 'value_not_positive'
    END AS no_value_reason
FROM reckoned AS r
