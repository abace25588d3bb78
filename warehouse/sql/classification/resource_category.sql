-- What a resource is about, in the four dimensions of the guide of Zhejiang (management, use, security, object), as
-- far as its catalogue shows it: by keywords (policy/category_rule.csv), each with its confidence. A resource may
-- have several categories of a dimension; of several rules that give one, the surest is named.
WITH rule AS (
    SELECT q.*
    FROM policy.category_rule AS q
    JOIN delivered.horizon AS h ON in_force(q, h.judged_date)
),

-- Alternatives that are plain text are looked for as text, as in rule_pattern.
alternative AS (
    SELECT
        r.rule_id AS category_rule,
        r.dimension AS category_dimension,
        r.category, r.looks_in,
        r.confidence_pct AS category_confidence_pct,
        a.alternative,
        CASE
            WHEN regexp_full_match(a.alternative, '\^?[^\\.+*?(){}\[\]^$|]+\$?')
            THEN lower(regexp_replace(a.alternative, '^\^|\$$', '', 'g'))
        END AS literal,
        starts_with(a.alternative, '^') AS at_start,
        ends_with(a.alternative, '$') AS at_end
    FROM rule AS r,
        unnest(
            CASE WHEN regexp_matches(r.pattern, '[\\(\[]') THEN [r.pattern] ELSE string_split(r.pattern, '|') END
        ) AS a(alternative)
),

shown AS (
    SELECT s.resource_id, v.item['place'] AS looks_in, v.item['said'] AS shown_text
    FROM catalog.resource AS s,
        unnest(
            [
                {'place': 'title', 'said': s.title},
                {'place': 'abstract', 'said': s.abstract},
                {'place': 'theme', 'said': concat_ws(' ', s.theme, s.group_name)},
                {'place': 'class', 'said': s.class_name},
                {'place': 'format', 'said': s.format_type},
                {'place': 'update_cycle', 'said': s.update_cycle}
            ]
        ) AS v(item)
    UNION ALL
    SELECT f.resource_id, 'fields', f.field_name
    FROM catalog.resource_field AS f
    UNION ALL
    SELECT g.resource_id, 'grade', g.zhejiang_level
    FROM classification.resource_grade AS g
)

SELECT
    s.resource_id,
    a.category_dimension,
    a.category,
    a.category_rule,
    a.looks_in,
    s.shown_text,
    a.category_confidence_pct
FROM shown AS s
JOIN alternative AS a
    ON a.looks_in = s.looks_in
    AND CASE
        WHEN a.literal IS NOT NULL
        THEN contains(lower(s.shown_text), a.literal)
            AND (NOT a.at_start OR starts_with(lower(s.shown_text), a.literal))
            AND (NOT a.at_end OR ends_with(lower(s.shown_text), a.literal))
        ELSE regexp_matches(s.shown_text, a.alternative, 'i')
    END
QUALIFY row_number() OVER (
    PARTITION BY s.resource_id, a.category_dimension, a.category
    ORDER BY a.category_confidence_pct DESC, a.category_rule, s.shown_text, a.alternative
) = 1
