-- Where a holder's rows break each rule: the first of them, by what the agency itself calls them and where they
-- stand in its files.
SELECT
    f.rule_code,
    coalesce(s.resource_code, '') AS resource_code,
    coalesce(t.content_name, s.title) || coalesce('：' || coalesce(c.field_name, k.heading), '') AS name,
    r.source_file,
    r.source_pointer
FROM quality.finding AS f
LEFT JOIN catalog.resource AS s ON s.resource_id = f.resource_id
JOIN landing.record AS r ON r.delivery_id = f.delivery_id AND r.ordinal = f.ordinal
LEFT JOIN catalog.resource_field AS c
    ON f.subject_kind = 'field' AND c.resource_id = f.resource_id AND f.row_key = c.resource_id || ' ' || c.field_no
LEFT JOIN catalog.content_table AS t
    ON f.subject_kind IN ('table', 'column') AND t.table_id = split_part(f.row_key, ' ', 1)
LEFT JOIN catalog.content_column AS k
    ON f.subject_kind = 'column' AND k.table_id = t.table_id AND f.row_key = k.table_id || ' ' || k.column_no
WHERE f.subject_key = $holder
QUALIFY row_number() OVER (PARTITION BY f.rule_code ORDER BY f.row_key) <= $most
ORDER BY f.rule_code, f.row_key
