-- The grade of each field by its name: of all rules that match, the highest wins (就高从严).
WITH named AS (
    SELECT
        f.resource_id,
        f.field_no,
        f.holder_code,
        f.field_name,
        coalesce(f.field_name, '') AS name,
        lower(coalesce(f.field_name, '')) AS lowered
    FROM catalog.resource_field AS f
)

SELECT
    f.resource_id,
    f.field_no,
    f.holder_code,
    f.field_name,
    g.rule_id,
    g.cell_label,
    g.grade,
    g.grade_rank,
    g.grade_label,
    g.zhejiang_level,
    g.is_candidate,
    g.category,
    g.is_personal,
    g.is_sensitive
FROM named AS f
JOIN classification.rule_pattern AS p
    ON CASE
        WHEN p.literal IS NOT NULL
        THEN contains(f.lowered, p.literal)
            AND (NOT p.at_start OR starts_with(f.lowered, p.literal))
            AND (NOT p.at_end OR ends_with(f.lowered, p.literal))
        ELSE regexp_matches(f.name, p.alternative, 'i')
    END
JOIN classification.rule_grade AS g ON g.rule_id = p.rule_id
QUALIFY row_number() OVER (
    PARTITION BY f.resource_id, f.field_no ORDER BY g.grade_rank DESC, g.rule_id, p.alternative_no
) = 1
