-- Where each unit counts: in itself, its department, the district of its department (wherever it lies itself) and
-- the city, version by version; who joins says the day. Before the first version of a unit its first holds. A unit
-- is placed by its own record alone, so that its row leads to no other's. Who holds resources or keeps books and is
-- not registered stands under “unregistered”.
WITH version AS (
    SELECT
        o.organisation_code AS unit_code,
        o.name, o.department_code, o.district_code, o.district_name,
        CASE
            WHEN lag(o.valid_from) OVER (PARTITION BY o.organisation_code ORDER BY o.valid_from) IS NULL
            THEN DATE '0001-01-01'
            ELSE o.valid_from
        END AS valid_from,
        lead(o.valid_from) OVER (PARTITION BY o.organisation_code ORDER BY o.valid_from) AS valid_to
    FROM catalog.organisation AS o
),

-- One record is enough to know of a holder.
holder AS (
    SELECT r.holder_code, r.holder_name, 1 AS preference
    FROM catalog.resource AS r
    QUALIFY row_number() OVER (PARTITION BY r.holder_code ORDER BY r.holder_name, r.resource_id) = 1
    UNION ALL
    SELECT g.holder_code, g.holder_code AS holder_name, 2 AS preference
    FROM delivered.ledger AS g
    QUALIFY row_number() OVER (PARTITION BY g.holder_code ORDER BY g.delivery_id, g.ordinal) = 1
),

unregistered AS (
    SELECT h.holder_code, h.holder_name
    FROM holder AS h
    ANTI JOIN version AS v ON v.unit_code = h.holder_code
    QUALIFY row_number() OVER (PARTITION BY h.holder_code ORDER BY h.preference) = 1
),

unit AS (
    SELECT v.unit_code, v.name, v.department_code, v.valid_from, v.valid_to
    FROM version AS v
    UNION ALL
    SELECT s.holder_code, s.holder_name, 'unregistered', DATE '0001-01-01', NULL
    FROM unregistered AS s
),

department AS (
    SELECT
        u.unit_code, u.department_code,
        CASE WHEN u.department_code = 'unregistered' THEN '未登记单位' ELSE coalesce(p.name, u.department_code) END AS name,
        coalesce(p.district_code, 'unregistered') AS district_code,
        coalesce(p.district_name, '未登记单位') AS district_name,
        greatest(u.valid_from, p.valid_from) AS valid_from,
        least(u.valid_to, p.valid_to) AS valid_to
    FROM unit AS u
    LEFT JOIN version AS p
        ON p.unit_code = u.department_code
        AND coalesce(p.valid_to, DATE 'infinity') > u.valid_from
        AND p.valid_from < coalesce(u.valid_to, DATE 'infinity')
)

SELECT
    u.unit_code,
    'unit' AS level,
    u.unit_code AS entity_code,
    u.name AS entity_name,
    u.department_code AS parent_code,
    u.valid_from,
    u.valid_to
FROM unit AS u
UNION ALL
SELECT d.unit_code, 'department', d.department_code, d.name, d.district_code, d.valid_from, d.valid_to
FROM department AS d
UNION ALL
SELECT d.unit_code, 'district', d.district_code, d.district_name, 'city', d.valid_from, d.valid_to
FROM department AS d
UNION ALL
SELECT u.unit_code, 'city', 'city', '全市', NULL, u.valid_from, u.valid_to
FROM unit AS u
