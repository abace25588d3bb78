-- The grade of each resource: proposed is the highest of its fields, as they stand, of delivered columns, and of
-- its title, so that a catalogue without fields is graded too, raised by what its fields come to together; a
-- person's decision on the resource, while it is in force, holds over it.
WITH titled AS (
    SELECT s.resource_id, s.holder_code, s.title, lower(s.title) AS lowered
    FROM catalog.resource AS s
),

basis AS (
    SELECT
        f.resource_id,
        f.field_no AS basis_field_no,
        f.field_name AS basis_name,
        0 AS alternative_no,
        f.grade_basis, f.rule_id, f.cell_label, f.decision_id, f.grade, f.grade_rank, f.grade_label,
        f.zhejiang_level, f.is_candidate
    FROM classification.field_grade AS f
    UNION ALL
    SELECT
        s.resource_id,
        0 AS basis_field_no,
        s.title AS basis_name,
        p.alternative_no,
        'name_rule' AS grade_basis,
        g.rule_id, g.cell_label,
        NULL AS decision_id,
        g.grade, g.grade_rank, g.grade_label, g.zhejiang_level, g.is_candidate
    FROM titled AS s
    JOIN classification.rule_pattern AS p
        ON CASE
            WHEN p.literal IS NOT NULL
            THEN contains(s.lowered, p.literal)
                AND (NOT p.at_start OR starts_with(s.lowered, p.literal))
                AND (NOT p.at_end OR ends_with(s.lowered, p.literal))
            ELSE regexp_matches(s.title, p.alternative, 'i')
        END
    JOIN classification.rule_grade AS g USING (rule_id)
    UNION ALL
    -- A delivered column that the catalogue does not list counts as a field does.
    SELECT
        v.resource_id,
        NULL AS basis_field_no,
        v.heading AS basis_name,
        v.column_no AS alternative_no,
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
        0 AS alternative_no,
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
        ORDER BY b.grade_rank DESC, b.basis_field_no NULLS LAST, b.rule_id, b.alternative_no, b.basis_name
    ) = 1
)

SELECT
    s.resource_id,
    s.holder_code,
    coalesce(d.grade, p.grade) AS grade,
    coalesce(d.grade_rank, p.grade_rank) AS grade_rank,
    coalesce(d.grade_label, p.grade_label) AS grade_label,
    CASE WHEN d.grade IS NOT NULL THEN d.zhejiang_level ELSE p.zhejiang_level END AS zhejiang_level,
    d.grade IS NULL AND p.is_candidate AS is_candidate,
    p.basis_field_no,
    p.basis_name,
    CASE WHEN d.grade IS NOT NULL THEN 'decision' ELSE p.grade_basis END AS grade_basis,
    p.rule_id,
    p.cell_label,
    p.grade AS proposed_grade,
    p.grade_rank AS proposed_rank,
    coalesce(d.decision_id, p.decision_id) AS decision_id
FROM titled AS s
LEFT JOIN proposed AS p USING (resource_id)
LEFT JOIN classification.grade_decision AS d
    ON d.decision_state = 'in_force' AND d.resource_id = s.resource_id AND d.field_no = 0
WHERE p.grade_basis IS NOT NULL OR d.grade IS NOT NULL
