-- The grade of each resource: the highest of its fields and of its title, so that a catalogue without fields is graded too.
WITH titled AS (
    SELECT s.resource_id, s.holder_code, s.title, lower(s.title) AS lowered
    FROM catalog.resource AS s
),

basis AS (
    SELECT
        f.resource_id,
        f.holder_code,
        f.field_no AS basis_field_no,
        f.field_name AS basis_name,
        0 AS alternative_no,
        f.rule_id,
        f.cell_label,
        f.grade,
        f.grade_rank,
        f.grade_label,
        f.zhejiang_level,
        f.is_candidate
    FROM classification.field_grade AS f
    UNION ALL
    SELECT
        s.resource_id,
        s.holder_code,
        0 AS basis_field_no,
        s.title AS basis_name,
        p.alternative_no,
        g.rule_id,
        g.cell_label,
        g.grade,
        g.grade_rank,
        g.grade_label,
        g.zhejiang_level,
        g.is_candidate
    FROM titled AS s
    JOIN classification.rule_pattern AS p
        ON CASE
            WHEN p.literal IS NOT NULL
            THEN contains(s.lowered, p.literal)
                AND (NOT p.at_start OR starts_with(s.lowered, p.literal))
                AND (NOT p.at_end OR ends_with(s.lowered, p.literal))
            ELSE regexp_matches(s.title, p.alternative, 'i')
        END
    JOIN classification.rule_grade AS g ON g.rule_id = p.rule_id
)

SELECT
    b.resource_id,
    b.holder_code,
    b.grade,
    b.grade_rank,
    b.grade_label,
    b.zhejiang_level,
    b.is_candidate,
    b.basis_field_no,
    b.basis_name,
    b.rule_id,
    b.cell_label
FROM basis AS b
QUALIFY row_number() OVER (
    PARTITION BY b.resource_id ORDER BY b.grade_rank DESC, b.basis_field_no, b.rule_id, b.alternative_no
) = 1
