-- The memo register (备查簿): resources in scope that are not recognised, with what failed and what is unknown, each
-- stay with the day on which it began and, where it has ended, the day on which the resource went to a card or was
-- decided to be no asset. What a decision on a criterion of recognition ends as a card comes back here. In the
-- register of a day is what was entered up to it and has not left; what is not yet known to be in scope is in neither
-- register.
WITH stay AS (
    SELECT
        t.resource_id,
        t.scope_date AS entered_date,
        CASE t.standing
            WHEN 'card' THEN t.recognised_date
            WHEN 'outside' THEN t.scope_end_date
        END AS left_date,
        CASE t.standing WHEN 'memo' THEN NULL ELSE t.standing END AS left_to
    FROM registry.resource_standing AS t
    WHERE
        (t.standing = 'memo' AND t.scope_date IS NOT NULL)
        OR (t.standing = 'card' AND t.recognised_date > t.scope_date)
        OR (t.standing = 'outside' AND t.scope_end_date > t.scope_date)
    UNION ALL
    SELECT
        t.resource_id,
        t.derecognised_date,
        t.scope_end_date,
        CASE WHEN t.scope_end_date IS NOT NULL THEN 'outside' END
    FROM registry.resource_standing AS t
    JOIN registry.asset_card AS c USING (resource_id)
    WHERE
        -- An event before the decision had ended the card for good.
        c.disposed_date = t.derecognised_date
        AND c.disposal_document_no IS NOT DISTINCT FROM t.derecognition_document_no
        AND (t.scope_end_date IS NULL OR t.scope_end_date > t.derecognised_date)
)

SELECT
    s.resource_id,
    s.holder_code,
    s.holder_name,
    s.resource_code,
    s.title AS asset_name,
    y.entered_date,
    y.left_date,
    y.left_to,
    t.failed_requirements,
    t.unknown_requirements,
    -- DuckDB splits an empty text into one part.
    CASE WHEN t.failed_requirements IS NULL THEN 0 ELSE len(string_split(t.failed_requirements, ';')) END
        AS failed_count,
    CASE WHEN t.unknown_requirements IS NULL THEN 0 ELSE len(string_split(t.unknown_requirements, ';')) END
        AS unknown_count
FROM stay AS y
JOIN catalog.resource AS s USING (resource_id)
JOIN registry.resource_standing AS t USING (resource_id)
