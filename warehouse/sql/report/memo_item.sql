-- The memo register of a month: what stands in it at its end, with the requirements that were not met then, the day
-- of entry, and the day of the next review: every `memo_review_months` months from the day of entry, the first after
-- the month.
WITH place AS (
    SELECT p.unit_code, p.level, p.entity_name
    FROM catalog.roll_up AS p
    WHERE p.valid_from <= $period_end AND (p.valid_to IS NULL OR p.valid_to > $period_end)
),

lacking AS (
    SELECT d.resource_id, string_agg(d.requirement_label, '；' ORDER BY d.requirement) AS missing_labels
    FROM registry.recognition_decision AS d
    WHERE
        d.is_required
        AND d.requirement_set IN ('scope', 'recognition')
        AND (
            d.passed_date IS NULL
            OR d.passed_date > $period_end
            OR (d.decided_by = 'decision' AND d.result = 'fail' AND d.effective_date <= $period_end)
        )
    GROUP BY d.resource_id
)

SELECT
    $period AS period,
    m.resource_id,
    m.holder_code,
    coalesce(u.entity_name, m.holder_name) AS entity_name,
    d.entity_name AS department_name,
    r.entity_name AS district_entity_name,
    m.resource_code,
    m.asset_name,
    m.entered_date,
    l.missing_labels,
    CAST(
        m.entered_date
        + to_months(
            CAST(
                (date_diff('month', m.entered_date, $period_end) // CAST(n.value AS BIGINT) + 1)
                * CAST(n.value AS BIGINT)
                AS INTEGER
            )
        )
        AS DATE
    ) AS next_review_date
FROM registry.memo_register AS m
LEFT JOIN lacking AS l USING (resource_id)
LEFT JOIN place AS u ON u.unit_code = m.holder_code AND u.level = 'unit'
LEFT JOIN place AS d ON d.unit_code = m.holder_code AND d.level = 'department'
LEFT JOIN place AS r ON r.unit_code = m.holder_code AND r.level = 'district'
LEFT JOIN policy.parameter AS n ON n.name = 'memo_review_months' AND in_force(n, $period_end)
WHERE m.entered_date <= $period_end AND (m.left_date IS NULL OR m.left_date > $period_end)
