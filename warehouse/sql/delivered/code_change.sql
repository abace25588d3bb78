-- Changes of a resource's code that units delivered as events (变更编码), and where each old code leads: what was and is
-- delivered under it counts for the present code, and the card keeps the number that its first code gave it. A code is
-- left once and taken once; a change that says otherwise counts for nothing, and is told as a finding.
WITH RECURSIVE delivered_change AS (
    SELECT
        c.delivery_id, c.ordinal,
        coalesce((r.body ->> '$.holder_code'), c.default_holder_code) AS holder_code,
        (r.body ->> '$.former_code') AS former_code,
        (r.body ->> '$.resource_code') AS resource_code,
        CAST((r.body ->> '$.event_date') AS DATE) AS event_date,
        (r.body ->> '$.document_no') AS document_no
    FROM landing.current_record AS c
    JOIN landing.record AS r ON r.delivery_id = c.delivery_id AND r.ordinal = c.ordinal
    JOIN policy.code_value AS k
        ON k.code_list = 'event_kind'
        AND k.label = (r.body ->> '$.event_kind')
        AND k.code = 'code_change'
        AND in_force(k, c.delivery_date)
    WHERE c.kind = 'events' AND r.kind = 'events'
),

placed AS (
    SELECT
        d.*,
        row_number() OVER (
            PARTITION BY d.holder_code ORDER BY d.event_date, d.delivery_id, d.ordinal
        ) AS step_no,
        row_number() OVER (
            PARTITION BY d.holder_code, d.former_code ORDER BY d.event_date, d.delivery_id, d.ordinal
        ) AS left_no,
        row_number() OVER (
            PARTITION BY d.holder_code, d.resource_code ORDER BY d.event_date, d.delivery_id, d.ordinal
        ) AS taken_no
    FROM delivered_change AS d
),

counted AS (
    SELECT p.*
    FROM placed AS p
    WHERE p.left_no = 1 AND p.taken_no = 1 AND p.former_code <> p.resource_code
),

-- From each old code on, change by change; each step is later than the one before it.
way AS (
    SELECT c.holder_code, c.former_code, c.step_no AS first_step, c.resource_code AS current_code, c.step_no
    FROM counted AS c
    UNION ALL
    SELECT w.holder_code, w.former_code, w.first_step, n.resource_code, n.step_no
    FROM way AS w
    JOIN counted AS n
        ON n.holder_code = w.holder_code AND n.former_code = w.current_code AND n.step_no > w.step_no
),

ended AS (
    SELECT w.holder_code, w.former_code, w.first_step, w.current_code
    FROM way AS w
    QUALIFY row_number() OVER (PARTITION BY w.holder_code, w.former_code ORDER BY w.step_no DESC) = 1
),

begun AS (
    SELECT e.holder_code, e.current_code, e.former_code AS first_code
    FROM ended AS e
    QUALIFY row_number() OVER (PARTITION BY e.holder_code, e.current_code ORDER BY e.first_step) = 1
)

SELECT
    p.delivery_id,
    p.ordinal,
    p.holder_code,
    p.former_code,
    p.resource_code,
    p.event_date,
    p.document_no,
    e.current_code,
    b.first_code
FROM placed AS p
LEFT JOIN counted AS c ON c.delivery_id = p.delivery_id AND c.ordinal = p.ordinal
LEFT JOIN ended AS e ON e.holder_code = c.holder_code AND e.former_code = c.former_code
LEFT JOIN begun AS b ON b.holder_code = e.holder_code AND b.current_code = e.current_code
