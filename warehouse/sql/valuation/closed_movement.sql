-- What was closed of each month of the year: what its closing has beyond that of the month before, whatever became
-- known since. `delivered.closing` says what entered and what left since the first of January, not why: what entered is
-- an acquisition, what left a disposal.
WITH closed AS (
    SELECT
        c.*,
        CAST(c.period || '-01' AS DATE) AS month_start,
        coalesce(c.closing_development_cny, 0) - coalesce(b.development_cny, 0) AS development_cny,
        coalesce(c.closing_stock_cny, 0) - coalesce(b.stock_cny, 0) AS stock_cny
    FROM valuation.closed_period AS p
    JOIN delivered.closing AS c
        ON c.delivery_id = p.delivery_id AND c.holder_code = p.holder_code AND c.period = p.period
    LEFT JOIN valuation.balance AS b
        ON b.period = $period AND b.card_id = c.card_id AND b.book_code = 'accounting' AND b.balance_kind = 'opening'
    WHERE
        p.is_whole
        AND p.is_in_order
        AND p.period >= strftime($year_start, '%Y-%m')
        AND p.period <= $period
        AND c.card_id IS NOT NULL
),

moved AS (
    SELECT
        c.card_id, c.holder_code, c.period AS booking_month,
        CASE WHEN c.snapshot_status = 'disposed' THEN 'disposal' ELSE 'part_disposal' END AS leaving_kind,
        coalesce(c.adjustment_cost_cny, 0) - coalesce(b.adjustment_cost_cny, 0) AS adjustment_cost_cny,
        coalesce(c.adjustment_amortisation_cny, 0) - coalesce(b.adjustment_amortisation_cny, 0)
            AS adjustment_amortisation_cny,
        coalesce(c.adjustment_impairment_cny, 0) - coalesce(b.adjustment_impairment_cny, 0)
            AS adjustment_impairment_cny,
        coalesce(c.addition_cost_cny, 0) - coalesce(b.addition_cost_cny, 0) AS addition_cost_cny,
        coalesce(c.addition_amortisation_cny, 0) - coalesce(b.addition_amortisation_cny, 0)
            AS addition_amortisation_cny,
        coalesce(c.addition_impairment_cny, 0) - coalesce(b.addition_impairment_cny, 0) AS addition_impairment_cny,
        coalesce(c.reduction_cost_cny, 0) - coalesce(b.reduction_cost_cny, 0) AS reduction_cost_cny,
        coalesce(c.reduction_amortisation_cny, 0) - coalesce(b.reduction_amortisation_cny, 0)
            AS reduction_amortisation_cny,
        coalesce(c.reduction_impairment_cny, 0) - coalesce(b.reduction_impairment_cny, 0) AS reduction_impairment_cny,
        c.development_cny - coalesce(b.development_cny, 0) AS development_cny,
        c.stock_cny - coalesce(b.stock_cny, 0) AS stock_cny
    FROM closed AS c
    LEFT JOIN closed AS b
        ON b.card_id = c.card_id AND b.month_start = CAST(c.month_start - INTERVAL 1 MONTH AS DATE)
),

kinded AS (
    SELECT
        m.card_id, m.holder_code, m.booking_month,
        CASE k.entry_kind WHEN 'leaving' THEN m.leaving_kind ELSE k.entry_kind END AS entry_kind,
        CASE k.entry_kind
            WHEN 'acquisition' THEN m.addition_cost_cny
            WHEN 'leaving' THEN -m.reduction_cost_cny
            WHEN 'opening_adjustment' THEN m.adjustment_cost_cny
            ELSE 0
        END AS cost_cny,
        CASE k.entry_kind
            WHEN 'amortisation' THEN m.addition_amortisation_cny
            WHEN 'leaving' THEN -m.reduction_amortisation_cny
            WHEN 'opening_adjustment' THEN m.adjustment_amortisation_cny
            ELSE 0
        END AS amortisation_cny,
        CASE k.entry_kind
            WHEN 'impairment' THEN m.addition_impairment_cny
            WHEN 'leaving' THEN -m.reduction_impairment_cny
            WHEN 'opening_adjustment' THEN m.adjustment_impairment_cny
            ELSE 0
        END AS impairment_cny,
        CASE k.entry_kind WHEN 'development' THEN m.development_cny ELSE 0 END AS development_cny,
        CASE k.entry_kind WHEN 'stock' THEN m.stock_cny ELSE 0 END AS stock_cny
    FROM moved AS m
    CROSS JOIN (
        VALUES
        ('acquisition'),
        ('amortisation'),
        ('impairment'),
        ('development'),
        ('stock'),
        ('leaving'),
        ('opening_adjustment')
    ) AS k(entry_kind)
)

SELECT
    $period AS period,
    k.card_id,
    k.booking_month,
    k.entry_kind,
    k.holder_code,
    CAST(k.cost_cny AS DECIMAL(20, 2)) AS cost_cny,
    CAST(k.amortisation_cny AS DECIMAL(20, 2)) AS amortisation_cny,
    CAST(k.impairment_cny AS DECIMAL(20, 2)) AS impairment_cny,
    CAST(k.development_cny AS DECIMAL(20, 2)) AS development_cny,
    CAST(k.stock_cny AS DECIMAL(20, 2)) AS stock_cny,
    '结账期间 ' || k.booking_month AS follows_from
FROM kinded AS k
WHERE
    k.cost_cny <> 0
    OR k.amortisation_cny <> 0
    OR k.impairment_cny <> 0
    OR k.development_cny <> 0
    OR k.stock_cny <> 0
