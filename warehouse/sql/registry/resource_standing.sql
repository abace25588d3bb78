-- Where each resource stands (paragraphs 3 and 4 of the policy): outside the scope of data assets, not assessed yet
-- (a criterion of scope is unknown: in neither register), in the memo register (in scope, and not recognised), or on
-- a card. What was once shown to be met stays met; a person's decision ends it on its day. Conditions of management
-- and use (reviews, quality) neither make a card nor end one: `registry.card_finding`.
WITH judged AS (
    SELECT
        d.resource_id,
        CASE WHEN bool_and(d.passed_date IS NOT NULL) FILTER (WHERE d.requirement_set = 'scope')
            THEN max(d.passed_date) FILTER (WHERE d.requirement_set = 'scope')
        END AS scope_date,
        CASE WHEN bool_and(d.passed_date IS NOT NULL) THEN max(d.passed_date) END AS met_date,
        coalesce(
            bool_or(d.passed_date IS NULL AND d.result = 'fail') FILTER (WHERE d.requirement_set = 'scope'), FALSE
        ) AS is_outside,
        min(d.effective_date) FILTER (
            WHERE d.requirement_set = 'scope' AND d.decided_by = 'decision' AND d.result = 'fail'
        ) AS scope_end_date,
        min(d.effective_date) FILTER (WHERE d.decided_by = 'decision' AND d.result = 'fail') AS end_date,
        arg_min(d.document_no, row(d.effective_date, d.document_no)) FILTER (
            WHERE d.decided_by = 'decision' AND d.result = 'fail'
        ) AS end_document_no,
        string_agg(d.requirement, ';' ORDER BY d.requirement) FILTER (
            WHERE d.result = 'fail' AND (d.passed_date IS NULL OR d.decided_by = 'decision')
        ) AS failed_requirements,
        string_agg(d.requirement, ';' ORDER BY d.requirement) FILTER (
            WHERE d.result = 'unknown' AND d.passed_date IS NULL
        ) AS unknown_requirements
    FROM registry.recognition_decision AS d
    WHERE d.is_required AND d.requirement_set IN ('scope', 'recognition')
    GROUP BY d.resource_id
),

dated AS (
    SELECT
        j.*,
        CASE WHEN j.end_date IS NULL OR j.end_date > j.met_date THEN j.met_date END AS recognised_date
    FROM judged AS j
)

SELECT
    s.resource_id,
    s.holder_code,
    s.resource_code,
    CASE
        WHEN d.recognised_date IS NOT NULL THEN 'card'
        WHEN d.is_outside OR d.scope_end_date IS NOT NULL THEN 'outside'
        WHEN d.scope_date IS NULL THEN 'unassessed'
        ELSE 'memo'
    END AS standing,
    d.scope_date,
    d.recognised_date,
    CASE WHEN d.recognised_date IS NOT NULL THEN d.end_date END AS derecognised_date,
    CASE WHEN d.recognised_date IS NOT NULL THEN d.end_document_no END AS derecognition_document_no,
    d.scope_end_date,
    d.failed_requirements,
    d.unknown_requirements
FROM catalog.resource AS s
JOIN dated AS d USING (resource_id)
