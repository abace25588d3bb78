-- For whom units may speak beside themselves: a department and the units above a unit for that unit, version by version
-- of the organisations that stand; and whoever was the first to deliver a kind, while the city has named none of the
-- authorities that may. A unit's superiors come from records whose deliverer may say them, else anybody would make
-- itself anybody's. Before the first version of a unit its first holds, as in catalog.roll_up.
WITH RECURSIVE first_delivery AS (
    SELECT d.kind, d.deliverer_code
    FROM landing.delivery AS d
    WHERE
        d.kind = 'organisations'
        AND d.status NOT IN ('withdrawn', 'rejected')
        AND d.deliverer_code <> 'shuzhang'
    QUALIFY row_number() OVER (PARTITION BY d.kind ORDER BY d.delivery_date, d.sequence, d.delivery_id) = 1
),

named AS (
    SELECT DISTINCT a.kind
    FROM policy.authority AS a
    JOIN policy.authority_unit AS u ON u.authority = a.who
    WHERE a.kind = 'organisations' AND a.is_allowed
),

first_deliverer AS (
    SELECT f.kind, f.deliverer_code
    FROM first_delivery AS f
    ANTI JOIN named AS n ON n.kind = f.kind
),

delivery AS (
    SELECT
        d.delivery_id, d.deliverer_code, d.source_name, d.delivery_date, d.sequence,
        d.mode = 'full' AND d.status = 'accepted' AS is_full
    FROM landing.delivery AS d
    WHERE d.kind = 'organisations' AND d.status IN ('accepted', 'partial')
),

-- Those that may say it of every unit, or of one.
allowed AS (
    SELECT DISTINCT d.delivery_id, a.subject
    FROM delivery AS d
    JOIN policy.authority AS a ON a.kind = 'organisations' AND in_force(a, d.delivery_date)
    LEFT JOIN policy.authority_unit AS u
        ON u.authority = a.who AND u.unit_code = d.deliverer_code AND in_force(u, d.delivery_date)
    LEFT JOIN first_deliverer AS f
        ON f.deliverer_code = CASE WHEN a.who = 'first_deliverer' THEN d.deliverer_code END
    WHERE
        a.is_allowed
        AND (
            a.who = 'anyone'
            OR (a.who = 'operator' AND d.deliverer_code = 'shuzhang')
            OR u.unit_code IS NOT NULL
            OR f.kind IS NOT NULL
        )
),

refused AS (
    SELECT v.delivery_id, v.ordinal
    FROM landing.violation AS v
    WHERE v.kind = 'organisations' AND v.severity = 'reject'
),

present AS (
    SELECT
        r.delivery_id, r.ordinal, d.deliverer_code, d.source_name, d.delivery_date, d.sequence, r.record_key,
        (r.body ->> '$.organisation_code') AS unit_code,
        (r.body ->> '$.parent_code') AS parent_code,
        (r.body ->> '$.department_code') AS department_code,
        CAST((r.body ->> '$.valid_from') AS DATE) AS valid_from
    FROM landing.record AS r
    JOIN delivery AS d USING (delivery_id)
    WHERE r.kind = 'organisations'
),

latest AS (
    SELECT p.*
    FROM present AS p
    JOIN allowed AS a ON a.delivery_id = p.delivery_id AND a.subject IN ('all', p.unit_code)
    ANTI JOIN refused AS x ON x.delivery_id = p.delivery_id AND x.ordinal = p.ordinal
    QUALIFY row_number() OVER (
        PARTITION BY p.deliverer_code, p.source_name, p.record_key
        ORDER BY p.delivery_date DESC, p.sequence DESC, p.ordinal
    ) = 1
),

ended AS (
    SELECT DISTINCT l.delivery_id, l.ordinal
    FROM latest AS l
    JOIN delivery AS f
        ON f.deliverer_code = l.deliverer_code
        AND f.source_name = l.source_name
        AND (f.delivery_date, f.sequence) > (l.delivery_date, l.sequence)
    ANTI JOIN present AS p ON p.delivery_id = f.delivery_id AND p.record_key = l.record_key
    WHERE f.is_full
),

-- As in catalog.organisation: of several that say the same version, the latest.
standing AS (
    SELECT l.*
    FROM latest AS l
    ANTI JOIN ended AS x ON x.delivery_id = l.delivery_id AND x.ordinal = l.ordinal
    QUALIFY row_number() OVER (
        PARTITION BY l.unit_code, l.valid_from ORDER BY l.delivery_date DESC, l.delivery_id, l.ordinal
    ) = 1
),

version AS (
    SELECT
        s.unit_code, s.parent_code, s.department_code,
        CASE
            WHEN lag(s.valid_from) OVER (PARTITION BY s.unit_code ORDER BY s.valid_from) IS NULL THEN DATE '0001-01-01'
            ELSE s.valid_from
        END AS valid_from,
        lead(s.valid_from, 1, DATE '9999-12-31') OVER (PARTITION BY s.unit_code ORDER BY s.valid_from) AS valid_to
    FROM standing AS s
),

edge AS (
    SELECT u.*
    FROM (
        SELECT v.unit_code, v.parent_code AS superior_code, v.valid_from, v.valid_to
        FROM version AS v
        WHERE v.parent_code <> v.unit_code
        UNION ALL
        SELECT v.unit_code, v.department_code, v.valid_from, v.valid_to
        FROM version AS v
        WHERE v.department_code <> v.unit_code AND v.department_code IS DISTINCT FROM v.parent_code
    ) AS u
),

-- Units that are each other's parents end here: an administration has six levels, from the state to the village.
above AS (
    SELECT e.unit_code, e.superior_code, e.valid_from, e.valid_to, 1 AS distance
    FROM edge AS e
    UNION ALL
    SELECT
        a.unit_code, e.superior_code,
        greatest(a.valid_from, e.valid_from) AS valid_from,
        least(a.valid_to, e.valid_to) AS valid_to,
        a.distance + 1 AS distance
    FROM above AS a
    JOIN edge AS e ON e.unit_code = a.superior_code AND e.valid_from < a.valid_to AND a.valid_from < e.valid_to
    WHERE a.distance < 6
)

SELECT
    'superior' AS capacity,
    a.superior_code AS speaker_code,
    a.unit_code AS spoken_for,
    a.valid_from,
    nullif(max(a.valid_to), DATE '9999-12-31') AS valid_to
FROM above AS a
GROUP BY a.superior_code, a.unit_code, a.valid_from
UNION ALL
SELECT
    'first_deliverer' AS capacity,
    f.deliverer_code AS speaker_code,
    f.kind AS spoken_for,
    DATE '0001-01-01' AS valid_from,
    CAST(NULL AS DATE) AS valid_to
FROM first_deliverer AS f
