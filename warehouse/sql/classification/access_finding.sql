-- Where what an agency declares contradicts grade, confidentiality or the policy, rule by rule
-- (policy/access_rule.csv). What follows from a finding is a person's to decide; the narrowest holds meanwhile
-- (resource_access).
WITH label AS (
    SELECT c.code_list, c.code, min(c.name_zh) AS name_zh, min(c.name_en) AS name_en
    FROM policy.code_value AS c
    JOIN delivered.horizon AS h ON in_force(c, h.judged_date)
    GROUP BY c.code_list, c.code
),

found AS (
    SELECT
        a.resource_id,
        'confidential_open' AS rule_id,
        'open_type' AS code_list,
        a.declared_open_type AS declared,
        a.open_limit AS allowed
    FROM classification.resource_access AS a
    WHERE a.confidential_term IS NOT NULL AND a.open_limit = 'none' AND a.declared_open_type <> 'none'
    UNION ALL
    SELECT a.resource_id, 'open_above_limit', 'open_type', a.declared_open_type, a.open_limit
    FROM classification.resource_access AS a
    WHERE
        a.declared_open_type <> a.open_access
        AND (a.confidential_term IS NULL OR a.open_limit <> 'none')
        AND a.grade <> 'ungraded'
    UNION ALL
    SELECT a.resource_id, 'share_above_limit', 'share_type', a.declared_share_type, a.share_limit
    FROM classification.resource_access AS a
    WHERE a.declared_share_type <> a.share_access AND a.grade <> 'ungraded'
    UNION ALL
    -- Nothing is wrong with what is declared: it waits for a grade.
    SELECT a.resource_id, 'before_grading', 'open_type', a.declared_open_type, a.open_limit
    FROM classification.resource_access AS a
    WHERE
        a.grade = 'ungraded'
        AND a.confidential_term IS NULL
        AND (a.declared_open_type <> a.open_access OR a.declared_share_type <> a.share_access)
    UNION ALL
    SELECT a.resource_id, 'unshared_without_basis', 'share_type', a.declared_share_type, a.share_limit
    FROM classification.resource_access AS a
    JOIN catalog.resource AS s USING (resource_id)
    WHERE a.declared_share_type = 'none' AND s.share_condition IS NULL
    UNION ALL
    SELECT a.resource_id, 'could_be_open', 'open_type', a.declared_open_type, a.open_limit
    FROM classification.resource_access AS a
    JOIN catalog.resource AS s USING (resource_id)
    WHERE
        a.declared_open_type = 'none'
        AND a.open_limit = 'unconditional'
        AND a.grade <> 'as_declared'
        AND s.open_condition IS NULL
),

worded AS (
    SELECT
        f.resource_id, a.holder_code, f.rule_id, r.severity, f.declared, f.allowed, a.grade, a.grade_label,
        coalesce(d.name_zh, f.declared) AS declared_zh,
        coalesce(d.name_en, f.declared) AS declared_en,
        coalesce(m.name_zh, f.allowed) AS limit_zh,
        coalesce(m.name_en, f.allowed) AS limit_en,
        coalesce(t.name_zh, '') AS basis,
        r.message_zh, r.message_en, r.mend_zh, r.mend_en, r.clause
    FROM found AS f
    CROSS JOIN delivered.horizon AS h
    JOIN policy.access_rule AS r ON r.rule_id = f.rule_id AND in_force(r, h.judged_date)
    JOIN classification.resource_access AS a USING (resource_id)
    LEFT JOIN policy.confidential_term AS t ON t.term_id = a.confidential_term AND in_force(t, h.judged_date)
    LEFT JOIN label AS d ON d.code_list = f.code_list AND d.code = f.declared
    LEFT JOIN label AS m ON m.code_list = f.code_list AND m.code = f.allowed
)

SELECT
    w.resource_id,
    w.rule_id AS access_rule,
    w.holder_code,
    w.severity,
    w.grade,
    w.declared AS declared_access,
    w.allowed AS access_limit,
    replace(
        replace(
            replace(replace(w.message_zh, '{declared}', w.declared_zh), '{limit}', w.limit_zh),
            '{grade}', w.grade_label
        ),
        '{basis}',
        w.basis
    ) AS message_zh,
    replace(
        replace(
            replace(replace(w.message_en, '{declared_en}', w.declared_en), '{limit_en}', w.limit_en),
            '{grade}', w.grade
        ),
        '{basis}',
        w.basis
    ) AS message_en,
    w.mend_zh,
    w.mend_en,
    w.clause
FROM worded AS w
