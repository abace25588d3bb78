-- Asset cards: resources that pass every required recognition requirement, in the four blocks of the policy
-- (paragraph 4). The card dates from the day on which the last requirement was met; a disposal closes it.
WITH required AS (
    SELECT count(*) AS required_count
    FROM policy.recognition_criterion AS q
    JOIN delivered.horizon AS h ON in_force(q, h.judged_date)
    WHERE q.is_required
),

passed AS (
    SELECT d.resource_id, count(*) AS passed_count, max(d.effective_date) AS recognised_date
    FROM registry.recognition_decision AS d
    WHERE d.is_required AND d.result = 'pass'
    GROUP BY d.resource_id
),

cost AS (
    SELECT d.holder_code, d.resource_code, coalesce(d.available_date, d.posted_date) AS cost_date, d.amount_cny
    FROM delivered.cost AS d
    JOIN policy.cost_treatment AS t ON t.phase = d.phase AND in_force(t, d.posted_date)
    WHERE t.treatment = 'capitalised'
),

disposed AS (
    SELECT
        e.holder_code, e.resource_code, e.event_date, e.document_no, e.delivery_id, e.ordinal, e.amount_cny,
        coalesce(sum(c.amount_cny), 0) AS cost_cny
    FROM delivered.event AS e
    LEFT JOIN cost AS c
        ON c.holder_code = e.holder_code AND c.resource_code = e.resource_code AND c.cost_date <= e.event_date
    WHERE e.event_kind = 'disposal'
    GROUP BY
        e.holder_code, e.resource_code, e.event_date, e.document_no, e.delivery_id, e.ordinal, e.amount_cny
),

disposed_so_far AS (
    SELECT
        d.*,
        sum(d.amount_cny) OVER (
            PARTITION BY d.holder_code, d.resource_code ORDER BY d.event_date, d.delivery_id, d.ordinal
            ROWS UNBOUNDED PRECEDING
        ) AS taken_cny
    FROM disposed AS d
),

-- A disposal that says how much of the cost it takes out, and not all, leaves the card in use.
disposal AS (
    SELECT e.holder_code, e.resource_code, e.event_date, e.document_no
    FROM disposed_so_far AS e
    WHERE coalesce(e.amount_cny, 0) <= 0 OR e.taken_cny >= e.cost_cny
    QUALIFY row_number() OVER (
        PARTITION BY e.holder_code, e.resource_code ORDER BY e.event_date, e.delivery_id, e.ordinal
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
JOIN passed AS p USING (resource_id)
JOIN required AS q ON q.required_count = p.passed_count
JOIN classification.resource_grade AS g USING (resource_id)
LEFT JOIN disposal AS x ON x.holder_code = s.holder_code AND x.resource_code = s.resource_code
