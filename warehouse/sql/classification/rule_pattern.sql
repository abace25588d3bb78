-- The alternatives of each name rule's pattern. One that is plain text, as nearly all are, is looked for as text:
-- DuckDB compiles a pattern that comes from a row anew for each name, which took 20 times as long as finding the
-- text.
WITH alternative AS (
    SELECT g.rule_id, a.alternative_no, a.alternative
    FROM classification.rule_grade AS g,
        unnest(
            CASE WHEN regexp_matches(g.pattern, '[\\(\[]') THEN [g.pattern] ELSE string_split(g.pattern, '|') END
        ) WITH ORDINALITY AS a(alternative, alternative_no)
    WHERE g.rule_kind = 'name_rule'
)

SELECT
    a.rule_id,
    a.alternative_no,
    a.alternative,
    CASE
        WHEN regexp_full_match(a.alternative, '\^?[^\\.+*?(){}\[\]^$|]*\$?')
        THEN lower(regexp_replace(a.alternative, '^\^|\$$', '', 'g'))
    END AS literal,
    starts_with(a.alternative, '^') AS at_start,
    ends_with(a.alternative, '$') AS at_end
FROM alternative AS a
