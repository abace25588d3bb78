-- The grade of each field. Of all that speaks of it, the highest is proposed (就高从严); what nothing speaks of is not
-- graded yet (待定级), and not opened. A person's decision on the field, while it is in force, holds over what is
-- proposed, which stays beside it. One on the name in all resources of a holder never lowers what rules know, and one
-- on the whole resource grades only what nothing else does. Core and important data are candidates until decided.
WITH candidate AS (
    SELECT
        n.resource_id, n.field_no,
        CASE WHEN g.rule_kind = 'value' THEN 'column_name' ELSE 'name_rule' END AS grade_basis,
        CAST(0 AS BIGINT) AS evidence_no,
        g.*
    FROM classification.name_match AS n
    JOIN classification.rule_grade AS g USING (rule_id)
    WHERE n.field_no > 0
    UNION ALL
    -- Detectors that are sure of the values delivered for it. `evidence_no` decides which of equals is named.
    SELECT v.resource_id, v.field_no, g.rule_kind AS grade_basis, v.column_no AS evidence_no, g.*
    FROM catalog.content_evidence AS v
    JOIN classification.rule_grade AS g ON g.rule_id = 'value.' || v.detector
    WHERE v.detection = 'confirmed' AND v.field_no IS NOT NULL
),

proposed AS (
    SELECT c.*
    FROM candidate AS c
    QUALIFY row_number() OVER (
        PARTITION BY c.resource_id, c.field_no
        ORDER BY c.grade_rank DESC, CASE c.grade_basis WHEN 'column_name' THEN 1 ELSE 0 END, c.rule_id, c.evidence_no
    ) = 1
),

named AS (
    SELECT f.resource_id, f.field_no, f.holder_code, f.field_name, p.grade_rank AS proposed_rank
    FROM catalog.resource_field AS f
    LEFT JOIN proposed AS p USING (resource_id, field_no)
),

spoken AS (
    SELECT
        f.resource_id, f.field_no,
        CASE WHEN d.subject_scope = 'field' THEN 0 WHEN d.subject_scope = 'name' THEN 1 ELSE 2 END AS place,
        d.decision_id, d.grade, d.grade_rank, d.grade_label, d.zhejiang_level
    FROM named AS f
    JOIN classification.grade_decision AS d
        ON d.decision_state = 'in_force'
        AND d.holder_code = f.holder_code
        AND CASE d.subject_scope
            WHEN 'field' THEN d.resource_id = f.resource_id AND d.field_name = f.field_name
            WHEN 'name' THEN d.field_name = f.field_name AND d.grade_rank >= coalesce(f.proposed_rank, 0)
            ELSE d.resource_id = f.resource_id AND f.proposed_rank IS NULL
        END
),

decided AS (
    SELECT s.*
    FROM spoken AS s
    QUALIFY row_number() OVER (PARTITION BY s.resource_id, s.field_no ORDER BY s.place) = 1
)

SELECT
    f.resource_id,
    f.field_no,
    f.holder_code,
    f.field_name,
    CASE WHEN d.grade IS NOT NULL THEN 'decision' ELSE coalesce(p.grade_basis, 'none') END AS grade_basis,
    p.rule_id,
    p.cell_label,
    p.grade AS proposed_grade,
    p.grade_rank AS proposed_rank,
    d.decision_id,
    coalesce(d.grade, p.grade, 'ungraded') AS grade,
    coalesce(d.grade_rank, p.grade_rank, u.rank) AS grade_rank,
    coalesce(d.grade_label, p.grade_label, u.label_zh) AS grade_label,
    CASE WHEN d.grade IS NOT NULL THEN d.zhejiang_level ELSE p.zhejiang_level END AS zhejiang_level,
    d.grade IS NULL AND coalesce(p.is_candidate, FALSE) AS is_candidate,
    p.category,
    coalesce(p.is_personal, FALSE) AS is_personal,
    coalesce(p.is_sensitive, FALSE) AS is_sensitive
FROM named AS f
CROSS JOIN delivered.horizon AS h
JOIN policy.grade_level AS u ON u.grade = 'ungraded' AND in_force(u, h.judged_date)
LEFT JOIN proposed AS p USING (resource_id, field_no)
LEFT JOIN decided AS d USING (resource_id, field_no)
