-- The grade of each field by its name: of all rules that match, the highest wins (就高从严).
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
FROM catalog.resource_field AS f
JOIN classification.rule_grade AS g ON regexp_matches(coalesce(f.field_name, ''), g.pattern, 'i')
QUALIFY row_number() OVER (PARTITION BY f.resource_id, f.field_no ORDER BY g.grade_rank DESC, g.rule_id) = 1
