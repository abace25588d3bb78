-- What each reference value would be if one parameter of its method were a step lower or higher, all else as it is: the
-- bars of a tornado chart. The steps are policy's (`step_...` of valuation_parameter); a factor or coefficient is not
-- moved beyond its bounds. From the cents that are shown, so that a bar is right to the cent of its value.
WITH step AS (
    SELECT p.name AS parameter_name, p.name_zh, p.name_en, CAST(p.value * 1000000 AS HUGEINT) AS step
    FROM policy.valuation_parameter AS p
    WHERE starts_with(p.name, 'step_') AND in_force(p, $period_end)
),

bound AS (
    SELECT
        p.name,
        CAST(p.lower_bound * 1000000 AS HUGEINT) AS lower,
        CAST(p.upper_bound * 1000000 AS HUGEINT) AS upper
    FROM policy.valuation_parameter AS p
    WHERE starts_with(p.name, 'expert_') AND in_force(p, $period_end)
),

-- Methods by what their value is based on: cost times factors.
costed AS (
    SELECT u.*
    FROM (
        SELECT m.card_id, m.holder_code, 'cost' AS reference_method, m.value_cny
        FROM valuation.cost_method AS m
        WHERE m.period = $period AND m.value_cny IS NOT NULL
        UNION ALL
        SELECT m.card_id, m.holder_code, 'expert', m.value_cny
        FROM valuation.expert_method AS m
        WHERE m.period = $period AND m.value_cny IS NOT NULL
    ) AS u
),

expert AS (
    SELECT
        m.card_id, m.holder_code, m.value_cny,
        CAST(m.return_rate * 1000000 AS HUGEINT) AS return_rate,
        CAST(m.circulation_factor * 1000000 AS HUGEINT) AS circulation,
        CAST(m.monopoly_factor * 1000000 AS HUGEINT) AS monopoly,
        CAST(m.realisation_risk * 1000000 AS HUGEINT) AS risk
    FROM valuation.expert_method AS m
    WHERE m.period = $period AND m.value_cny IS NOT NULL
),

-- A value that moves in proportion: from `whole` to `low` and `high`.
proportion AS (
    SELECT u.*
    FROM (
        SELECT
            c.card_id, c.holder_code, c.reference_method, t.parameter_name, c.value_cny,
            1000000 - t.step AS low,
            1000000 + t.step AS high,
            CAST(1000000 AS HUGEINT) AS whole
        FROM costed AS c
        JOIN step AS t ON t.parameter_name = 'step_cost'
        UNION ALL
        SELECT
            c.card_id, c.holder_code, c.reference_method, 'step_quality_score', c.value_cny,
            CAST(q.low_quality_factor * 1000000 AS HUGEINT),
            CAST(q.high_quality_factor * 1000000 AS HUGEINT),
            CAST(q.quality_factor * 1000000 AS HUGEINT)
        FROM costed AS c
        JOIN valuation.quality_adjustment AS q ON q.period = $period AND q.card_id = c.card_id
        UNION ALL
        SELECT
            e.card_id, e.holder_code, 'expert', t.parameter_name, e.value_cny,
            1000000 + greatest(b.lower, e.return_rate - t.step),
            1000000 + least(b.upper, e.return_rate + t.step),
            1000000 + e.return_rate
        FROM expert AS e
        JOIN step AS t ON t.parameter_name = 'step_expert_return_rate'
        JOIN bound AS b ON b.name = 'expert_return_rate'
        UNION ALL
        SELECT
            e.card_id, e.holder_code, 'expert', t.parameter_name, e.value_cny,
            greatest(0, e.circulation - t.step),
            least(1000000, e.circulation + t.step),
            e.circulation
        FROM expert AS e
        JOIN step AS t ON t.parameter_name = 'step_expert_circulation'
        UNION ALL
        SELECT
            e.card_id, e.holder_code, 'expert', t.parameter_name, e.value_cny,
            1000000 + greatest(b.lower, e.monopoly - t.step),
            1000000 + least(b.upper, e.monopoly + t.step),
            1000000 + e.monopoly
        FROM expert AS e
        JOIN step AS t ON t.parameter_name = 'step_expert_monopoly'
        JOIN bound AS b ON b.name = 'expert_monopoly'
        UNION ALL
        SELECT
            e.card_id, e.holder_code, 'expert', t.parameter_name, e.value_cny,
            1000000 - greatest(b.lower, e.risk - t.step),
            1000000 - least(b.upper, e.risk + t.step),
            1000000 - e.risk
        FROM expert AS e
        JOIN step AS t ON t.parameter_name = 'step_expert_realisation_risk'
        JOIN bound AS b ON b.name = 'expert_realisation_risk'
    ) AS u
),

-- Of income a step is that share of all that was discounted, since each year's moves alike.
income AS (
    SELECT
        m.card_id, m.holder_code, m.income_kind, m.value_cny, m.low_rate_value_cny, m.high_rate_value_cny,
        CAST(m.value_cny * 100 AS HUGEINT) AS cents,
        CAST(m.discounted_income_cny * 100 AS HUGEINT) AS income,
        CAST(m.discounted_deduction_cny * 100 AS HUGEINT) AS deduction
    FROM valuation.income_method AS m
    WHERE m.period = $period AND m.value_cny IS NOT NULL
),

-- Each comparable with one of its factors a step lower and higher.
varied AS (
    SELECT
        v.card_id, v.holder_code, v.part_no, t.parameter_name, t.step,
        CAST(v.adjusted_cny * 100 AS HUGEINT) AS cents,
        CAST(
            CASE t.parameter_name
                WHEN 'step_market_quality' THEN v.market_quality_factor
                WHEN 'step_market_supply' THEN v.supply_factor
                WHEN 'step_market_date' THEN v.date_factor
                WHEN 'step_market_capacity' THEN v.capacity_factor
                ELSE v.other_factor
            END * 1000000 AS HUGEINT
        ) AS factor
    FROM valuation.comparable_value AS v
    JOIN step AS t ON starts_with(t.parameter_name, 'step_market_')
    WHERE v.period = $period AND v.no_value_reason IS NULL
),

varied_part AS (
    SELECT
        v.card_id, v.holder_code, v.part_no, v.parameter_name,
        (
            sum((v.cents * greatest(0, v.factor - v.step) + v.factor // 2) // greatest(1, v.factor)) + count(*) // 2
        ) // count(*) AS low,
        (sum((v.cents * (v.factor + v.step) + v.factor // 2) // greatest(1, v.factor)) + count(*) // 2) // count(*)
            AS high
    FROM varied AS v
    GROUP BY v.card_id, v.holder_code, v.part_no, v.parameter_name
),

varied_card AS (
    SELECT v.card_id, v.holder_code, v.parameter_name, sum(v.low) AS low, sum(v.high) AS high
    FROM varied_part AS v
    GROUP BY v.card_id, v.holder_code, v.parameter_name
),

moved AS (
    SELECT u.*
    FROM (
        SELECT
            p.card_id, p.holder_code, p.reference_method, p.parameter_name, p.value_cny,
            (CAST(p.value_cny * 100 AS HUGEINT) * p.low + p.whole // 2) // greatest(1, p.whole) AS low,
            (CAST(p.value_cny * 100 AS HUGEINT) * p.high + p.whole // 2) // greatest(1, p.whole) AS high
        FROM proportion AS p
        UNION ALL
        SELECT
            i.card_id, i.holder_code, i.income_kind, t.parameter_name, i.value_cny,
            i.cents - i.income * t.step // 1000000,
            i.cents + i.income * t.step // 1000000
        FROM income AS i
        JOIN step AS t ON t.parameter_name = 'step_income'
        UNION ALL
        SELECT
            i.card_id, i.holder_code, i.income_kind, t.parameter_name, i.value_cny,
            i.cents + i.deduction * t.step // 1000000,
            i.cents - i.deduction * t.step // 1000000
        FROM income AS i
        JOIN step AS t ON t.parameter_name = 'step_deduction'
        WHERE i.deduction <> 0
        UNION ALL
        SELECT
            i.card_id, i.holder_code, i.income_kind, t.parameter_name, i.value_cny,
            CAST(i.low_rate_value_cny * 100 AS HUGEINT),
            CAST(i.high_rate_value_cny * 100 AS HUGEINT)
        FROM income AS i
        JOIN step AS t ON t.parameter_name = 'step_discount_rate'
        UNION ALL
        SELECT m.card_id, m.holder_code, 'market', v.parameter_name, m.value_cny, v.low, v.high
        FROM valuation.market_method AS m
        JOIN varied_card AS v USING (card_id)
        WHERE m.period = $period AND m.value_cny IS NOT NULL
    ) AS u
)

SELECT
    $period AS period,
    m.card_id,
    m.reference_method,
    m.parameter_name,
    m.holder_code,
    t.name_zh AS parameter_name_zh,
    t.name_en AS parameter_name_en,
    CAST(t.step * 0.000001 AS DECIMAL(12, 6)) AS step,
    m.value_cny,
    TRY_CAST(m.low * 0.01 AS DECIMAL(20, 2)) AS decreased_value_cny,
    TRY_CAST(m.high * 0.01 AS DECIMAL(20, 2)) AS increased_value_cny,
    TRY_CAST(abs(m.high - m.low) * 0.01 AS DECIMAL(20, 2)) AS spread_cny
FROM moved AS m
JOIN step AS t USING (parameter_name)
