-- What persons decided on grades, and whether each decision is in force on the day up to which the deliveries go. A
-- later decision on a subject replaces the earlier ones for good: when it has expired, the rules hold again, not
-- what was decided before it. A decision is on a field, on a resource, or on a name in all resources of a holder.
WITH decided AS (
    SELECT
        d.delivery_id, d.ordinal, d.decision_id,
        split_part(d.subject_key, '|', 1) AS holder_code,
        coalesce(n.current_code, split_part(d.subject_key, '|', 2)) AS resource_code,
        -- A field's name may have the mark itself.
        regexp_replace(d.subject_key, '^[^|]*[|]?[^|]*[|]?', '') AS field_name,
        d.decision AS grade,
        k.name_zh AS grade_label,
        d.reason,
        d.decided_by AS decider_name,
        d.decided_date, d.expires_date
    FROM delivered.decision AS d
    JOIN policy.code_value AS k
        ON k.code_list = 'decision' AND k.label = d.decision_label AND in_force(k, d.delivery_date)
    LEFT JOIN delivered.code_change AS n
        ON n.holder_code = split_part(d.subject_key, '|', 1)
        AND n.former_code = split_part(d.subject_key, '|', 2)
        AND n.current_code IS NOT NULL
    -- A row of the list of names to grade that came back undecided says nothing.
    WHERE d.subject_kind = 'grade' AND d.decision <> 'ungraded'
),

scoped AS (
    SELECT
        d.*,
        CASE
            WHEN d.field_name = '' THEN 'resource'
            WHEN d.resource_code = '' THEN 'name'
            ELSE 'field'
        END AS subject_scope
    FROM decided AS d
),

-- Fields of one name in a resource are one subject.
field AS (
    SELECT f.resource_id, f.field_name, min(f.field_no) AS field_no, count(*) AS field_count
    FROM catalog.resource_field AS f
    GROUP BY f.resource_id, f.field_name
),

of_name AS (
    SELECT f.holder_code, f.field_name, count(*) AS field_count
    FROM catalog.resource_field AS f
    GROUP BY f.holder_code, f.field_name
),

of_resource AS (
    SELECT f.resource_id, count(*) AS field_count
    FROM catalog.resource_field AS f
    GROUP BY f.resource_id
),

subject AS (
    SELECT
        d.*, s.resource_id,
        CASE d.subject_scope
            WHEN 'resource' THEN CASE WHEN s.resource_id IS NOT NULL THEN 0 END
            WHEN 'field' THEN f.field_no
        END AS field_no,
        coalesce(
            CASE d.subject_scope
                WHEN 'resource' THEN r.field_count
                WHEN 'field' THEN f.field_count
                ELSE n.field_count
            END,
            0
        ) AS field_count
    FROM scoped AS d
    LEFT JOIN catalog.resource AS s
        ON s.holder_code = d.holder_code
        AND s.resource_code = CASE WHEN d.subject_scope <> 'name' THEN d.resource_code END
    LEFT JOIN field AS f
        ON f.resource_id = s.resource_id
        AND f.field_name = CASE WHEN d.subject_scope = 'field' THEN d.field_name END
    LEFT JOIN of_resource AS r
        ON r.resource_id = CASE WHEN d.subject_scope = 'resource' THEN s.resource_id END
    LEFT JOIN of_name AS n
        ON n.holder_code = d.holder_code
        AND n.field_name = CASE WHEN d.subject_scope = 'name' THEN d.field_name END
    QUALIFY row_number() OVER (PARTITION BY d.delivery_id, d.ordinal ORDER BY s.resource_id) = 1
),

placed AS (
    SELECT
        s.*, j.judged_date,
        s.decided_date > j.judged_date AS is_to_come,
        row_number() OVER (
            PARTITION BY s.holder_code, s.resource_code, s.field_name, s.decided_date > j.judged_date
            ORDER BY s.decided_date DESC, s.delivery_id DESC, s.ordinal DESC
        ) AS place
    FROM subject AS s
    CROSS JOIN delivered.horizon AS j
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
    p.subject_scope,
    p.field_count AS covered_field_count,
    CASE
        WHEN l.grade IS NULL THEN 'no_grade'
        WHEN p.field_no IS NULL AND (p.subject_scope <> 'name' OR p.field_count = 0) THEN 'no_subject'
        WHEN p.is_to_come THEN 'to_come'
        WHEN p.place > 1 THEN 'replaced'
        WHEN p.expires_date < p.judged_date THEN 'expired'
        ELSE 'in_force'
    END AS decision_state,
    p.judged_date,
    l.grade,
    l.rank AS grade_rank,
    CASE WHEN l.grade IS NOT NULL THEN p.grade_label END AS grade_label,
    l.zhejiang_level,
    p.reason,
    p.decider_name,
    p.decided_date,
    p.expires_date
FROM placed AS p
LEFT JOIN policy.grade_level AS l ON l.grade = p.grade AND in_force(l, p.judged_date)
