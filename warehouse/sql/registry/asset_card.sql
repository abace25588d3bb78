-- Asset cards: resources that meet every criterion of scope and recognition, in the four blocks of the policy
-- (paragraph 4). The card dates from the day on which the last of them was met; a disposal of the whole, or a person's
-- decision, closes it.
WITH cost AS (
    SELECT d.holder_code, d.resource_code, d.available_date, d.posted_date, d.amount_cny
    FROM delivered.cost AS d
    JOIN policy.cost_treatment AS t ON t.phase = d.phase AND in_force(t, d.posted_date)
    WHERE t.treatment = 'capitalised'
),

available AS (
    SELECT c.holder_code, c.resource_code, min(c.available_date) AS available_date
    FROM cost AS c
    GROUP BY c.holder_code, c.resource_code
),

disposed AS (
    SELECT
        e.holder_code, e.resource_code, e.event_date, e.document_no, e.delivery_id, e.ordinal, e.amount_cny,
        coalesce(sum(c.amount_cny), 0) AS cost_cny
    FROM delivered.event AS e
    LEFT JOIN cost AS c
        ON c.holder_code = e.holder_code
        AND c.resource_code = e.resource_code
        AND coalesce(c.available_date, c.posted_date) <= e.event_date
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
),

closed AS (
    SELECT
        t.*,
        a.available_date,
        a.holder_code IS NOT NULL AND a.available_date IS NULL AS is_in_development,
        -- greatest() and least() pass over NULL.
        CASE
            WHEN x.event_date IS NOT NULL AND (t.derecognised_date IS NULL OR x.event_date <= t.derecognised_date)
                THEN greatest(x.event_date, t.recognised_date)
            ELSE t.derecognised_date
        END AS disposed_date,
        CASE
            WHEN x.event_date IS NOT NULL AND (t.derecognised_date IS NULL OR x.event_date <= t.derecognised_date)
                THEN x.document_no
            ELSE t.derecognition_document_no
        END AS disposal_document_no
    FROM registry.resource_standing AS t
    LEFT JOIN disposal AS x USING (holder_code, resource_code)
    LEFT JOIN available AS a USING (holder_code, resource_code)
    WHERE t.standing = 'card'
)

SELECT
    'card-' || s.resource_id AS card_id,
    s.resource_id,
    s.holder_code,
    s.resource_code,
    s.title AS asset_name,
    CASE
        WHEN p.disposed_date IS NOT NULL THEN 'disposed'
        WHEN p.is_in_development THEN 'in_development'
        ELSE 'in_use'
    END AS card_status,
    p.recognised_date,
    p.available_date,
    coalesce(date_trunc('month', p.recognised_date) > date_trunc('month', p.available_date), FALSE)
        AS is_recognised_late,
    p.disposed_date,
    p.disposal_document_no,
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
JOIN closed AS p USING (resource_id)
JOIN classification.resource_grade AS g USING (resource_id)
