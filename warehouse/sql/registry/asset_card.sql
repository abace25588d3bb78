-- Asset cards: resources that pass every required recognition requirement, in the four blocks of the policy (paragraph 4).
-- The card dates from the day on which the last requirement was met; a disposal closes it.
WITH requirement AS (
    SELECT (e.body ->> '$.is_required') = 'yes' AS is_required
    FROM policy.entry AS e
    WHERE e.list_name = 'recognition_criterion'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

required AS (
    SELECT count(*) AS required_count
    FROM requirement AS q
    WHERE q.is_required
),

passed AS (
    SELECT d.resource_id, count(*) AS passed_count, max(d.effective_date) AS recognised_date
    FROM registry.recognition_decision AS d
    WHERE d.is_required AND d.result = 'pass'
    GROUP BY d.resource_id
),

code AS (
    SELECT (e.body ->> '$.code_list') AS code_list, (e.body ->> '$.label') AS label, (e.body ->> '$.code') AS code
    FROM policy.entry AS e
    WHERE e.list_name = 'code_value'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

disposal AS (
    SELECT
        coalesce((r.body ->> '$.holder_code'), c.default_holder_code) AS holder_code,
        (r.body ->> '$.resource_code') AS resource_code,
        CAST((r.body ->> '$.event_date') AS DATE) AS event_date,
        (r.body ->> '$.document_no') AS document_no
    FROM landing.current_record AS c
    JOIN landing.record AS r ON r.delivery_id = c.delivery_id AND r.ordinal = c.ordinal
    JOIN code AS k ON k.code_list = 'event_kind' AND k.label = (r.body ->> '$.event_kind') AND k.code = 'disposal'
    WHERE c.kind = 'events'
    QUALIFY row_number() OVER (
        PARTITION BY coalesce((r.body ->> '$.holder_code'), c.default_holder_code), (r.body ->> '$.resource_code')
        ORDER BY CAST((r.body ->> '$.event_date') AS DATE), c.delivery_id, c.ordinal
    ) = 1
)

SELECT
    'card-' || s.resource_id AS card_id,
    s.resource_id,
    s.holder_code,
    s.resource_code,
    s.title AS asset_name,
    CASE WHEN x.event_date IS NULL THEN 'in_use' ELSE 'disposed' END AS card_status,
    p.recognised_date,
    -- greatest() passes over NULL, so a card without a disposal would get its own recognition date.
    CASE WHEN x.event_date IS NOT NULL THEN greatest(x.event_date, p.recognised_date) END AS disposed_date,
    x.document_no AS disposal_document_no,
    s.holder_name AS right_holder_name,
    s.share_type,
    s.open_type,
    s.update_cycle,
    s.format,
    s.field_count,
    g.grade,
    g.grade_label,
    g.is_candidate AS is_grade_candidate
FROM catalog.resource AS s
JOIN passed AS p ON p.resource_id = s.resource_id
JOIN required AS q ON q.required_count = p.passed_count
JOIN classification.resource_grade AS g ON g.resource_id = s.resource_id
LEFT JOIN disposal AS x ON x.holder_code = s.holder_code AND x.resource_code = s.resource_code
