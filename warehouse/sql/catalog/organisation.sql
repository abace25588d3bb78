-- Organisations as delivered: an effective-dated tree, one row a version.
WITH code AS (
    SELECT (e.body ->> '$.code_list') AS code_list, (e.body ->> '$.label') AS label, (e.body ->> '$.code') AS code
    FROM policy.entry AS e
    WHERE e.list_name = 'code_value'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

delivered AS (
    SELECT c.delivery_id, c.ordinal, c.delivery_date, r.body
    FROM landing.current_record AS c
    JOIN landing.record AS r ON r.delivery_id = c.delivery_id AND r.ordinal = c.ordinal
    WHERE c.kind = 'organisations'
)

SELECT
    (d.body ->> '$.organisation_code') AS organisation_code,
    CAST((d.body ->> '$.valid_from') AS DATE) AS valid_from,
    CAST((d.body ->> '$.valid_to') AS DATE) AS valid_to,
    (d.body ->> '$.name') AS name,
    l.code AS level,
    (d.body ->> '$.district_code') AS district_code,
    coalesce((d.body ->> '$.district_name'), (d.body ->> '$.district_code')) AS district_name,
    k.code AS unit_kind,
    (d.body ->> '$.parent_code') AS parent_code,
    coalesce((d.body ->> '$.department_code'), (d.body ->> '$.organisation_code')) AS department_code,
    s.code AS accounting_system,
    d.delivery_id,
    d.ordinal
FROM delivered AS d
JOIN code AS l ON l.code_list = 'organisation_level' AND l.label = (d.body ->> '$.level')
JOIN code AS k ON k.code_list = 'unit_kind' AND k.label = (d.body ->> '$.unit_kind')
LEFT JOIN code AS s ON s.code_list = 'accounting_system' AND s.label = (d.body ->> '$.accounting_system')
QUALIFY row_number() OVER (
    PARTITION BY (d.body ->> '$.organisation_code'), (d.body ->> '$.valid_from')
    ORDER BY d.delivery_date DESC, d.delivery_id, d.ordinal
) = 1
