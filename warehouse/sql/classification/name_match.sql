-- Which rules know the name of a field, or a resource's title (field 0): a rule on names, or for a field the names of
-- columns that a detector goes by. The patterns stand in the text, since one that comes from a row is compiled for
-- each name. A rule does not know a name that its not_pattern matches (`在校学生数` says nothing of a person).
WITH named AS (
    SELECT f.resource_id, f.field_no, f.field_name AS shown_text
    FROM catalog.resource_field AS f
    UNION ALL
    SELECT s.resource_id, CAST(0 AS BIGINT), s.title
    FROM catalog.resource AS s
),

matched AS (
    SELECT n.resource_id, n.field_no, n.shown_text, v.rule_version
    FROM named AS n,
        unnest(
            [
                CAST(NULL AS VARCHAR)/*+ entries grade_rule: ,
                CASE
                    WHEN regexp_matches(n.shown_text, {pattern}, 'i')
                        AND NOT coalesce(regexp_matches(n.shown_text, {not_pattern}, 'i'), FALSE)
                    THEN {entry_key} || ' ' || {effective_from}
                END *//*+ entries detector: ,
                CASE
                    WHEN n.field_no > 0
                        AND regexp_matches(n.shown_text, {name_pattern}, 'i')
                        AND NOT coalesce(regexp_matches(n.shown_text, {not_name_pattern}, 'i'), FALSE)
                    THEN 'value.' || {entry_key} || ' ' || {effective_from}
                END */
            ]
        ) AS v(rule_version)
    WHERE v.rule_version IS NOT NULL
)

SELECT
    m.resource_id,
    m.field_no,
    g.rule_id,
    m.shown_text
FROM matched AS m
JOIN classification.rule_grade AS g USING (rule_version)
