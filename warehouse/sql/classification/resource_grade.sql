-- The grade of each resource: the highest of its fields, as they stand, of delivered columns, and of its title where
-- that speaks against opening, raised by what its fields come to together; a person's decision on the resource, while
-- it is in force, holds over it. Fields that are not graded yet (待定级) hold it back from opening, but propose
-- nothing. A resource without fields that nothing speaks against has the grade `as_declared`: it is opened as it is
-- declared, and counted apart.
WITH basis AS (
    SELECT
        f.resource_id,
        f.field_no AS basis_field_no,
        f.field_name AS basis_name,
        0 AS evidence_no,
        f.grade_basis, f.rule_id, f.cell_label, f.decision_id, f.grade, f.grade_rank, f.grade_label,
        f.zhejiang_level, f.is_candidate
    FROM classification.field_grade AS f
    UNION ALL
    SELECT
        n.resource_id,
        0 AS basis_field_no,
        n.shown_text AS basis_name,
        0 AS evidence_no,
        g.rule_kind AS grade_basis,
        g.rule_id, g.cell_label,
        NULL AS decision_id,
        g.grade, g.grade_rank, g.grade_label, g.zhejiang_level, g.is_candidate
    FROM classification.name_match AS n
    JOIN classification.rule_grade AS g USING (rule_id)
    WHERE n.field_no = 0 AND g.harm_degree <> 'none'
    UNION ALL
    -- A delivered column that the catalogue does not list counts as a field does.
    SELECT
        v.resource_id,
        NULL AS basis_field_no,
        v.heading AS basis_name,
        v.column_no AS evidence_no,
        g.rule_kind AS grade_basis,
        g.rule_id, g.cell_label,
        NULL AS decision_id,
        g.grade, g.grade_rank, g.grade_label, g.zhejiang_level, g.is_candidate
    FROM catalog.content_evidence AS v
    JOIN classification.rule_grade AS g ON g.rule_id = 'value.' || v.detector
    WHERE v.detection = 'confirmed' AND v.field_no IS NULL AND v.resource_id IS NOT NULL
    UNION ALL
    -- No field alone decides: named only where it raises the grade.
    SELECT
        a.resource_id,
        NULL AS basis_field_no,
        a.rule_label AS basis_name,
        0 AS evidence_no,
        'aggregation' AS grade_basis,
        a.rule_id, a.cell_label,
        NULL AS decision_id,
        a.grade, a.grade_rank, a.grade_label, a.zhejiang_level, a.is_candidate
    FROM classification.aggregation_grade AS a
),

proposed AS (
    SELECT b.*
    FROM basis AS b
    QUALIFY row_number() OVER (
        PARTITION BY b.resource_id
        ORDER BY b.grade_rank DESC, b.basis_field_no NULLS LAST, b.rule_id, b.evidence_no, b.basis_name
    ) = 1
)

SELECT
    s.resource_id,
    s.holder_code,
    coalesce(d.grade, p.grade, 'as_declared') AS grade,
    coalesce(d.grade_rank, p.grade_rank, u.rank) AS grade_rank,
    coalesce(d.grade_label, p.grade_label, u.label_zh) AS grade_label,
    CASE WHEN d.grade IS NOT NULL THEN d.zhejiang_level ELSE p.zhejiang_level END AS zhejiang_level,
    d.grade IS NULL AND coalesce(p.is_candidate, FALSE) AS is_candidate,
    p.basis_field_no,
    p.basis_name,
    CASE WHEN d.grade IS NOT NULL THEN 'decision' ELSE coalesce(p.grade_basis, 'declared') END AS grade_basis,
    p.rule_id,
    p.cell_label,
    CASE WHEN p.grade <> 'ungraded' THEN p.grade END AS proposed_grade,
    CASE WHEN p.grade <> 'ungraded' THEN p.grade_rank END AS proposed_rank,
    coalesce(d.decision_id, p.decision_id) AS decision_id
FROM catalog.resource AS s
CROSS JOIN delivered.horizon AS h
JOIN policy.grade_level AS u ON u.grade = 'as_declared' AND in_force(u, h.judged_date)
LEFT JOIN proposed AS p USING (resource_id)
LEFT JOIN classification.grade_decision AS d
    ON d.decision_state = 'in_force' AND d.resource_id = s.resource_id AND d.field_no = 0
