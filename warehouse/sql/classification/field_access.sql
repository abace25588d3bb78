-- What may be done with each field: what its own grade allows, within what its resource's declaration and
-- confidentiality, the words of its own name included, allow. So a resource that is closed for one field shows which
-- others could be opened without it.
WITH term AS (
    SELECT t.*
    FROM policy.confidential_term AS t
    JOIN delivered.horizon AS h ON in_force(t, h.judged_date)
),

-- Of the words of a resource and of the field's own name, the narrowest.
confidential AS (
    SELECT f.resource_id, f.field_no, t.open_limit, t.share_limit
    FROM catalog.resource_field AS f
    JOIN classification.confidential_word AS w USING (resource_id)
    JOIN term AS t ON t.term_id = w.confidential_term
    WHERE w.field_no = 0 OR w.field_no = f.field_no
    QUALIFY row_number() OVER (
        PARTITION BY f.resource_id, f.field_no
        ORDER BY
            CASE t.share_limit WHEN 'none' THEN 0 WHEN 'conditional' THEN 1 ELSE 2 END, t.term_id, w.field_no
    ) = 1
),

limited AS (
    SELECT
        f.resource_id, f.field_no, f.holder_code, f.field_name, f.grade, f.grade_label, r.declared_open_type,
        CASE
            WHEN c.open_limit = 'none' OR coalesce(o.access_limit, 'none') = 'none' THEN 'none'
            WHEN c.open_limit = 'conditional' OR o.access_limit = 'conditional' THEN 'conditional'
            ELSE 'unconditional'
        END AS open_limit,
        o.measures_zh AS open_measures,
        r.declared_share_type,
        CASE
            WHEN c.share_limit = 'none' OR coalesce(e.access_limit, 'none') = 'none' THEN 'none'
            WHEN c.share_limit = 'conditional' OR e.access_limit = 'conditional' THEN 'conditional'
            ELSE 'unconditional'
        END AS share_limit,
        e.measures_zh AS share_measures
    FROM classification.field_grade AS f
    JOIN classification.resource_access AS r USING (resource_id)
    CROSS JOIN delivered.horizon AS h
    LEFT JOIN confidential AS c USING (resource_id, field_no)
    LEFT JOIN policy.access_limit AS o ON o.door = 'open' AND o.grade = f.grade AND in_force(o, h.judged_date)
    LEFT JOIN policy.access_limit AS e ON e.door = 'share' AND e.grade = f.grade AND in_force(e, h.judged_date)
)

SELECT
    l.resource_id,
    l.field_no,
    l.holder_code,
    l.field_name,
    l.grade,
    l.grade_label,
    l.open_limit,
    CASE
        WHEN l.open_limit = 'none' OR l.declared_open_type = 'none' THEN 'none'
        WHEN l.declared_open_type IS NULL THEN NULL
        WHEN l.open_limit = 'conditional' OR l.declared_open_type = 'conditional' THEN 'conditional'
        ELSE 'unconditional'
    END AS open_access,
    l.open_measures,
    l.share_limit,
    CASE
        WHEN l.share_limit = 'none' OR l.declared_share_type = 'none' THEN 'none'
        WHEN l.declared_share_type IS NULL THEN NULL
        WHEN l.share_limit = 'conditional' OR l.declared_share_type = 'conditional' THEN 'conditional'
        ELSE 'unconditional'
    END AS share_access,
    l.share_measures
FROM limited AS l
