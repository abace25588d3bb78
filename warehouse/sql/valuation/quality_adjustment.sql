-- What the quality of each card that is held makes of its cost (delta, alpha): its score over the score that policy
-- expects, within policy's bounds. A factor above the bound's value counts as the value unless an appraisal in force
-- says otherwise. Beside it stands what it would be with a score a step lower and higher. In millionths, no floats.
WITH setting AS (
    SELECT
        max(CASE WHEN p.name = 'quality_gate_score_pct' THEN p.value END) AS gate_pct,
        max(CASE WHEN p.name = 'quality_assessed_min_pct' THEN p.value END) AS assessed_min_pct,
        max(CASE WHEN p.name = 'quality_expected_score_pct' THEN p.value END) AS expected_score_pct,
        max(CASE WHEN p.name = 'quality_expected_score_pct' THEN CAST(p.value * 1000000 AS BIGINT) END) AS expected,
        max(CASE WHEN p.name = 'quality_expected_score_pct' THEN CAST(p.value * 500000 AS BIGINT) END)
            AS half_expected,
        max(CASE WHEN p.name = 'step_quality_score' THEN p.value END) AS step_pct,
        max(CASE WHEN p.name = 'quality_factor' THEN p.value END) AS unproven_factor,
        max(CASE WHEN p.name = 'quality_factor' THEN p.lower_bound END) AS lower_factor,
        max(CASE WHEN p.name = 'quality_factor' THEN p.upper_bound END) AS upper_factor
    FROM policy.valuation_parameter AS p
    WHERE in_force(p, $period_end)
),

scored AS (
    SELECT
        s.card_id, s.holder_code, q.score_pct, q.assessed_pct,
        t.gate_pct, t.assessed_min_pct, t.expected_score_pct, t.expected, t.half_expected, t.step_pct, t.lower_factor,
        t.upper_factor,
        CASE WHEN a.value_cny IS NOT NULL THEN t.upper_factor ELSE least(t.unproven_factor, t.upper_factor) END
            AS most_factor
    FROM valuation.snapshot AS s
    JOIN registry.asset_card AS c USING (card_id)
    CROSS JOIN setting AS t
    LEFT JOIN quality.resource_score AS q ON q.resource_id = c.resource_id AND q.dimension_code = 'all'
    LEFT JOIN valuation.appraisal AS a ON a.period = $period AND a.card_id = s.card_id
    WHERE s.period = $period AND s.snapshot_status IN ('valued', 'unvalued')
),

-- The score as it is, a step lower and a step higher.
stepped AS (
    SELECT
        s.*,
        CAST(s.score_pct - s.step_pct AS DECIMAL(18, 6)) AS low_score_pct,
        CAST(s.score_pct + s.step_pct AS DECIMAL(18, 6)) AS high_score_pct
    FROM scored AS s
),

measured AS (
    SELECT
        s.*,
        (CAST(greatest(0, least(100, s.low_score_pct)) * 1000000 AS BIGINT) * 1000000 + s.half_expected)
        // s.expected AS low_measured,
        (CAST(greatest(0, least(100, s.score_pct)) * 1000000 AS BIGINT) * 1000000 + s.half_expected)
        // s.expected AS measured,
        (CAST(greatest(0, least(100, s.high_score_pct)) * 1000000 AS BIGINT) * 1000000 + s.half_expected)
        // s.expected AS high_measured
    FROM stepped AS s
),

judged AS (
    SELECT
        s.*,
        CAST(s.measured * 0.000001 AS DECIMAL(12, 6)) AS measured_factor,
        CAST(s.low_measured * 0.000001 AS DECIMAL(12, 6)) AS low_factor,
        CAST(s.high_measured * 0.000001 AS DECIMAL(12, 6)) AS high_factor,
        CASE
            WHEN s.score_pct IS NULL OR s.assessed_pct < s.assessed_min_pct THEN 'quality_not_assessed'
            WHEN s.score_pct < s.gate_pct THEN 'quality_below_gate'
            WHEN s.measured * 0.000001 < s.lower_factor OR s.measured * 0.000001 > s.upper_factor
                THEN 'factor_out_of_bounds'
        END AS reason
    FROM measured AS s
)

SELECT
    $period AS period,
    j.card_id,
    j.holder_code,
    j.score_pct,
    j.assessed_pct,
    CAST(j.expected_score_pct AS DECIMAL(5, 2)) AS expected_score_pct,
    CASE WHEN j.score_pct IS NOT NULL THEN j.measured_factor END AS measured_factor,
    j.reason IS NULL AND j.measured_factor > j.most_factor AS is_factor_capped,
    CASE WHEN j.reason IS NULL THEN CAST(least(j.measured_factor, j.most_factor) AS DECIMAL(12, 6)) END
        AS quality_factor,
    CASE WHEN j.reason IS NULL
        THEN CAST(least(greatest(j.low_factor, j.lower_factor), j.most_factor) AS DECIMAL(12, 6))
    END AS low_quality_factor,
    CASE WHEN j.reason IS NULL THEN CAST(least(j.high_factor, j.most_factor) AS DECIMAL(12, 6)) END
        AS high_quality_factor,
    j.reason AS no_value_reason
FROM judged AS j
