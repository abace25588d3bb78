-- Where a holder's rows break each rule: the first of them, by what the agency itself calls them and where they stand in its files.
SELECT
    f.rule_code,
    s.resource_code,
    s.title || coalesce('：' || c.field_name, '') AS name,
    r.source_file,
    r.source_pointer
FROM quality.finding AS f
JOIN catalog.resource AS s ON s.resource_id = f.resource_id
JOIN landing.record AS r ON r.delivery_id = f.delivery_id AND r.ordinal = f.ordinal
LEFT JOIN catalog.resource_field AS c
    ON f.subject_kind = 'field' AND c.resource_id = f.resource_id AND f.row_key = c.resource_id || ' ' || c.field_no
WHERE f.subject_key = $holder
QUALIFY row_number() OVER (PARTITION BY f.rule_code ORDER BY f.row_key) <= $most
ORDER BY f.rule_code, f.row_key
