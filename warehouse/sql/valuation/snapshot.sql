-- The value of each card at the end of a period, by cost, with the opening at 1 January and the movements of the year:
-- intangible asset, amortisation and impairment; expenditure in development and stock beside them. No cost or no life,
-- no value: such a card is counted and its amounts are empty, when it is disposed of as well, so that a year opens with
-- what the last one closed with. Of a closed month it is what was closed. Of an open one
-- it is reckoned anew from the opening as booked; what became known of the years before adjusts the opening, or is a
-- movement, as `valuation.opening` says.
WITH closed AS (
    SELECT p.holder_code, p.delivery_id
    FROM valuation.closed_period AS p
    WHERE p.period = $period AND p.is_whole AND p.is_in_order
),

reduced AS (
    SELECT
        t.card_id,
        sum(t.left_cost_cny) AS cost_cny,
        sum(t.left_amortisation_cny) AS amortisation_cny,
        sum(t.left_impairment_cny) AS impairment_cny,
        -- What another card takes over leaves this one in any case.
        bool_and(t.has_life OR t.left_cost_cny = 0 OR n.card_id IS NOT NULL)
        OR bool_or(o.former_card_id IS NOT NULL) AS is_told
    FROM valuation.amortisation_term AS t
    JOIN registry.asset_card AS c USING (card_id)
    LEFT JOIN valuation.taken_pool AS n ON n.card_id = t.card_id AND n.pool_no = t.pool_no
    LEFT JOIN (SELECT DISTINCT p.former_card_id FROM valuation.taken_pool AS p) AS o ON o.former_card_id = t.card_id
    -- What left before the card was recognised never stood in the books.
    WHERE
        t.book_code = 'accounting'
        AND t.from_date >= $year_start
        AND t.from_date <= $period_end
        AND t.from_date >= date_trunc('month', c.recognised_date)
    GROUP BY t.card_id
),

placed AS (
    SELECT
        o.card_id, o.holder_code, o.resource_code, c.recognised_date, c.disposed_date,
        CASE
            WHEN c.card_id IS NULL THEN 'left_register'
            WHEN c.recognised_date > $period_end THEN 'not_yet_recognised'
            WHEN c.disposed_date <= $period_end AND NOT coalesce(r.is_told, TRUE) THEN 'disposed_unvalued'
            WHEN c.disposed_date <= $period_end THEN 'disposed'
            WHEN e.has_cost AND e.has_life THEN 'valued'
            ELSE 'unvalued'
        END AS snapshot_status,
        o.opening_count, o.opening_cost_cny, o.opening_amortisation_cny, o.opening_impairment_cny,
        CASE WHEN o.booked_as = 'opening_adjustment' THEN o.late_count ELSE 0 END AS adjustment_count,
        CASE WHEN o.booked_as = 'opening_adjustment' THEN o.late_cost_cny ELSE 0 END
            AS adjustment_cost_cny,
        CASE WHEN o.booked_as = 'opening_adjustment' THEN o.late_amortisation_cny ELSE 0 END
            AS adjustment_amortisation_cny,
        CASE WHEN o.booked_as = 'opening_adjustment' THEN o.late_impairment_cny ELSE 0 END
            AS adjustment_impairment_cny,
        CASE WHEN o.booked_as = 'opening_adjustment' THEN 0 ELSE o.late_count END AS late_count,
        CASE WHEN o.booked_as = 'opening_adjustment' THEN 0 ELSE least(0, o.late_cost_cny) END
            AS late_cost_cny,
        CASE WHEN o.booked_as = 'opening_adjustment' THEN 0 ELSE least(0, o.late_amortisation_cny) END
            AS late_amortisation_cny,
        CASE WHEN o.booked_as = 'opening_adjustment' THEN 0 ELSE least(0, o.late_impairment_cny) END
            AS late_impairment_cny,
        o.booked_period IS NOT NULL
        AND (o.opening_cost_cny <> 0 OR o.opening_amortisation_cny <> 0 OR o.opening_impairment_cny <> 0) AS is_booked,
        e.cost_cny, e.amortisation_cny, e.impairment_cny, e.development_cny, e.stock_cny,
        r.card_id IS NOT NULL AS is_reduced,
        coalesce(r.cost_cny, 0) AS left_cost_cny,
        coalesce(r.amortisation_cny, 0) AS left_amortisation_cny,
        coalesce(r.impairment_cny, 0) AS left_impairment_cny
    FROM valuation.opening AS o
    LEFT JOIN registry.asset_card AS c USING (card_id)
    LEFT JOIN valuation.balance AS e
        ON e.period = $period
        AND e.card_id = o.card_id
        AND e.book_code = 'accounting'
        AND e.balance_kind = 'closing'
    LEFT JOIN reduced AS r ON r.card_id = o.card_id
    ANTI JOIN closed AS x ON x.holder_code = o.holder_code
    WHERE o.period = $period
),

-- A disposed card has amounts if it had any to reduce; any card has them that was booked with some.
filled AS (
    SELECT
        p.*,
        p.snapshot_status = 'valued' OR (p.snapshot_status = 'disposed' AND p.is_reduced) OR p.is_booked AS is_shown,
        CAST(p.snapshot_status <> 'left_register' AND p.recognised_date BETWEEN $year_start AND $period_end AS BIGINT)
        + greatest(0, p.late_count) AS addition_count,
        CAST(p.snapshot_status IN ('disposed', 'disposed_unvalued') AND p.disposed_date >= $year_start AS BIGINT)
        + greatest(0, -p.late_count) AS reduction_count,
        CAST(p.snapshot_status IN ('valued', 'unvalued') AS BIGINT) AS closing_count,
        CASE WHEN ends_with(p.snapshot_status, 'unvalued') THEN 0 ELSE p.left_cost_cny END
        - p.late_cost_cny AS reduction_cost_cny,
        CASE WHEN ends_with(p.snapshot_status, 'unvalued') THEN 0 ELSE p.left_amortisation_cny END
        - p.late_amortisation_cny AS reduction_amortisation_cny,
        CASE WHEN ends_with(p.snapshot_status, 'unvalued') THEN 0 ELSE p.left_impairment_cny END
        - p.late_impairment_cny AS reduction_impairment_cny,
        CASE WHEN p.snapshot_status = 'valued' THEN p.cost_cny ELSE 0 END AS closing_cost_cny,
        CASE WHEN p.snapshot_status = 'valued' THEN p.amortisation_cny ELSE 0 END AS closing_amortisation_cny,
        CASE WHEN p.snapshot_status = 'valued' THEN p.impairment_cny ELSE 0 END AS closing_impairment_cny,
        CASE WHEN p.snapshot_status = 'valued' THEN p.development_cny ELSE 0 END AS closing_development_cny,
        CASE WHEN p.snapshot_status = 'valued' THEN p.stock_cny ELSE 0 END AS closing_stock_cny
    FROM placed AS p
)

SELECT
    $period AS period,
    f.card_id,
    f.holder_code,
    f.resource_code,
    f.snapshot_status,
    'cost' AS valuation_method,
    CAST(f.opening_count AS BIGINT) AS opening_count,
    CAST(f.adjustment_count AS BIGINT) AS adjustment_count,
    CAST(f.addition_count AS BIGINT) AS addition_count,
    CAST(f.reduction_count AS BIGINT) AS reduction_count,
    f.closing_count,
    CASE WHEN f.is_shown THEN CAST(f.opening_cost_cny AS DECIMAL(20, 2)) END AS opening_cost_cny,
    CASE WHEN f.is_shown THEN CAST(f.adjustment_cost_cny AS DECIMAL(20, 2)) END AS adjustment_cost_cny,
    CASE WHEN f.is_shown
        THEN CAST(
            f.closing_cost_cny + f.reduction_cost_cny - f.opening_cost_cny
            - f.adjustment_cost_cny AS DECIMAL(20, 2)
        )
    END AS addition_cost_cny,
    CASE WHEN f.is_shown THEN CAST(f.reduction_cost_cny AS DECIMAL(20, 2)) END AS reduction_cost_cny,
    CASE WHEN f.is_shown THEN CAST(f.closing_cost_cny AS DECIMAL(20, 2)) END AS closing_cost_cny,
    CASE WHEN f.is_shown THEN CAST(f.opening_amortisation_cny AS DECIMAL(20, 2)) END AS opening_amortisation_cny,
    CASE WHEN f.is_shown THEN CAST(f.adjustment_amortisation_cny AS DECIMAL(20, 2)) END AS adjustment_amortisation_cny,
    CASE WHEN f.is_shown
        THEN CAST(
            f.closing_amortisation_cny + f.reduction_amortisation_cny - f.opening_amortisation_cny
            - f.adjustment_amortisation_cny AS DECIMAL(20, 2)
        )
    END AS addition_amortisation_cny,
    CASE WHEN f.is_shown THEN CAST(f.reduction_amortisation_cny AS DECIMAL(20, 2)) END AS reduction_amortisation_cny,
    CASE WHEN f.is_shown THEN CAST(f.closing_amortisation_cny AS DECIMAL(20, 2)) END AS closing_amortisation_cny,
    CASE WHEN f.is_shown THEN CAST(f.opening_impairment_cny AS DECIMAL(20, 2)) END AS opening_impairment_cny,
    CASE WHEN f.is_shown THEN CAST(f.adjustment_impairment_cny AS DECIMAL(20, 2)) END AS adjustment_impairment_cny,
    CASE WHEN f.is_shown
        THEN CAST(
            f.closing_impairment_cny + f.reduction_impairment_cny - f.opening_impairment_cny
            - f.adjustment_impairment_cny AS DECIMAL(20, 2)
        )
    END AS addition_impairment_cny,
    CASE WHEN f.is_shown THEN CAST(f.reduction_impairment_cny AS DECIMAL(20, 2)) END AS reduction_impairment_cny,
    CASE WHEN f.is_shown THEN CAST(f.closing_impairment_cny AS DECIMAL(20, 2)) END AS closing_impairment_cny,
    CASE WHEN f.is_shown
        THEN CAST(f.closing_cost_cny - f.closing_amortisation_cny - f.closing_impairment_cny AS DECIMAL(20, 2))
    END AS closing_carrying_cny,
    CASE WHEN f.is_shown THEN CAST(f.closing_development_cny AS DECIMAL(20, 2)) END AS closing_development_cny,
    CASE WHEN f.is_shown THEN CAST(f.closing_stock_cny AS DECIMAL(20, 2)) END AS closing_stock_cny
FROM filled AS f
UNION ALL
SELECT
    c.period,
    c.card_id,
    c.holder_code,
    c.resource_code,
    c.snapshot_status,
    'cost',
    c.opening_count,
    c.adjustment_count,
    c.addition_count,
    c.reduction_count,
    c.closing_count,
    c.opening_cost_cny, c.adjustment_cost_cny, c.addition_cost_cny,
    c.reduction_cost_cny, c.closing_cost_cny,
    c.opening_amortisation_cny, c.adjustment_amortisation_cny, c.addition_amortisation_cny,
    c.reduction_amortisation_cny, c.closing_amortisation_cny,
    c.opening_impairment_cny, c.adjustment_impairment_cny, c.addition_impairment_cny,
    c.reduction_impairment_cny, c.closing_impairment_cny,
    CAST(c.closing_cost_cny - c.closing_amortisation_cny - c.closing_impairment_cny AS DECIMAL(20, 2)),
    c.closing_development_cny,
    c.closing_stock_cny
FROM closed AS x
JOIN delivered.closing AS c ON c.delivery_id = x.delivery_id AND c.holder_code = x.holder_code
WHERE c.period = $period AND c.card_id IS NOT NULL
