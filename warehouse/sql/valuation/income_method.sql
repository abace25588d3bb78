-- The income method, P = sum of F_t / (1 + r)^t from the appraisal's date: of the income itself (direct), a share of
-- it, what it exceeds other assets' contribution by (excess), or what it is more than without the asset (incremental).
-- From the last year back, each year is what it brings and what is left of the next, over 1 + r, so that no power is
-- needed; at the rate of the report and a step below and above it. In billionths of a cent: a year adds an error of
-- less than one of them and the next division shrinks it: a hundred years are off by less than 0.0000002 cent.
WITH RECURSIVE setting AS (
    SELECT CAST(max(p.value) * 1000000 AS HUGEINT) AS step
    FROM policy.valuation_parameter AS p
    WHERE p.name = 'step_discount_rate' AND in_force(p, $period_end)
),

good AS (
    SELECT
        r.card_id, r.income_kind, r.holder_code, r.resource_code, r.document_no, r.year_count,
        1000000 + CAST(r.discount_rate * 1000000 AS HUGEINT) AS growth,
        1000000 + greatest(0, CAST(r.discount_rate * 1000000 AS HUGEINT) - t.step) AS low_growth,
        1000000 + CAST(r.discount_rate * 1000000 AS HUGEINT) + t.step AS high_growth
    FROM valuation.income_report AS r
    CROSS JOIN setting AS t
    WHERE r.period = $period AND r.no_value_reason IS NULL
),

flow AS (
    SELECT
        g.card_id, g.income_kind, f.year_no,
        CAST(f.income_cny * 100 AS HUGEINT)
        * CASE
            WHEN g.income_kind = 'share' THEN CAST(f.share_rate * 1000000 AS HUGEINT)
            ELSE CAST(1000000 AS HUGEINT)
        END
        * 1000 AS income,
        CASE g.income_kind
            WHEN 'excess' THEN CAST(f.contributory_cost_cny * 100 AS HUGEINT) * 1000000000
            WHEN 'incremental' THEN CAST(f.income_without_cny * 100 AS HUGEINT) * 1000000000
            ELSE CAST(0 AS HUGEINT)
        END AS deduction
    FROM good AS g
    JOIN delivered.forecast AS f
        ON f.holder_code = g.holder_code
        AND f.resource_code = g.resource_code
        AND f.income_kind = g.income_kind
        AND f.document_no = g.document_no
    QUALIFY row_number() OVER (
        PARTITION BY g.card_id, g.income_kind, f.year_no ORDER BY f.delivery_date DESC, f.delivery_id, f.ordinal
    ) = 1
),

term AS (
    SELECT
        g.card_id, g.income_kind,
        CAST(g.year_count + 1 AS BIGINT) AS year_no,
        g.growth, g.low_growth, g.high_growth,
        CAST(0 AS HUGEINT) AS income,
        CAST(0 AS HUGEINT) AS deduction,
        CAST(0 AS HUGEINT) AS low_income,
        CAST(0 AS HUGEINT) AS low_deduction,
        CAST(0 AS HUGEINT) AS high_income,
        CAST(0 AS HUGEINT) AS high_deduction
    FROM good AS g
    UNION ALL
    SELECT
        t.card_id, t.income_kind, t.year_no - 1, t.growth, t.low_growth, t.high_growth,
        (t.income + f.income) * 1000000 // t.growth,
        (t.deduction + f.deduction) * 1000000 // t.growth,
        (t.low_income + f.income) * 1000000 // t.low_growth,
        (t.low_deduction + f.deduction) * 1000000 // t.low_growth,
        (t.high_income + f.income) * 1000000 // t.high_growth,
        (t.high_deduction + f.deduction) * 1000000 // t.high_growth
    FROM term AS t
    JOIN flow AS f ON f.card_id = t.card_id AND f.income_kind = t.income_kind AND f.year_no = t.year_no - 1
),

-- Beyond what an amount can hold there is none.
discounted AS (
    SELECT
        t.card_id, t.income_kind,
        TRY_CAST((t.income + sign(t.income) * 500000000) // 1000000000 * 0.01 AS DECIMAL(20, 2)) AS income_cny,
        TRY_CAST((t.deduction + sign(t.deduction) * 500000000) // 1000000000 * 0.01 AS DECIMAL(20, 2))
            AS deduction_cny,
        TRY_CAST(
            (t.income - t.deduction + sign(t.income - t.deduction) * 500000000) // 1000000000 * 0.01
            AS DECIMAL(20, 2)
        ) AS value_cny,
        TRY_CAST(
            (t.low_income - t.low_deduction + sign(t.low_income - t.low_deduction) * 500000000) // 1000000000 * 0.01
            AS DECIMAL(20, 2)
        ) AS low_rate_value_cny,
        TRY_CAST(
            (t.high_income - t.high_deduction + sign(t.high_income - t.high_deduction) * 500000000) // 1000000000 * 0.01
            AS DECIMAL(20, 2)
        ) AS high_rate_value_cny
    FROM term AS t
    WHERE t.year_no = 1
),

judged AS (
    SELECT
        r.*,
        d.income_cny, d.deduction_cny, d.value_cny, d.low_rate_value_cny, d.high_rate_value_cny,
        CASE
            WHEN r.no_value_reason IS NOT NULL THEN r.no_value_reason
            WHEN d.value_cny IS NULL OR d.low_rate_value_cny IS NULL THEN 'value_too_large'
            WHEN d.value_cny <= 0 THEN 'value_not_positive'
        END AS blocked
    FROM valuation.income_report AS r
    LEFT JOIN discounted AS d USING (card_id, income_kind)
    WHERE r.period = $period
)

SELECT
    $period AS period,
    j.card_id,
    j.income_kind,
    j.holder_code,
    j.document_no,
    j.appraiser,
    j.appraisal_date,
    j.valid_until_date,
    j.year_count,
    j.discount_rate,
    j.income_cny AS discounted_income_cny,
    j.deduction_cny AS discounted_deduction_cny,
    CASE WHEN j.blocked IS NULL THEN j.value_cny END AS value_cny,
    CASE WHEN j.blocked IS NULL THEN j.low_rate_value_cny END AS low_rate_value_cny,
    CASE WHEN j.blocked IS NULL THEN j.high_rate_value_cny END AS high_rate_value_cny,
    j.blocked AS no_value_reason
FROM judged AS j
