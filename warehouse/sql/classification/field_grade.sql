-- The grade of each field: of all that speaks of it, the highest is proposed (就高从严); a person's decision, while it
-- is in force, holds over the proposal, which stays beside it. Core and important data are candidates until a
-- person has decided.
WITH named AS (
    SELECT
        f.resource_id, f.field_no, f.holder_code, f.field_name,
        coalesce(f.field_name, '') AS name,
        lower(coalesce(f.field_name, '')) AS lowered
    FROM catalog.resource_field AS f
),

-- What speaks of a field's grade, a branch a kind of evidence. `evidence_no` decides which of equals is named.
candidate AS (
    SELECT
        f.resource_id, f.field_no,
        'name_rule' AS grade_basis,
        p.alternative_no AS evidence_no,
        g.*
    FROM named AS f
    JOIN classification.rule_pattern AS p
        ON CASE
            WHEN p.literal IS NOT NULL
            THEN contains(f.lowered, p.literal)
                AND (NOT p.at_start OR starts_with(f.lowered, p.literal))
                AND (NOT p.at_end OR ends_with(f.lowered, p.literal))
            ELSE regexp_matches(f.name, p.alternative, 'i')
        END
    JOIN classification.rule_grade AS g USING (rule_id)
    UNION ALL
    -- Detectors that are sure of the values delivered for it.
    SELECT
        v.resource_id, v.field_no,
        g.rule_kind AS grade_basis,
        v.column_no AS evidence_no,
        g.*
    FROM catalog.content_evidence AS v
    JOIN classification.rule_grade AS g ON g.rule_id = 'value.' || v.detector
    WHERE v.detection = 'confirmed' AND v.field_no IS NOT NULL
),

proposed AS (
    SELECT c.*
    FROM candidate AS c
    QUALIFY row_number() OVER (
        PARTITION BY c.resource_id, c.field_no ORDER BY c.grade_rank DESC, c.grade_basis, c.rule_id, c.evidence_no
    ) = 1
)

SELECT
    f.resource_id,
    f.field_no,
    f.holder_code,
    f.field_name,
    CASE WHEN d.grade IS NOT NULL THEN 'decision' ELSE p.grade_basis END AS grade_basis,
    p.rule_id,
    p.cell_label,
    p.grade AS proposed_grade,
    p.grade_rank AS proposed_rank,
    d.decision_id,
    coalesce(d.grade, p.grade) AS grade,
    coalesce(d.grade_rank, p.grade_rank) AS grade_rank,
    coalesce(d.grade_label, p.grade_label) AS grade_label,
    CASE WHEN d.grade IS NOT NULL THEN d.zhejiang_level ELSE p.zhejiang_level END AS zhejiang_level,
    d.grade IS NULL AND p.is_candidate AS is_candidate,
    p.category,
    coalesce(p.is_personal, FALSE) AS is_personal,
    coalesce(p.is_sensitive, FALSE) AS is_sensitive
FROM named AS f
LEFT JOIN proposed AS p USING (resource_id, field_no)
LEFT JOIN classification.grade_decision AS d
    ON d.decision_state = 'in_force'
    AND d.resource_id = f.resource_id
    AND d.field_no > 0
    AND d.field_name = f.field_name
WHERE p.grade_basis IS NOT NULL OR d.grade IS NOT NULL
