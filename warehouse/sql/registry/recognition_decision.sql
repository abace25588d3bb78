-- The recognition of each resource, requirement by requirement (policy/recognition_criterion.csv), with the evidence that
-- decides it: the latest one delivered. A decision delivery overrides a whole criterion. What is missing is unknown.
WITH code AS (
    SELECT (e.body ->> '$.code_list') AS code_list, (e.body ->> '$.label') AS label, (e.body ->> '$.code') AS code
    FROM policy.entry AS e
    WHERE e.list_name = 'code_value'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

requirement AS (
    SELECT
        (e.body ->> '$.requirement') AS requirement,
        (e.body ->> '$.criterion') AS criterion,
        (e.body ->> '$.name_zh') AS requirement_label,
        (e.body ->> '$.evidence_kind') AS evidence_kind,
        coalesce((e.body ->> '$.evidence_code'), '') AS evidence_code,
        (e.body ->> '$.is_required') = 'yes' AS is_required
    FROM policy.entry AS e
    WHERE e.list_name = 'recognition_criterion'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

treatment AS (
    SELECT (e.body ->> '$.phase') AS phase, (e.body ->> '$.treatment') AS treatment
    FROM policy.entry AS e
    WHERE e.list_name = 'cost_treatment'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

delivered AS (
    SELECT
        c.kind,
        coalesce((r.body ->> '$.holder_code'), c.default_holder_code) AS holder_code,
        (r.body ->> '$.resource_code') AS resource_code,
        r.body,
        c.delivery_id,
        c.ordinal
    FROM landing.current_record AS c
    JOIN landing.record AS r ON r.delivery_id = c.delivery_id AND r.ordinal = c.ordinal
    WHERE c.kind IN ('authorisations', 'evidence', 'reviews', 'costs', 'decisions')
),

finding AS (
    SELECT
        s.resource_id,
        'authorisations' AS evidence_kind,
        '' AS evidence_code,
        'pass' AS result,
        CAST((d.body ->> '$.valid_from') AS DATE) AS effective_date,
        CAST((d.body ->> '$.valid_to') AS DATE) AS valid_to,
        (d.body ->> '$.document_no') AS document_no,
        d.delivery_id,
        d.ordinal
    FROM catalog.resource AS s
    JOIN delivered AS d ON d.kind = 'authorisations' AND d.holder_code = s.holder_code
    UNION ALL
    SELECT
        s.resource_id,
        'evidence' AS evidence_kind,
        k.code AS evidence_code,
        v.code AS result,
        CAST((d.body ->> '$.issued_date') AS DATE) AS effective_date,
        CAST((d.body ->> '$.valid_to') AS DATE) AS valid_to,
        (d.body ->> '$.document_no') AS document_no,
        d.delivery_id,
        d.ordinal
    FROM catalog.resource AS s
    JOIN delivered AS d
        ON d.kind = 'evidence' AND d.holder_code = s.holder_code AND d.resource_code = s.resource_code
    JOIN code AS k ON k.code_list = 'recognition_criterion' AND k.label = (d.body ->> '$.criterion')
    JOIN code AS v ON v.code_list = 'statement' AND v.label = (d.body ->> '$.statement')
    UNION ALL
    SELECT
        s.resource_id,
        'reviews' AS evidence_kind,
        k.code AS evidence_code,
        v.code AS result,
        CAST((d.body ->> '$.issued_date') AS DATE) AS effective_date,
        CAST((d.body ->> '$.valid_to') AS DATE) AS valid_to,
        (d.body ->> '$.document_no') AS document_no,
        d.delivery_id,
        d.ordinal
    FROM catalog.resource AS s
    JOIN delivered AS d
        ON d.kind = 'reviews' AND d.holder_code = s.holder_code AND d.resource_code = s.resource_code
    JOIN code AS k ON k.code_list = 'review_kind' AND k.label = (d.body ->> '$.review_kind')
    JOIN code AS v ON v.code_list = 'review_result' AND v.label = (d.body ->> '$.result')
    UNION ALL
    SELECT
        s.resource_id,
        'costs' AS evidence_kind,
        t.treatment AS evidence_code,
        'pass' AS result,
        CAST(coalesce((d.body ->> '$.available_date'), (d.body ->> '$.posted_date')) AS DATE) AS effective_date,
        NULL AS valid_to,
        (d.body ->> '$.voucher_no') AS document_no,
        d.delivery_id,
        d.ordinal
    FROM catalog.resource AS s
    JOIN delivered AS d
        ON d.kind = 'costs' AND d.holder_code = s.holder_code AND d.resource_code = s.resource_code
    JOIN code AS k ON k.code_list = 'cost_phase' AND k.label = (d.body ->> '$.phase')
    JOIN treatment AS t ON t.phase = k.code
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
        split_part((d.body ->> '$.subject_key'), '|', 1) AS holder_code,
        split_part((d.body ->> '$.subject_key'), '|', 2) AS resource_code,
        k.code AS criterion,
        v.code AS result,
        (d.body ->> '$.decision_id') AS decision_id,
        (d.body ->> '$.reason') AS reason,
        CAST((d.body ->> '$.decided_at') AS DATE) AS decided_at,
        d.delivery_id,
        d.ordinal
    FROM delivered AS d
    JOIN code AS w ON w.code_list = 'decision_subject' AND w.label = (d.body ->> '$.subject_kind') AND w.code = 'recognition'
    JOIN code AS k
        ON k.code_list = 'recognition_criterion'
        AND k.label = split_part((d.body ->> '$.subject_key'), '|', 3)
    JOIN code AS v ON v.code_list = 'statement' AND v.label = (d.body ->> '$.decision')
    WHERE d.kind = 'decisions'
    QUALIFY row_number() OVER (
        PARTITION BY
            split_part((d.body ->> '$.subject_key'), '|', 1),
            split_part((d.body ->> '$.subject_key'), '|', 2),
            k.code
        ORDER BY CAST((d.body ->> '$.decided_at') AS DATE) DESC, d.delivery_id DESC, d.ordinal DESC
    ) = 1
)

SELECT
    s.resource_id,
    q.requirement,
    s.holder_code,
    q.criterion,
    q.requirement_label,
    q.is_required,
    coalesce(o.result, f.result, CASE WHEN q.is_required THEN 'unknown' ELSE 'not_assessed' END) AS result,
    CASE
        WHEN o.result IS NOT NULL THEN 'decision'
        WHEN f.result IS NOT NULL THEN q.evidence_kind
    END AS decided_by,
    coalesce(o.decided_at, f.effective_date) AS effective_date,
    f.valid_to,
    coalesce(o.decision_id, f.document_no) AS document_no,
    o.reason,
    coalesce(o.delivery_id, f.delivery_id) AS delivery_id,
    coalesce(o.ordinal, f.ordinal) AS ordinal
FROM catalog.resource AS s
CROSS JOIN requirement AS q
LEFT JOIN decisive AS f
    ON f.resource_id = s.resource_id
    AND f.evidence_kind = q.evidence_kind
    AND f.evidence_code = q.evidence_code
LEFT JOIN override AS o
    ON o.holder_code = s.holder_code
    AND o.resource_code = s.resource_code
    AND o.criterion = q.criterion
