-- Each comparable of the latest report on a card that is held, adjusted by its five factors (quality, supply and
-- demand, date, capacity, other), Q x X1 ... X5, and why it does not count where it does not: a factor out of policy's
-- bounds, or above the bound's value without its basis.
WITH setting AS (
    SELECT
        CAST(max(p.value) AS INTEGER) AS validity_months,
        CAST(max(p.upper_bound) AS INTEGER) AS most_months
    FROM policy.valuation_parameter AS p
    WHERE p.name = 'appraisal_validity_months' AND in_force(p, $period_end)
),

comparable AS (
    SELECT d.*, coalesce(d.part_no, 1) AS part
    FROM delivered.comparable AS d
    WHERE d.appraisal_date <= $period_end
    QUALIFY row_number() OVER (
        PARTITION BY d.holder_code, d.resource_code, d.document_no, coalesce(d.part_no, 1), d.comparable_no
        ORDER BY d.delivery_date DESC, d.delivery_id, d.ordinal
    ) = 1
),

latest AS (
    SELECT
        s.card_id, d.*,
        CAST(
            least(
                coalesce(d.valid_to, d.appraisal_date + to_months(t.validity_months)),
                d.appraisal_date + to_months(t.most_months)
            ) AS DATE
        ) AS valid_until_date,
        b.blocked_by IS NOT NULL AS is_blocked
    FROM comparable AS d
    JOIN registry.asset_card AS c ON c.holder_code = d.holder_code AND c.resource_code = d.resource_code
    JOIN valuation.snapshot AS s ON s.card_id = c.card_id
    CROSS JOIN setting AS t
    LEFT JOIN valuation.report_block AS b
        ON b.period = $period
        AND b.holder_code = d.holder_code
        AND b.resource_code = d.resource_code
        AND b.reference_method = 'market'
        AND b.document_no = d.document_no
    WHERE s.period = $period AND s.snapshot_status IN ('valued', 'unvalued')
    QUALIFY rank() OVER (
        PARTITION BY s.card_id ORDER BY b.blocked_by IS NOT NULL, d.appraisal_date DESC, d.document_no DESC
    ) = 1
),

factor AS (
    SELECT
        n.card_id, n.part, n.comparable_no, x.factor_name,
        CASE x.factor_name
            WHEN 'market_quality_factor' THEN n.quality_factor
            WHEN 'market_supply_factor' THEN n.supply_factor
            WHEN 'market_date_factor' THEN n.date_factor
            WHEN 'market_capacity_factor' THEN n.capacity_factor
            ELSE n.other_factor
        END AS factor,
        CASE x.factor_name
            WHEN 'market_quality_factor' THEN n.quality_basis
            WHEN 'market_supply_factor' THEN n.supply_basis
            WHEN 'market_date_factor' THEN n.date_basis
            WHEN 'market_capacity_factor' THEN n.capacity_basis
            ELSE n.other_basis
        END AS basis
    FROM latest AS n,
        unnest(
            [
                'market_quality_factor', 'market_supply_factor', 'market_date_factor', 'market_capacity_factor',
                'market_other_factor'
            ]
        ) AS x(factor_name)
),

checked AS (
    SELECT
        f.card_id, f.part, f.comparable_no,
        bool_or(f.factor < p.lower_bound OR f.factor > p.upper_bound) AS is_out,
        bool_or(f.factor > p.value AND coalesce(f.basis, '') = '') AS is_baseless
    FROM factor AS f
    JOIN policy.valuation_parameter AS p ON p.name = f.factor_name AND in_force(p, $period_end)
    GROUP BY f.card_id, f.part, f.comparable_no
),

judged AS (
    SELECT
        n.*,
        CASE
            WHEN n.is_blocked THEN 'held_by_control'
            WHEN n.valid_until_date < $period_end THEN 'appraisal_expired'
            WHEN n.transacted_cny <= 0 THEN 'price_not_positive'
            WHEN k.is_out THEN 'factor_out_of_bounds'
            WHEN k.is_baseless THEN 'factor_without_basis'
        END AS reason
    FROM latest AS n
    JOIN checked AS k USING (card_id, part, comparable_no)
),

-- In billionths of a cent; each of the five steps is off by less than one. A factor of more than ten is out of bounds.
multiplied AS (
    SELECT
        j.*,
        CASE WHEN j.reason IS NULL
            THEN
                CAST(j.transacted_cny * 100 AS HUGEINT) * 1000000000
                * CAST(j.quality_factor * 1000000 AS HUGEINT) // 1000000
                * CAST(j.supply_factor * 1000000 AS HUGEINT) // 1000000
                * CAST(j.date_factor * 1000000 AS HUGEINT) // 1000000
                * CAST(j.capacity_factor * 1000000 AS HUGEINT) // 1000000
                * CAST(j.other_factor * 1000000 AS HUGEINT) // 1000000
        END AS product
    FROM judged AS j
),

reckoned AS (
    SELECT
        m.*,
        TRY_CAST((m.product + 500000000) // 1000000000 * 0.01 AS DECIMAL(20, 2)) AS adjusted_cny
    FROM multiplied AS m
)

SELECT
    $period AS period,
    r.card_id,
    CAST(r.part AS INTEGER) AS part_no,
    r.comparable_no,
    r.holder_code,
    r.reference_name,
    r.transacted_cny,
    r.transacted_date,
    r.quality_factor AS market_quality_factor,
    r.supply_factor,
    r.date_factor,
    r.capacity_factor,
    r.other_factor,
    r.document_no,
    r.appraiser,
    r.appraisal_date,
    r.valid_until_date,
    r.adjusted_cny,
    CASE
        WHEN r.reason IS NOT NULL THEN r.reason
        WHEN r.adjusted_cny IS NULL THEN 'value_too_large'
    END AS no_value_reason
FROM reckoned AS r
