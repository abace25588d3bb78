-- Conditions of management and use of each card (paragraphs 6 and 8 of the policy) that are not met on the day up to
-- which the deliveries go: a review that failed, one that has expired, one that was never delivered. They block
-- sharing, operation, pricing and the market; neither the card nor its amounts change (only an event or a decision
-- ends a card).
WITH judged AS (
    SELECT
        c.card_id, c.holder_code, c.resource_code, d.requirement, d.requirement_label, d.effective_date, d.valid_to,
        d.document_no,
        CASE
            WHEN d.result = 'fail' THEN 'condition_failed'
            WHEN d.result <> 'pass' THEN 'condition_missing'
            WHEN d.valid_to < h.judged_date THEN 'condition_expired'
        END AS finding_kind,
        h.judged_date
    FROM registry.asset_card AS c
    JOIN registry.recognition_decision AS d USING (resource_id)
    CROSS JOIN delivered.horizon AS h
    WHERE
        (
            d.requirement_set = 'management'
            -- Of a paper on scope or recognition, too, what fails or expires later is told.
            OR d.decided_by <> 'decision'
        )
        AND d.is_required
        AND c.card_status <> 'disposed'
)

SELECT
    j.card_id,
    j.requirement,
    j.holder_code,
    j.resource_code,
    j.finding_kind,
    j.requirement_label,
    j.effective_date,
    j.valid_to,
    j.document_no,
    k.message_zh,
    k.message_en,
    k.mend_zh,
    k.mend_en
FROM judged AS j
LEFT JOIN policy.control_finding_kind AS k ON k.kind = j.finding_kind AND in_force(k, j.judged_date)
WHERE j.finding_kind IS NOT NULL
