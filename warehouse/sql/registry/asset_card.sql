-- Asset cards: resources that meet every criterion of scope and recognition, in the four blocks of the policy
-- (paragraph 4). The card dates from the day on which the last of them was met; an event with which the whole leaves,
-- or a person's decision, closes it. Its number follows from the holder and the first code of the resource alone,
-- whoever delivers it in whatever source or record.
WITH disposal AS (
    SELECT e.resource_id, e.event_kind, e.event_date, e.document_no
    FROM registry.card_event AS e
    WHERE e.event_effect = 'leave'
),

-- What comes of a split or merge begins on its day, and takes over what came of another from then on.
begun AS (
    SELECT s.holder_code, s.resource_code, min(s.event_date) AS begun_date
    FROM registry.succession AS s
    WHERE s.is_taken_over
    GROUP BY s.holder_code, s.resource_code
),

recognised AS (
    SELECT
        t.resource_id, t.holder_code, t.resource_code, t.derecognised_date, t.derecognition_document_no,
        greatest(t.recognised_date, b.begun_date) AS recognised_date
    FROM registry.resource_standing AS t
    LEFT JOIN begun AS b USING (holder_code, resource_code)
    WHERE t.standing = 'card'
),

closed AS (
    SELECT
        t.*,
        a.available_date,
        a.acquisition,
        a.value_basis,
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
        END AS disposal_document_no,
        CASE
            WHEN x.event_date IS NOT NULL AND (t.derecognised_date IS NULL OR x.event_date <= t.derecognised_date)
                THEN x.event_kind
            WHEN t.derecognised_date IS NOT NULL THEN 'decision'
        END AS disposal_kind
    FROM recognised AS t
    LEFT JOIN disposal AS x USING (resource_id)
    LEFT JOIN registry.resource_cost AS a USING (holder_code, resource_code)
),

recoded AS (
    SELECT c.holder_code, c.current_code, min(c.first_code) AS first_code
    FROM delivered.code_change AS c
    WHERE c.current_code IS NOT NULL
    GROUP BY c.holder_code, c.current_code
)

SELECT
    'card-' || left(sha256(s.holder_code || '|' || coalesce(n.first_code, s.resource_code)), 20) AS card_id,
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
    p.acquisition,
    p.value_basis,
    coalesce(date_trunc('month', p.recognised_date) > date_trunc('month', p.available_date), FALSE)
        AS is_recognised_late,
    p.disposed_date,
    p.disposal_document_no,
    p.disposal_kind,
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
LEFT JOIN recoded AS n ON n.holder_code = s.holder_code AND n.current_code = s.resource_code
