-- What persons decided on grades, and whether each decision is in force. No clock is read: the day on which that is judged is the date of
-- the latest delivery that stands, so that the same deliveries give the same grades on any day. A later decision on a subject replaces
-- the earlier ones for good: when it has expired, the rules hold again, not what was decided before it.
WITH code AS (
    SELECT
        (e.body ->> '$.code_list') AS code_list,
        (e.body ->> '$.label') AS label,
        (e.body ->> '$.code') AS code,
        (e.body ->> '$.name_zh') AS name_zh
    FROM policy.entry AS e
    WHERE e.list_name = 'code_value'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

level AS (
    SELECT
        (e.body ->> '$.grade') AS grade,
        CAST((e.body ->> '$.rank') AS INTEGER) AS grade_rank,
        (e.body ->> '$.zhejiang_level') AS zhejiang_level
    FROM policy.entry AS e
    WHERE e.list_name = 'grade_level'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

judged AS (
    SELECT max(d.delivery_date) AS judged_date
    FROM landing.delivery AS d
    WHERE d.status IN ('accepted', 'partial')
),

delivered AS (
    SELECT
        c.delivery_id,
        c.ordinal,
        (r.body ->> '$.decision_id') AS decision_id,
        split_part((r.body ->> '$.subject_key'), '|', 1) AS holder_code,
        split_part((r.body ->> '$.subject_key'), '|', 2) AS resource_code,
        -- A field's name may have the mark itself.
        regexp_replace((r.body ->> '$.subject_key'), '^[^|]*[|]?[^|]*[|]?', '') AS field_name,
        k.code AS grade,
        k.name_zh AS grade_label,
        (r.body ->> '$.reason') AS reason,
        (r.body ->> '$.decided_by') AS decider_name,
        CAST((r.body ->> '$.decided_at') AS DATE) AS decided_date,
        CAST((r.body ->> '$.expires_at') AS DATE) AS expires_date
    FROM landing.current_record AS c
    JOIN landing.record AS r ON r.delivery_id = c.delivery_id AND r.ordinal = c.ordinal
    JOIN code AS w ON w.code_list = 'decision_subject' AND w.label = (r.body ->> '$.subject_kind') AND w.code = 'grade'
    JOIN code AS k ON k.code_list = 'decision' AND k.label = (r.body ->> '$.decision')
    WHERE c.kind = 'decisions'
),

subject AS (
    SELECT
        d.*,
        s.resource_id,
        CASE WHEN d.field_name = '' AND s.resource_id IS NOT NULL THEN 0 ELSE f.field_no END AS field_no
    FROM delivered AS d
    LEFT JOIN catalog.resource AS s ON s.holder_code = d.holder_code AND s.resource_code = d.resource_code
    LEFT JOIN catalog.resource_field AS f
        ON d.field_name <> '' AND f.resource_id = s.resource_id AND f.field_name = d.field_name
    -- Two fields of one name are one subject.
    QUALIFY row_number() OVER (PARTITION BY d.delivery_id, d.ordinal ORDER BY s.resource_id, f.field_no) = 1
),

placed AS (
    SELECT
        s.*,
        j.judged_date,
        s.decided_date > j.judged_date AS is_to_come,
        row_number() OVER (
            PARTITION BY s.holder_code, s.resource_code, s.field_name, s.decided_date > j.judged_date
            ORDER BY s.decided_date DESC, s.delivery_id DESC, s.ordinal DESC
        ) AS place
    FROM subject AS s
    CROSS JOIN judged AS j
)

SELECT
    p.delivery_id,
    p.ordinal,
    p.decision_id,
    p.holder_code,
    p.resource_code,
    p.resource_id,
    p.field_no,
    p.field_name,
    CASE
        WHEN l.grade IS NULL THEN 'no_grade'
        WHEN p.field_no IS NULL THEN 'no_subject'
        WHEN p.is_to_come THEN 'to_come'
        WHEN p.place > 1 THEN 'replaced'
        WHEN p.expires_date < p.judged_date THEN 'expired'
        ELSE 'in_force'
    END AS decision_state,
    p.judged_date,
    l.grade,
    l.grade_rank,
    CASE WHEN l.grade IS NOT NULL THEN p.grade_label END AS grade_label,
    l.zhejiang_level,
    p.reason,
    p.decider_name,
    p.decided_date,
    p.expires_date
FROM placed AS p
LEFT JOIN level AS l ON l.grade = p.grade
