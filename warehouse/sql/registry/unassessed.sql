-- What the catalogue holds and neither register does (应登尽登), since a criterion of scope is unknown: the list of what
-- each unit has still to assess, with what is missing.
SELECT
    s.resource_id,
    s.holder_code,
    s.holder_name,
    s.resource_code,
    s.title AS asset_name,
    t.unknown_requirements,
    s.issued_date,
    s.delivery_id,
    s.ordinal
FROM registry.resource_standing AS t
JOIN catalog.resource AS s USING (resource_id)
WHERE t.standing = 'unassessed'
