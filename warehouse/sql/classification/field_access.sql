-- What may be done with each field: what its own grade allows, within what its resource's declaration and confidentiality allow. So a
-- resource that is closed for one field shows which others could be opened without it.
WITH access_limit AS (
    SELECT
        (e.body ->> '$.door') AS door,
        (e.body ->> '$.grade') AS grade,
        (e.body ->> '$.access_limit') AS access_limit,
        (e.body ->> '$.measures_zh') AS measures
    FROM policy.entry AS e
    WHERE e.list_name = 'access_limit'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

term AS (
    SELECT
        (e.body ->> '$.term_id') AS term_id,
        (e.body ->> '$.open_limit') AS open_limit,
        (e.body ->> '$.share_limit') AS share_limit
    FROM policy.entry AS e
    WHERE e.list_name = 'confidential_term'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

limited AS (
    SELECT
        f.resource_id,
        f.field_no,
        f.holder_code,
        f.field_name,
        f.grade,
        f.grade_label,
        r.confidential_term,
        r.declared_open_type,
        CASE
            WHEN t.open_limit = 'none' OR coalesce(o.access_limit, 'none') = 'none' THEN 'none'
            WHEN t.open_limit = 'conditional' OR o.access_limit = 'conditional' THEN 'conditional'
            ELSE 'unconditional'
        END AS open_limit,
        o.measures AS open_measures,
        r.declared_share_type,
        CASE
            WHEN t.share_limit = 'none' OR coalesce(h.access_limit, 'none') = 'none' THEN 'none'
            WHEN t.share_limit = 'conditional' OR h.access_limit = 'conditional' THEN 'conditional'
            ELSE 'unconditional'
        END AS share_limit,
        h.measures AS share_measures
    FROM classification.field_grade AS f
    JOIN classification.resource_access AS r ON r.resource_id = f.resource_id
    LEFT JOIN term AS t ON t.term_id = r.confidential_term
    LEFT JOIN access_limit AS o ON o.door = 'open' AND o.grade = f.grade
    LEFT JOIN access_limit AS h ON h.door = 'share' AND h.grade = f.grade
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
