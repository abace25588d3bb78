-- Each rule with the grade that the matrices give it: object of impact x degree of harm (GB/T 43697-2024). A rule
-- is one on names (grade_rule), or a detector that knows values and names of columns (detector), as `value.` and its
-- code.
WITH rule AS (
    SELECT
        q.rule_id,
        'name_rule' AS rule_kind,
        printf('%s %s', q.rule_id, q.effective_from) AS rule_version,
        q.pattern, q.not_pattern, q.impact_object, q.harm_degree, q.category, q.is_personal, q.is_sensitive,
        h.judged_date
    FROM policy.grade_rule AS q
    JOIN delivered.horizon AS h ON in_force(q, h.judged_date)
    UNION ALL
    SELECT
        'value.' || d.detector_id,
        'value',
        printf('value.%s %s', d.detector_id, d.effective_from),
        d.name_pattern, d.not_name_pattern, d.impact_object, d.harm_degree, d.category, d.is_personal, d.is_sensitive,
        h.judged_date
    FROM policy.detector AS d
    JOIN delivered.horizon AS h ON in_force(d, h.judged_date)
)

SELECT
    r.rule_id,
    r.rule_kind,
    r.rule_version,
    r.pattern,
    r.not_pattern,
    r.impact_object,
    r.harm_degree,
    m.name_zh AS cell_label,
    m.grade,
    l.rank AS grade_rank,
    l.label_zh AS grade_label,
    l.zhejiang_level,
    l.is_candidate,
    r.category,
    r.is_personal,
    r.is_sensitive
FROM rule AS r
JOIN policy.grade_matrix AS m
    ON m.impact_object = r.impact_object AND m.harm_degree = r.harm_degree AND in_force(m, r.judged_date)
JOIN policy.grade_level AS l ON l.grade = m.grade AND in_force(l, r.judged_date)
