-- What may be done with each resource: the narrowest of what is declared, what its grade allows
-- (policy/access_limit.csv) and what words of confidentiality leave (policy/confidential_term.csv). A grade without
-- a limit allows nothing; what is not declared stays open (NULL).
WITH term AS (
    SELECT t.*
    FROM policy.confidential_term AS t
    JOIN delivered.horizon AS h ON in_force(t, h.judged_date)
),

-- The narrowest terms first: of several that a record or its fields speak of, one decides.
confidential AS (
    SELECT w.resource_id, t.term_id, t.open_limit, t.share_limit
    FROM classification.confidential_word AS w
    JOIN term AS t ON t.term_id = w.confidential_term
    QUALIFY row_number() OVER (
        PARTITION BY w.resource_id
        ORDER BY
            CASE t.share_limit WHEN 'none' THEN 0 WHEN 'conditional' THEN 1 ELSE 2 END, t.term_id, w.field_no
    ) = 1
),

limited AS (
    SELECT
        s.resource_id, s.holder_code, g.grade, g.grade_label,
        c.term_id AS confidential_term,
        s.open_type AS declared_open_type,
        CASE
            WHEN c.open_limit = 'none' OR coalesce(o.access_limit, 'none') = 'none' THEN 'none'
            WHEN c.open_limit = 'conditional' OR o.access_limit = 'conditional' THEN 'conditional'
            ELSE 'unconditional'
        END AS open_limit,
        o.measures_zh AS open_measures,
        s.share_type AS declared_share_type,
        CASE
            WHEN c.share_limit = 'none' OR coalesce(e.access_limit, 'none') = 'none' THEN 'none'
            WHEN c.share_limit = 'conditional' OR e.access_limit = 'conditional' THEN 'conditional'
            ELSE 'unconditional'
        END AS share_limit,
        e.measures_zh AS share_measures
    FROM catalog.resource AS s
    JOIN classification.resource_grade AS g USING (resource_id)
    CROSS JOIN delivered.horizon AS h
    LEFT JOIN policy.access_limit AS o ON o.door = 'open' AND o.grade = g.grade AND in_force(o, h.judged_date)
    LEFT JOIN policy.access_limit AS e ON e.door = 'share' AND e.grade = g.grade AND in_force(e, h.judged_date)
    LEFT JOIN confidential AS c USING (resource_id)
)

SELECT
    l.resource_id,
    l.holder_code,
    l.grade,
    l.grade_label,
    l.confidential_term,
    l.declared_open_type,
    l.open_limit,
    CASE
        WHEN l.open_limit = 'none' OR l.declared_open_type = 'none' THEN 'none'
        WHEN l.declared_open_type IS NULL THEN NULL
        WHEN l.open_limit = 'conditional' OR l.declared_open_type = 'conditional' THEN 'conditional'
        ELSE 'unconditional'
    END AS open_access,
    l.open_measures,
    l.declared_share_type,
    l.share_limit,
    CASE
        WHEN l.share_limit = 'none' OR l.declared_share_type = 'none' THEN 'none'
        WHEN l.declared_share_type IS NULL THEN NULL
        WHEN l.share_limit = 'conditional' OR l.declared_share_type = 'conditional' THEN 'conditional'
        ELSE 'unconditional'
    END AS share_access,
    l.share_measures
FROM limited AS l
