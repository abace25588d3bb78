-- The variant of the expert guideline, P = TC (1 + R) U with U = alpha beta (1 + l)(1 - r): total cost, return on it,
-- quality, circulation, monopoly and the risk that the value is not realised. Circulation counts each field once, by
-- the widest that it is given: public, opened on conditions, or only shared.
WITH setting AS (
    SELECT
        max(CASE WHEN p.name = 'expert_return_rate' THEN p.value END) AS return_rate,
        max(CASE WHEN p.name = 'expert_monopoly' THEN p.value END) AS monopoly,
        max(CASE WHEN p.name = 'expert_realisation_risk' THEN p.value END) AS realisation_risk,
        max(CASE WHEN p.name = 'expert_weight_open' THEN CAST(p.value * 1000000 AS BIGINT) END) AS open_weight,
        max(CASE WHEN p.name = 'expert_weight_public' THEN CAST(p.value * 1000000 AS BIGINT) END) AS public_weight,
        max(CASE WHEN p.name = 'expert_weight_shared' THEN CAST(p.value * 1000000 AS BIGINT) END) AS shared_weight
    FROM policy.valuation_parameter AS p
    WHERE in_force(p, $period_end)
),

field AS (
    SELECT
        f.resource_id,
        count(*) AS field_count,
        coalesce(sum(CASE WHEN f.open_access = 'unconditional' THEN 1 END), 0) AS public_count,
        coalesce(sum(CASE WHEN f.open_access = 'conditional' THEN 1 END), 0) AS open_count,
        coalesce(
            sum(
                CASE
                    WHEN f.open_access IN ('unconditional', 'conditional') THEN 0
                    WHEN f.share_access IN ('unconditional', 'conditional') THEN 1
                END
            ),
            0
        ) AS shared_count
    FROM classification.field_access AS f
    GROUP BY f.resource_id
),

placed AS (
    SELECT
        m.card_id, m.holder_code, m.replacement_cost_cny, m.quality_factor,
        q.no_value_reason AS reason,
        t.return_rate, t.monopoly, t.realisation_risk,
        f.field_count,
        CAST(
            (
                t.public_weight * f.public_count + t.open_weight * f.open_count + t.shared_weight * f.shared_count
                + f.field_count // 2
            ) // f.field_count AS BIGINT
        ) AS circulation
    FROM valuation.cost_method AS m
    JOIN registry.asset_card AS c USING (card_id)
    JOIN valuation.quality_adjustment AS q ON q.period = m.period AND q.card_id = m.card_id
    CROSS JOIN setting AS t
    LEFT JOIN field AS f ON f.resource_id = c.resource_id
    WHERE m.period = $period
),

-- In billionths of a cent; each of the five steps is off by less than one.
multiplied AS (
    SELECT
        p.*,
        CAST(p.replacement_cost_cny * 100 AS HUGEINT) * 1000000000
        * CAST((1 + p.return_rate) * 1000000 AS HUGEINT) // 1000000
        * CAST(p.quality_factor * 1000000 AS HUGEINT) // 1000000
        * p.circulation // 1000000
        * CAST((1 + p.monopoly) * 1000000 AS HUGEINT) // 1000000
        * CAST((1 - p.realisation_risk) * 1000000 AS HUGEINT) // 1000000 AS product
    FROM placed AS p
),

reckoned AS (
    SELECT
        m.*,
        TRY_CAST((m.product + 500000000) // 1000000000 * 0.01 AS DECIMAL(20, 2)) AS value_cny,
        CASE
            WHEN m.replacement_cost_cny IS NULL THEN 'cost_missing'
            WHEN m.reason IS NOT NULL THEN m.reason
            WHEN m.field_count IS NULL THEN 'no_fields'
            WHEN m.circulation = 0 THEN 'no_circulation'
        END AS blocked
    FROM multiplied AS m
)

SELECT
    $period AS period,
    r.card_id,
    r.holder_code,
    r.replacement_cost_cny,
    CAST(r.return_rate AS DECIMAL(12, 6)) AS return_rate,
    r.quality_factor,
    CAST(r.circulation * 0.000001 AS DECIMAL(12, 6)) AS circulation_factor,
    CAST(r.monopoly AS DECIMAL(12, 6)) AS monopoly_factor,
    CAST(r.realisation_risk AS DECIMAL(12, 6)) AS realisation_risk,
    CASE WHEN r.blocked IS NULL AND r.value_cny > 0 THEN r.value_cny END AS value_cny,
    CASE
        WHEN r.blocked IS NOT NULL THEN r.blocked
        WHEN r.value_cny IS NULL THEN 'value_too_large'
        WHEN r.value_cny <= 0 THEN 'value_not_positive'
    END AS no_value_reason
FROM reckoned AS r
