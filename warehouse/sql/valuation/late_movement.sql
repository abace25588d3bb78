-- What is late, of the opening and of the closed months, booked in the first month that is open: today's knowledge less
-- what was closed. Policy says whether what is late of the opening adjusts it or is a movement of the year. What is
-- more than was closed enters as its kind, what is less is a reversal; a difference in development or stock is a line
-- of them.
WITH last_closed AS (
    SELECT
        p.holder_code,
        max(p.period) AS closed_month,
        strftime(greatest($year_start, CAST(max(p.period) || '-01' AS DATE) + to_months(1)), '%Y-%m') AS open_month
    FROM valuation.closed_period AS p
    WHERE p.is_whole AND p.is_in_order AND p.period <= $period
    GROUP BY p.holder_code
),

late AS (
    SELECT
        o.card_id, o.holder_code, l.open_month,
        '结账期间 ' || l.closed_month AS follows_from,
        coalesce(s.adjustment_cost_cny, 0) - coalesce(d.adjustment_cost_cny, 0) AS adjustment_cost_cny,
        coalesce(s.adjustment_amortisation_cny, 0) - coalesce(d.adjustment_amortisation_cny, 0)
            AS adjustment_amortisation_cny,
        coalesce(s.adjustment_impairment_cny, 0) - coalesce(d.adjustment_impairment_cny, 0)
            AS adjustment_impairment_cny,
        CASE WHEN o.booked_as = 'current_period' THEN o.late_cost_cny ELSE 0 END + coalesce(d.cost_cny, 0)
            AS cost_cny,
        CASE WHEN o.booked_as = 'current_period' THEN o.late_amortisation_cny ELSE 0 END
        + coalesce(d.amortisation_cny, 0) AS amortisation_cny,
        CASE WHEN o.booked_as = 'current_period' THEN o.late_impairment_cny ELSE 0 END
        + coalesce(d.impairment_cny, 0) AS impairment_cny,
        coalesce(d.development_cny, 0) AS development_cny,
        coalesce(d.stock_cny, 0) AS stock_cny
    FROM valuation.opening AS o
    JOIN last_closed AS l ON l.holder_code = o.holder_code AND l.open_month <= $period
    JOIN valuation.snapshot AS s ON s.period = o.period AND s.card_id = o.card_id
    LEFT JOIN valuation.closed_difference AS d ON d.period = o.period AND d.card_id = o.card_id
    WHERE o.period = $period
),

kinded AS (
    SELECT
        l.card_id, l.holder_code, l.open_month, l.follows_from, k.entry_kind,
        k.amends_asset AND (l.cost_cny <> 0 OR l.amortisation_cny <> 0 OR l.impairment_cny <> 0) AS is_amending,
        CASE k.entry_kind
            WHEN 'acquisition' THEN greatest(0, l.cost_cny)
            WHEN 'reversal' THEN least(0, l.cost_cny)
            WHEN 'opening_adjustment' THEN l.adjustment_cost_cny
            ELSE 0
        END AS cost_cny,
        CASE k.entry_kind
            WHEN 'amortisation' THEN greatest(0, l.amortisation_cny)
            WHEN 'reversal' THEN least(0, l.amortisation_cny)
            WHEN 'opening_adjustment' THEN l.adjustment_amortisation_cny
            ELSE 0
        END AS amortisation_cny,
        CASE k.entry_kind
            WHEN 'impairment' THEN greatest(0, l.impairment_cny)
            WHEN 'reversal' THEN least(0, l.impairment_cny)
            WHEN 'opening_adjustment' THEN l.adjustment_impairment_cny
            ELSE 0
        END AS impairment_cny,
        CASE k.entry_kind WHEN 'development' THEN l.development_cny ELSE 0 END AS development_cny,
        CASE k.entry_kind WHEN 'stock' THEN l.stock_cny ELSE 0 END AS stock_cny
    FROM late AS l
    CROSS JOIN (
        VALUES
        ('acquisition', TRUE),
        ('amortisation', TRUE),
        ('impairment', TRUE),
        ('reversal', TRUE),
        ('development', FALSE),
        ('stock', FALSE),
        ('opening_adjustment', FALSE)
    ) AS k(entry_kind, amends_asset)
)

-- Where the asset is amended at all, each kind of its entries in that month says so, be it of nothing.
SELECT
    $period AS period,
    k.card_id,
    k.open_month AS booking_month,
    k.entry_kind,
    k.holder_code,
    CAST(k.cost_cny AS DECIMAL(20, 2)) AS cost_cny,
    CAST(k.amortisation_cny AS DECIMAL(20, 2)) AS amortisation_cny,
    CAST(k.impairment_cny AS DECIMAL(20, 2)) AS impairment_cny,
    CAST(k.development_cny AS DECIMAL(20, 2)) AS development_cny,
    CAST(k.stock_cny AS DECIMAL(20, 2)) AS stock_cny,
    k.follows_from
FROM kinded AS k
WHERE
    k.is_amending
    OR k.cost_cny <> 0
    OR k.amortisation_cny <> 0
    OR k.impairment_cny <> 0
    OR k.development_cny <> 0
    OR k.stock_cny <> 0
