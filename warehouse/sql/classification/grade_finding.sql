-- Where grades need a person: what rules propose against what was decided, decisions that hold no longer or speak
-- of nothing, candidates that nobody has confirmed, personal data in delivered columns that the catalogue does not
-- list (policy/grade_finding_rule.csv). A rule never overwrites a decision; it contradicts it here.
WITH found AS (
    SELECT
        'rule_above_decision' AS rule_id,
        printf('%s|%d', f.resource_id, f.field_no) AS subject_key,
        f.resource_id, f.field_no, f.holder_code,
        f.field_name AS subject_name,
        f.grade, f.proposed_grade, f.cell_label, f.decision_id,
        NULL AS expires_date
    FROM classification.field_grade AS f
    WHERE f.grade_basis = 'decision' AND f.proposed_rank > f.grade_rank
    UNION ALL
    SELECT
        'rule_above_decision',
        printf('%s|0', r.resource_id),
        r.resource_id,
        0,
        r.holder_code, s.title, r.grade, r.proposed_grade, r.cell_label, r.decision_id,
        NULL
    FROM classification.resource_grade AS r
    JOIN catalog.resource AS s USING (resource_id)
    WHERE r.grade_basis = 'decision' AND r.proposed_rank > r.grade_rank
    UNION ALL
    -- Where the candidate arises: at the field, or at the resource whose title or whose fields together make it one.
    SELECT
        'candidate_unconfirmed',
        printf('%s|%d', f.resource_id, f.field_no),
        f.resource_id, f.field_no, f.holder_code, f.field_name, f.grade, f.proposed_grade, f.cell_label,
        f.decision_id,
        NULL
    FROM classification.field_grade AS f
    WHERE f.is_candidate
    UNION ALL
    SELECT
        'candidate_unconfirmed',
        printf('%s|0', r.resource_id),
        r.resource_id,
        0,
        r.holder_code, s.title, r.grade, r.proposed_grade, r.cell_label, r.decision_id,
        NULL
    FROM classification.resource_grade AS r
    JOIN catalog.resource AS s USING (resource_id)
    WHERE r.is_candidate AND (r.basis_field_no = 0 OR r.grade_basis = 'aggregation')
    UNION ALL
    SELECT
        CASE d.decision_state
            WHEN 'expired' THEN 'decision_expired'
            WHEN 'to_come' THEN 'decision_to_come'
            WHEN 'no_grade' THEN 'decision_without_grade'
            ELSE 'decision_without_subject'
        END,
        printf('%s|%d', d.delivery_id, d.ordinal),
        d.resource_id, d.field_no, d.holder_code,
        CASE WHEN d.field_name = '' THEN d.resource_code ELSE d.field_name END,
        d.grade,
        NULL,
        NULL,
        d.decision_id, d.expires_date
    FROM classification.grade_decision AS d
    WHERE d.decision_state IN ('expired', 'to_come', 'no_grade', 'no_subject')
    UNION ALL
    -- A name is known better by a rule than by who decided on it everywhere: the rule holds there.
    SELECT
        'name_decision_below_rule',
        printf('%s|%d', d.delivery_id, d.ordinal),
        NULL,
        NULL,
        d.holder_code, d.field_name, d.grade,
        arg_max(f.proposed_grade, f.proposed_rank),
        arg_max(f.cell_label, row(f.proposed_rank, f.cell_label)),
        d.decision_id,
        NULL
    FROM classification.grade_decision AS d
    JOIN classification.field_grade AS f
        ON f.holder_code = d.holder_code AND f.field_name = d.field_name AND f.proposed_rank > d.grade_rank
    WHERE d.decision_state = 'in_force' AND d.subject_scope = 'name'
    GROUP BY d.delivery_id, d.ordinal, d.holder_code, d.field_name, d.grade, d.decision_id
    UNION ALL
    SELECT
        'unlisted_personal',
        printf('%s|%d', v.table_id, v.column_no),
        v.resource_id,
        NULL,
        v.holder_code, v.heading,
        arg_max(g.grade, g.grade_rank),
        NULL,
        arg_max(g.cell_label, row(g.grade_rank, g.cell_label)),
        NULL,
        NULL
    FROM catalog.content_evidence AS v
    JOIN classification.rule_grade AS g ON g.rule_id = 'value.' || v.detector
    WHERE v.detection = 'confirmed' AND v.field_no IS NULL AND g.is_personal
    GROUP BY v.table_id, v.column_no, v.resource_id, v.holder_code, v.heading
),

worded AS (
    SELECT
        f.*, r.severity, r.mend_zh, r.mend_en, r.clause,
        replace(
            replace(
                replace(
                    replace(r.message_zh, '{subject}', coalesce(f.subject_name, '')),
                    '{grade}', coalesce(g.label_zh, '')
                ),
                '{proposed}', coalesce(p.label_zh, '')
            ),
            '{cell}', coalesce(f.cell_label, '')
        ) AS message_zh,
        replace(
            replace(
                replace(
                    replace(r.message_en, '{subject}', coalesce(f.subject_name, '')),
                    '{grade}', coalesce(g.label_en, '')
                ),
                '{proposed}', coalesce(p.label_en, '')
            ),
            '{cell}', coalesce(f.cell_label, '')
        ) AS message_en
    FROM found AS f
    CROSS JOIN delivered.horizon AS h
    JOIN policy.grade_finding_rule AS r ON r.rule_id = f.rule_id AND in_force(r, h.judged_date)
    LEFT JOIN policy.grade_level AS g ON g.grade = f.grade AND in_force(g, h.judged_date)
    LEFT JOIN policy.grade_level AS p ON p.grade = f.proposed_grade AND in_force(p, h.judged_date)
)

SELECT
    w.rule_id AS grade_finding,
    w.subject_key,
    w.resource_id,
    w.field_no,
    w.holder_code,
    w.severity,
    w.grade,
    w.proposed_grade,
    w.decision_id,
    w.expires_date,
    replace(
        replace(w.message_zh, '{decision}', coalesce(w.decision_id, '')),
        '{expires}', coalesce(CAST(w.expires_date AS VARCHAR), '')
    ) AS message_zh,
    replace(
        replace(w.message_en, '{decision}', coalesce(w.decision_id, '')),
        '{expires}', coalesce(CAST(w.expires_date AS VARCHAR), '')
    ) AS message_en,
    w.mend_zh,
    w.mend_en,
    w.clause
FROM worded AS w
