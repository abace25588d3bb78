-- What the fields of a resource come to together (policy/grade_aggregation.csv): kinds of personal information,
-- their rows where the content was delivered, personal information beside a category such as fine position. A field
-- that a person graded below what rules propose does not count. Each measure only grows with fields, so a
-- resource's grade never falls when one is added.
WITH rule AS (
    SELECT q.*, h.judged_date
    FROM policy.grade_aggregation AS q
    JOIN delivered.horizon AS h ON in_force(q, h.judged_date)
),

counted AS (
    SELECT f.resource_id, f.rule_id, f.category, f.is_personal
    FROM classification.field_grade AS f
    WHERE f.proposed_rank IS NOT NULL AND f.grade_rank >= f.proposed_rank
),

personal AS (
    SELECT c.resource_id, count(DISTINCT c.rule_id) AS personal_kinds
    FROM counted AS c
    WHERE c.is_personal
    GROUP BY c.resource_id
),

content AS (
    SELECT t.resource_id, max(t.data_row_count) AS row_count
    FROM catalog.content_table AS t
    WHERE t.resource_id IS NOT NULL
    GROUP BY t.resource_id
),

measured AS (
    SELECT p.resource_id, r.rule_id, p.personal_kinds AS measured_count
    FROM personal AS p
    JOIN rule AS r ON r.kind = 'personal_kinds'
    UNION ALL
    SELECT p.resource_id, r.rule_id, n.row_count
    FROM personal AS p
    JOIN content AS n USING (resource_id)
    JOIN rule AS r ON r.kind = 'personal_rows'
    UNION ALL
    SELECT p.resource_id, r.rule_id, count(*)
    FROM personal AS p
    JOIN counted AS c USING (resource_id)
    JOIN rule AS r ON r.kind = 'personal_with_category' AND r.category = c.category
    GROUP BY p.resource_id, r.rule_id
)

SELECT
    m.resource_id,
    r.rule_id,
    r.name_zh AS rule_label,
    m.measured_count,
    r.threshold AS threshold_count,
    r.impact_object,
    r.harm_degree,
    x.name_zh AS cell_label,
    x.grade,
    l.rank AS grade_rank,
    l.label_zh AS grade_label,
    l.zhejiang_level,
    l.is_candidate,
    r.clause
FROM measured AS m
JOIN rule AS r USING (rule_id)
JOIN policy.grade_matrix AS x
    ON x.impact_object = r.impact_object AND x.harm_degree = r.harm_degree AND in_force(x, r.judged_date)
JOIN policy.grade_level AS l ON l.grade = x.grade AND in_force(l, r.judged_date)
WHERE m.measured_count >= r.threshold
