-- What a resource is about, in the four dimensions of the guide of Zhejiang (management, use, security, object), as far as its catalogue
-- shows it: by keywords (policy/category_rule.csv), each with its confidence. A resource may have several categories of a dimension; of
-- several rules that give one, the surest is named.
WITH rule AS (
    SELECT
        (e.body ->> '$.rule_id') AS category_rule,
        (e.body ->> '$.dimension') AS category_dimension,
        (e.body ->> '$.category') AS category,
        (e.body ->> '$.looks_in') AS looks_in,
        (e.body ->> '$.pattern') AS pattern,
        CAST((e.body ->> '$.confidence_pct') AS INTEGER) AS category_confidence_pct
    FROM policy.entry AS e
    WHERE e.list_name = 'category_rule'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

-- Alternatives that are plain text are looked for as text, as in rule_pattern.
alternative AS (
    SELECT
        r.category_rule,
        r.category_dimension,
        r.category,
        r.looks_in,
        r.category_confidence_pct,
        a.alternative,
        CASE WHEN regexp_full_match(a.alternative, '[^\\.+*?(){}\[\]^$|]+') THEN lower(a.alternative) END AS literal
    FROM rule AS r,
        unnest(
            CASE WHEN regexp_matches(r.pattern, '[\\(\[]') THEN [r.pattern] ELSE string_split(r.pattern, '|') END
        ) AS a(alternative)
),

shown AS (
    SELECT s.resource_id, 'title' AS looks_in, s.title AS shown_text
    FROM catalog.resource AS s
    UNION ALL
    SELECT s.resource_id, 'abstract', s.abstract
    FROM catalog.resource AS s
    UNION ALL
    SELECT s.resource_id, 'theme', concat_ws(' ', s.theme, s.group_name)
    FROM catalog.resource AS s
    UNION ALL
    SELECT s.resource_id, 'class', s.class_name
    FROM catalog.resource AS s
    UNION ALL
    SELECT s.resource_id, 'format', s.format_type
    FROM catalog.resource AS s
    UNION ALL
    SELECT s.resource_id, 'update_cycle', s.update_cycle
    FROM catalog.resource AS s
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
        WHEN a.literal IS NOT NULL THEN contains(lower(s.shown_text), a.literal)
        ELSE regexp_matches(s.shown_text, a.alternative, 'i')
    END
QUALIFY row_number() OVER (
    PARTITION BY s.resource_id, a.category_dimension, a.category
    ORDER BY a.category_confidence_pct DESC, a.category_rule, s.shown_text, a.alternative
) = 1
