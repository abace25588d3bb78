-- Where words of confidentiality stand (policy/confidential_term.csv): in a resource's title and conditions (field 0),
-- or in a field's name. What is said to be none (`不属于国家秘密`) is taken out before a term is looked for.
WITH term AS (
    SELECT t.term_id, printf('%s %s', t.term_id, t.effective_from) AS term_version
    FROM policy.confidential_term AS t
    JOIN delivered.horizon AS h ON in_force(t, h.judged_date)
),

said AS (
    SELECT s.resource_id, CAST(0 AS BIGINT) AS field_no, s.holder_code, v.shown_text
    FROM catalog.resource AS s,
        unnest([s.title, s.share_condition, s.open_condition]) AS v(shown_text)
    UNION ALL
    SELECT f.resource_id, f.field_no, f.holder_code, f.field_name
    FROM catalog.resource_field AS f
),

matched AS (
    SELECT s.resource_id, s.field_no, s.holder_code, s.shown_text, v.term_version
    FROM said AS s,
        unnest(
            [
                CAST(NULL AS VARCHAR)/*+ entries confidential_term: ,
                CASE
                    WHEN regexp_matches(
                        coalesce(regexp_replace(s.shown_text, {not_pattern}, '', 'g'), s.shown_text), {pattern}
                    )
                    THEN {entry_key} || ' ' || {effective_from}
                END */
            ]
        ) AS v(term_version)
    WHERE v.term_version IS NOT NULL
)

SELECT m.resource_id, m.field_no, t.term_id AS confidential_term, m.holder_code, m.shown_text
FROM matched AS m
JOIN term AS t USING (term_version)
QUALIFY row_number() OVER (PARTITION BY m.resource_id, m.field_no, t.term_id ORDER BY m.shown_text) = 1
