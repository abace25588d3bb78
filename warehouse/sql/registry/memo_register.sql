-- The memo register (备查簿): resources in scope that cannot be recognised yet, with what failed and what is unknown, and
-- the earlier stay of those that have a card since. In the register of a day is what was entered up to it and has not
-- left; what is not yet known to be in scope is in neither register.
SELECT
    s.resource_id,
    s.holder_code,
    s.holder_name,
    s.resource_code,
    s.title AS asset_name,
    t.scope_date AS entered_date,
    t.recognised_date AS left_date,
    t.failed_requirements,
    t.unknown_requirements,
    -- DuckDB splits an empty text into one part.
    CASE WHEN t.failed_requirements IS NULL THEN 0 ELSE len(string_split(t.failed_requirements, ';')) END
        AS failed_count,
    CASE WHEN t.unknown_requirements IS NULL THEN 0 ELSE len(string_split(t.unknown_requirements, ';')) END
        AS unknown_count
FROM catalog.resource AS s
JOIN registry.resource_standing AS t USING (resource_id)
WHERE t.standing = 'memo' OR (t.standing = 'card' AND t.recognised_date > t.scope_date)
