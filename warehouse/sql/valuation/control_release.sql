-- Findings that a person released: from when and until when. Only another than the holder of the finding releases
-- (policy/authority.csv says who may), with an expiry; a later decision on the finding ends an earlier one. A release
-- that is renewed counts as one with the first.
WITH decided AS (
    SELECT
        d.subject_key AS finding_key,
        split_part(d.subject_key, '|', 1) AS holder_code,
        d.decision, d.decision_id, d.reason,
        d.decided_by AS decider_name,
        d.decided_date,
        lead(d.decided_date) OVER (
            PARTITION BY d.subject_key ORDER BY d.decided_date, d.delivery_date, d.delivery_id, d.ordinal
        ) AS next_date,
        d.expires_date, d.delivery_date, d.delivery_id, d.ordinal
    FROM delivered.decision AS d
    WHERE
        d.subject_kind = 'control'
        AND d.deliverer_code <> split_part(d.subject_key, '|', 1)
        AND (d.expires_date IS NOT NULL OR d.decision IS DISTINCT FROM 'release')
),

-- Released on the last day, still.
released AS (
    SELECT d.*, least(CAST(d.expires_date + INTERVAL 1 DAY AS DATE), d.next_date) AS end_date
    FROM decided AS d
    WHERE d.decision = 'release' AND d.expires_date >= d.decided_date
)

SELECT
    r.finding_key,
    min(r.holder_code) AS holder_code,
    min(r.decided_date) AS release_date,
    max(r.end_date) AS end_date,
    arg_max(r.decision_id, row(r.decided_date, r.decision_id)) AS decision_id,
    arg_max(r.decider_name, row(r.decided_date, r.decision_id)) AS decider_name,
    arg_max(r.reason, row(r.decided_date, r.decision_id)) AS reason
FROM released AS r
WHERE r.end_date > r.decided_date
GROUP BY r.finding_key
