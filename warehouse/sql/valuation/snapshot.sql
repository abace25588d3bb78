-- The value of each card at the end of a period, by cost, with the opening at 1 January and the movements of the year:
-- intangible asset, amortisation and impairment; expenditure in development and stock beside them. No cost or no life,
-- no value: such a card is counted and its amounts are empty.
WITH reduced AS (
    SELECT
        t.card_id,
        sum(t.left_cost_cny) AS cost_cny,
        sum(t.left_amortisation_cny) AS amortisation_cny,
        sum(t.left_impairment_cny) AS impairment_cny
    FROM valuation.amortisation_term AS t
    JOIN registry.asset_card AS c USING (card_id)
    -- What left before the card was recognised never stood in the books.
    WHERE
        t.from_date >= $year_start
        AND t.from_date <= $period_end
        AND t.from_date >= date_trunc('month', c.recognised_date)
    GROUP BY t.card_id
),

placed AS (
    SELECT
        c.card_id, c.holder_code, c.recognised_date, c.disposed_date,
        e.has_cost AND e.has_life AS is_valued,
        o.cost_cny AS opening_cost,
        o.amortisation_cny AS opening_amortisation,
        o.impairment_cny AS opening_impairment,
        e.cost_cny AS closing_cost,
        e.amortisation_cny AS closing_amortisation,
        e.impairment_cny AS closing_impairment,
        e.development_cny, e.stock_cny,
        r.card_id IS NOT NULL AS is_reduced,
        r.cost_cny AS reduction_cost,
        r.amortisation_cny AS reduction_amortisation,
        r.impairment_cny AS reduction_impairment
    FROM registry.asset_card AS c
    LEFT JOIN valuation.balance AS o
        ON o.period = $period AND o.card_id = c.card_id AND o.balance_kind = 'opening'
    LEFT JOIN valuation.balance AS e
        ON e.period = $period AND e.card_id = c.card_id AND e.balance_kind = 'closing'
    LEFT JOIN reduced AS r ON r.card_id = c.card_id
),

judged AS (
    SELECT
        p.*,
        CASE
            WHEN p.recognised_date > $period_end THEN 'not_yet_recognised'
            WHEN p.disposed_date <= $period_end THEN 'disposed'
            WHEN p.is_valued THEN 'valued'
            ELSE 'unvalued'
        END AS snapshot_status
    FROM placed AS p
),

-- A disposed card has amounts if it had any to reduce.
filled AS (
    SELECT
        j.card_id, j.holder_code, j.snapshot_status,
        j.snapshot_status = 'valued' OR (j.snapshot_status = 'disposed' AND j.is_reduced) AS is_shown,
        coalesce(j.opening_cost, 0) AS opening_cost,
        coalesce(j.opening_amortisation, 0) AS opening_amortisation,
        coalesce(j.opening_impairment, 0) AS opening_impairment,
        coalesce(j.reduction_cost, 0) AS reduction_cost,
        coalesce(j.reduction_amortisation, 0) AS reduction_amortisation,
        coalesce(j.reduction_impairment, 0) AS reduction_impairment,
        coalesce(j.closing_cost, 0) AS closing_cost,
        coalesce(j.closing_amortisation, 0) AS closing_amortisation,
        coalesce(j.closing_impairment, 0) AS closing_impairment,
        coalesce(j.development_cny, 0) AS development,
        coalesce(j.stock_cny, 0) AS stock
    FROM judged AS j
)

SELECT
    $period AS period,
    f.card_id,
    f.holder_code,
    f.snapshot_status,
    'cost' AS valuation_method,
    CASE WHEN f.is_shown THEN CAST(f.opening_cost AS DECIMAL(20, 2)) END AS opening_cost_cny,
    CASE WHEN f.is_shown THEN CAST(f.closing_cost + f.reduction_cost - f.opening_cost AS DECIMAL(20, 2)) END
        AS addition_cost_cny,
    CASE WHEN f.is_shown THEN CAST(f.reduction_cost AS DECIMAL(20, 2)) END AS reduction_cost_cny,
    CASE WHEN f.is_shown THEN CAST(f.closing_cost AS DECIMAL(20, 2)) END AS closing_cost_cny,
    CASE WHEN f.is_shown THEN CAST(f.opening_amortisation AS DECIMAL(20, 2)) END AS opening_amortisation_cny,
    CASE WHEN f.is_shown
        THEN CAST(f.closing_amortisation + f.reduction_amortisation - f.opening_amortisation AS DECIMAL(20, 2))
    END AS addition_amortisation_cny,
    CASE WHEN f.is_shown THEN CAST(f.reduction_amortisation AS DECIMAL(20, 2)) END AS reduction_amortisation_cny,
    CASE WHEN f.is_shown THEN CAST(f.closing_amortisation AS DECIMAL(20, 2)) END AS closing_amortisation_cny,
    CASE WHEN f.is_shown THEN CAST(f.opening_impairment AS DECIMAL(20, 2)) END AS opening_impairment_cny,
    CASE WHEN f.is_shown
        THEN CAST(f.closing_impairment + f.reduction_impairment - f.opening_impairment AS DECIMAL(20, 2))
    END AS addition_impairment_cny,
    CASE WHEN f.is_shown THEN CAST(f.reduction_impairment AS DECIMAL(20, 2)) END AS reduction_impairment_cny,
    CASE WHEN f.is_shown THEN CAST(f.closing_impairment AS DECIMAL(20, 2)) END AS closing_impairment_cny,
    CASE WHEN f.is_shown
        THEN CAST(f.closing_cost - f.closing_amortisation - f.closing_impairment AS DECIMAL(20, 2))
    END AS closing_carrying_cny,
    CASE WHEN f.is_shown THEN CAST(f.development AS DECIMAL(20, 2)) END AS closing_development_cny,
    CASE WHEN f.is_shown THEN CAST(f.stock AS DECIMAL(20, 2)) END AS closing_stock_cny
FROM filled AS f
