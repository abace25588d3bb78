-- Form R6 (own id): security, quality and appraisal of the assets held at the end of the month, by entity: of how many
-- cards the security review and the risk assessment are in force, how many have an appraised value, a grade and an
-- assessed quality, and how many have conditions unmet. Nothing that was not delivered counts as done.
WITH held AS (
    SELECT s.card_id, s.holder_code, a.resource_id, a.grade
    FROM valuation.snapshot AS s
    JOIN registry.asset_card AS a USING (card_id)
    WHERE s.period = $period AND s.closing_count > 0
),

review AS (
    SELECT d.resource_id, d.requirement
    FROM registry.recognition_decision AS d
    WHERE
        d.requirement IN ('lawful.security', 'lawful.risk')
        AND d.result = 'pass'
        AND d.passed_date <= $period_end
        AND (d.valid_to IS NULL OR d.valid_to >= $period_end)
),

appraised AS (
    SELECT v.card_id
    FROM valuation.reference_value AS v
    WHERE v.period = $period AND v.value_cny IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY v.card_id ORDER BY v.method_position) = 1
),

unmet AS (
    SELECT f.card_id
    FROM registry.card_finding AS f
    QUALIFY row_number() OVER (PARTITION BY f.card_id ORDER BY f.requirement) = 1
),

card AS (
    SELECT
        h.holder_code,
        CASE WHEN s.resource_id IS NOT NULL THEN 1 ELSE 0 END AS security_count,
        CASE WHEN r.resource_id IS NOT NULL THEN 1 ELSE 0 END AS risk_count,
        CASE WHEN v.card_id IS NOT NULL THEN 1 ELSE 0 END AS appraised_count,
        CASE WHEN h.grade IN ('core', 'important') THEN 1 ELSE 0 END AS important_count,
        CASE WHEN h.grade IS NULL OR h.grade = 'ungraded' THEN 1 ELSE 0 END AS ungraded_count,
        CASE WHEN q.score_pct IS NOT NULL THEN 1 ELSE 0 END AS assessed_count,
        CASE WHEN u.card_id IS NOT NULL THEN 1 ELSE 0 END AS unmet_count,
        q.met_weight, q.assessed_weight
    FROM held AS h
    LEFT JOIN review AS s ON s.resource_id = h.resource_id AND s.requirement = 'lawful.security'
    LEFT JOIN review AS r ON r.resource_id = h.resource_id AND r.requirement = 'lawful.risk'
    LEFT JOIN appraised AS v ON v.card_id = h.card_id
    LEFT JOIN unmet AS u ON u.card_id = h.card_id
    LEFT JOIN quality.resource_score AS q ON q.resource_id = h.resource_id AND q.dimension_code = 'all'
)

-- The score of an entity is that of its cards together, hundredths in whole numbers, half up.
SELECT
    $period AS period,
    p.report_kind,
    p.level,
    p.entity_code,
    min(p.report_label) AS report_label,
    min(p.entity_name) AS entity_name,
    min(p.parent_code) AS parent_code,
    count(*) AS card_count,
    CAST(sum(c.security_count) AS BIGINT) AS security_count,
    CAST(sum(c.risk_count) AS BIGINT) AS risk_count,
    CAST(sum(c.appraised_count) AS BIGINT) AS appraised_count,
    CAST(sum(c.important_count) AS BIGINT) AS important_count,
    CAST(sum(c.ungraded_count) AS BIGINT) AS ungraded_count,
    CAST(sum(c.unmet_count) AS BIGINT) AS unmet_count,
    CAST(sum(c.assessed_count) AS BIGINT) AS assessed_count,
    CASE WHEN sum(c.assessed_weight) > 0
        THEN CAST(
            (CAST(sum(c.met_weight) AS BIGINT) * 10000 + CAST(sum(c.assessed_weight) AS BIGINT) // 2)
            // CAST(sum(c.assessed_weight) AS BIGINT) * 0.01
            AS DECIMAL(5, 2)
        )
    END AS score_pct
FROM report.placement AS p
JOIN card AS c ON c.holder_code = p.unit_code
WHERE p.period = $period
GROUP BY p.report_kind, p.level, p.entity_code
