-- The recognition of each resource, requirement by requirement (policy/recognition_criterion.csv), with the
-- evidence that decides it: the latest one delivered. A decision delivery overrides a whole criterion. What is
-- missing is unknown. `passed_date` is the first day on which the requirement was shown to be met: a paper that
-- expires or fails later takes nothing back (only an event or a decision does).
WITH finding AS (
    SELECT
        s.resource_id,
        'authorisations' AS evidence_kind,
        '' AS evidence_code,
        'pass' AS result,
        d.valid_from AS effective_date,
        d.valid_to, d.document_no, d.delivery_id, d.ordinal
    FROM catalog.resource AS s
    JOIN delivered.authorisation AS d USING (holder_code)
    UNION ALL
    SELECT
        s.resource_id, 'evidence', d.criterion, d.statement, d.issued_date, d.valid_to, d.document_no, d.delivery_id,
        d.ordinal
    FROM catalog.resource AS s
    JOIN delivered.evidence AS d USING (holder_code, resource_code)
    UNION ALL
    SELECT
        s.resource_id, 'reviews', d.review_kind, d.result, d.issued_date, d.valid_to, d.document_no, d.delivery_id,
        d.ordinal
    FROM catalog.resource AS s
    JOIN delivered.review AS d USING (holder_code, resource_code)
    UNION ALL
    SELECT
        s.resource_id,
        'costs',
        d.treatment,
        'pass',
        -- least() passes over NULL. What is posted in a later month than it can be used from is known from then on.
        CASE WHEN d.available_date < date_trunc('month', d.posted_date) THEN d.posted_date
            ELSE least(d.posted_date, d.available_date)
        END,
        NULL,
        d.voucher_no, d.delivery_id, d.ordinal
    FROM catalog.resource AS s
    JOIN registry.treated_cost AS d USING (holder_code, resource_code)
),

first_pass AS (
    SELECT f.resource_id, f.evidence_kind, f.evidence_code, min(f.effective_date) AS passed_date
    FROM finding AS f
    WHERE f.result = 'pass'
    GROUP BY f.resource_id, f.evidence_kind, f.evidence_code
),

-- The first cost makes a resource measurable; of papers, the latest decides.
decisive AS (
    SELECT f.*
    FROM finding AS f
    QUALIFY row_number() OVER (
        PARTITION BY f.resource_id, f.evidence_kind, f.evidence_code
        ORDER BY
            CASE WHEN f.evidence_kind = 'costs' THEN f.effective_date END,
            f.effective_date DESC,
            f.delivery_id DESC,
            f.ordinal DESC
    ) = 1
),

override AS (
    SELECT
        split_part(d.subject_key, '|', 1) AS holder_code,
        coalesce(n.current_code, split_part(d.subject_key, '|', 2)) AS resource_code,
        k.code AS criterion,
        v.code AS result,
        d.decision_id, d.reason, d.decided_date, d.delivery_id, d.ordinal
    FROM delivered.decision AS d
    JOIN policy.code_value AS k
        ON k.code_list = 'recognition_criterion'
        AND k.label = split_part(d.subject_key, '|', 3)
        AND in_force(k, d.delivery_date)
    JOIN policy.code_value AS v
        ON v.code_list = 'statement' AND v.label = d.decision_label AND in_force(v, d.delivery_date)
    LEFT JOIN delivered.code_change AS n
        ON n.holder_code = split_part(d.subject_key, '|', 1)
        AND n.former_code = split_part(d.subject_key, '|', 2)
        AND n.current_code IS NOT NULL
    WHERE d.subject_kind = 'recognition'
    QUALIFY row_number() OVER (
        PARTITION BY
            split_part(d.subject_key, '|', 1), coalesce(n.current_code, split_part(d.subject_key, '|', 2)), k.code
        ORDER BY d.decided_date DESC, d.delivery_id DESC, d.ordinal DESC
    ) = 1
)

SELECT
    s.resource_id,
    q.requirement,
    s.holder_code,
    q.criterion,
    q.requirement_set,
    q.name_zh AS requirement_label,
    q.is_required,
    coalesce(o.result, f.result, CASE WHEN q.is_required THEN 'unknown' ELSE 'not_assessed' END) AS result,
    CASE
        WHEN o.result IS NOT NULL THEN 'decision'
        WHEN f.result IS NOT NULL THEN q.evidence_kind
    END AS decided_by,
    coalesce(o.decided_date, f.effective_date) AS effective_date,
    least(p.passed_date, CASE WHEN o.result = 'pass' THEN o.decided_date END) AS passed_date,
    f.valid_to,
    coalesce(o.decision_id, f.document_no) AS document_no,
    o.reason,
    coalesce(o.delivery_id, f.delivery_id) AS delivery_id,
    coalesce(o.ordinal, f.ordinal) AS ordinal
FROM catalog.resource AS s
CROSS JOIN delivered.horizon AS h
JOIN policy.recognition_criterion AS q ON in_force(q, h.judged_date)
LEFT JOIN decisive AS f
    ON f.resource_id = s.resource_id
    AND f.evidence_kind = q.evidence_kind
    AND f.evidence_code = coalesce(q.evidence_code, '')
LEFT JOIN first_pass AS p
    ON p.resource_id = s.resource_id
    AND p.evidence_kind = q.evidence_kind
    AND p.evidence_code = coalesce(q.evidence_code, '')
LEFT JOIN override AS o
    ON o.holder_code = s.holder_code
    AND o.resource_code = s.resource_code
    AND o.criterion = q.criterion
