-- Decisions that do nothing as they are written, told since whoever made them thinks that they do: on recognition, of a
-- criterion that there is not, or of one that papers alone show (the tests of development), or with another word than
-- met or not met; on a finding of the controls, of a control that there is not; on a check of the forms, of one that
-- there is not; on two cards, as `registry.double_count` says. What is nearest to the name is what may have been meant.
-- Decisions on grades that find no subject are in `classification.grade_finding`.
WITH said AS (
    SELECT
        d.delivery_id, d.ordinal, d.deliverer_code, d.decision_id, d.delivery_date, d.subject_kind, d.decision_label,
        split_part(d.subject_key, '|', CASE d.subject_kind WHEN 'check' THEN 4 ELSE 1 END) AS holder_code,
        CASE d.subject_kind WHEN 'recognition' THEN split_part(d.subject_key, '|', 2) ELSE '' END AS resource_code,
        CASE d.subject_kind
            WHEN 'recognition' THEN split_part(d.subject_key, '|', 3)
            WHEN 'check' THEN split_part(d.subject_key, '|', 1) || '|' || split_part(d.subject_key, '|', 2)
            ELSE split_part(d.subject_key, '|', 2)
        END AS said_name
    FROM delivered.decision AS d
    WHERE d.subject_kind IN ('recognition', 'control', 'check')
),

-- What a decision may name on its day: criteria by their labels, of which some are decided on, controls, and checks.
name AS (
    SELECT s.delivery_id, s.ordinal, s.said_name, k.label AS name, q.criterion IS NOT NULL AS is_decided
    FROM said AS s
    JOIN policy.code_value AS k ON k.code_list = 'recognition_criterion' AND in_force(k, s.delivery_date)
    LEFT JOIN policy.recognition_criterion AS q ON q.criterion = k.code AND in_force(q, s.delivery_date)
    WHERE s.subject_kind = 'recognition'
    UNION ALL
    SELECT s.delivery_id, s.ordinal, s.said_name, c.kind, TRUE
    FROM said AS s
    JOIN policy.control_finding_kind AS c ON c.effect IS NOT NULL AND in_force(c, s.delivery_date)
    WHERE s.subject_kind = 'control'
    UNION ALL
    SELECT s.delivery_id, s.ordinal, s.said_name, c.form || '|' || c.check_code, TRUE
    FROM said AS s
    JOIN policy.report_check AS c ON in_force(c, s.delivery_date)
    WHERE s.subject_kind = 'check'
),

named AS (
    SELECT n.delivery_id, n.ordinal, bool_or(n.is_decided) AS is_decided
    FROM name AS n
    WHERE n.name = n.said_name
    GROUP BY n.delivery_id, n.ordinal
),

-- At most half of it may be another.
nearest AS (
    SELECT n.delivery_id, n.ordinal, n.name AS meant_name
    FROM name AS n
    WHERE
        n.said_name <> ''
        AND n.is_decided
        AND 2 * levenshtein(n.said_name, n.name) <= greatest(strlen(n.said_name), strlen(n.name))
    QUALIFY row_number() OVER (
        PARTITION BY n.delivery_id, n.ordinal ORDER BY levenshtein(n.said_name, n.name), n.name
    ) = 1
),

judged AS (
    SELECT
        s.*,
        CASE
            WHEN d.delivery_id IS NULL AND s.subject_kind = 'control' THEN 'control_unknown'
            WHEN d.delivery_id IS NULL AND s.subject_kind = 'check' THEN 'check_unknown'
            WHEN d.delivery_id IS NULL THEN 'criterion_unknown'
            WHEN NOT d.is_decided THEN 'criterion_not_decided'
            WHEN s.subject_kind = 'recognition' AND w.label IS NULL THEN 'decision_unsuited'
        END AS finding_kind
    FROM said AS s
    LEFT JOIN named AS d USING (delivery_id, ordinal)
    LEFT JOIN policy.code_value AS w
        ON w.code_list = 'statement' AND w.label = s.decision_label AND in_force(w, s.delivery_date)
)

SELECT
    j.delivery_id,
    j.ordinal,
    j.finding_kind,
    j.deliverer_code,
    j.holder_code,
    j.resource_code,
    j.decision_id,
    CASE j.finding_kind WHEN 'decision_unsuited' THEN j.decision_label ELSE j.said_name END AS said_name,
    CASE
        WHEN j.finding_kind IN ('criterion_unknown', 'control_unknown', 'check_unknown') THEN n.meant_name
    END AS meant_name
FROM judged AS j
LEFT JOIN nearest AS n USING (delivery_id, ordinal)
WHERE j.finding_kind IS NOT NULL
UNION ALL
SELECT
    c.delivery_id, c.ordinal, c.finding_kind, c.deliverer_code, c.holder_code, c.resource_code, c.decision_id,
    c.said_name, NULL
FROM registry.double_count AS c
WHERE c.finding_kind IS NOT NULL
