-- Each rule with the grade that the matrices give it: object of impact x degree of harm (GB/T 43697-2024). A rule is one on names
-- (grade_rule), or a detector that knows values (detector), as `value.` and its code.
WITH rule AS (
    SELECT
        (e.body ->> '$.rule_id') AS rule_id,
        'name_rule' AS rule_kind,
        coalesce((e.body ->> '$.pattern'), '') AS pattern,
        (e.body ->> '$.impact_object') AS impact_object,
        (e.body ->> '$.harm_degree') AS harm_degree,
        (e.body ->> '$.category') AS category,
        (e.body ->> '$.is_personal') = 'yes' AS is_personal,
        (e.body ->> '$.is_sensitive') = 'yes' AS is_sensitive
    FROM policy.entry AS e
    WHERE e.list_name = 'grade_rule'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
    UNION ALL
    SELECT
        'value.' || (e.body ->> '$.detector_id') AS rule_id,
        'value' AS rule_kind,
        '' AS pattern,
        (e.body ->> '$.impact_object') AS impact_object,
        (e.body ->> '$.harm_degree') AS harm_degree,
        (e.body ->> '$.category') AS category,
        (e.body ->> '$.is_personal') = 'yes' AS is_personal,
        (e.body ->> '$.is_sensitive') = 'yes' AS is_sensitive
    FROM policy.entry AS e
    WHERE e.list_name = 'detector'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

matrix AS (
    SELECT
        (e.body ->> '$.impact_object') AS impact_object,
        (e.body ->> '$.harm_degree') AS harm_degree,
        (e.body ->> '$.grade') AS grade,
        (e.body ->> '$.name_zh') AS cell_label
    FROM policy.entry AS e
    WHERE e.list_name = 'grade_matrix'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

level AS (
    SELECT
        (e.body ->> '$.grade') AS grade,
        CAST((e.body ->> '$.rank') AS INTEGER) AS grade_rank,
        (e.body ->> '$.label_zh') AS grade_label,
        (e.body ->> '$.zhejiang_level') AS zhejiang_level,
        (e.body ->> '$.is_candidate') = 'yes' AS is_candidate
    FROM policy.entry AS e
    WHERE e.list_name = 'grade_level'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
)

SELECT
    r.rule_id,
    r.rule_kind,
    r.pattern,
    r.impact_object,
    r.harm_degree,
    m.cell_label,
    m.grade,
    l.grade_rank,
    l.grade_label,
    l.zhejiang_level,
    l.is_candidate,
    r.category,
    r.is_personal,
    r.is_sensitive
FROM rule AS r
JOIN matrix AS m ON m.impact_object = r.impact_object AND m.harm_degree = r.harm_degree
JOIN level AS l ON l.grade = m.grade
