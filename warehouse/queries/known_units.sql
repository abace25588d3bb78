-- The units that the standing deliveries of organisations know, each with the name of its latest version.
WITH told AS (
    SELECT d.deliverer_code, d.delivery_id, d.delivery_date
    FROM landing.delivery AS d
    WHERE d.kind = 'organisations' AND d.status IN ('accepted', 'partial')
),

version AS (
    SELECT
        (r.body ->> '$.organisation_code') AS code,
        coalesce(r.body ->> '$.name', '') AS name,
        row(coalesce(r.body ->> '$.valid_from', ''), t.delivery_date, r.delivery_id, r.ordinal) AS place
    FROM landing.record AS r
    JOIN told AS t USING (deliverer_code, delivery_id)
    ANTI JOIN landing.rejected_record AS x USING (delivery_id, ordinal)
    WHERE r.kind = 'organisations'
)

SELECT v.code, arg_max(v.name, v.place) AS name
FROM version AS v
WHERE v.code IS NOT NULL
GROUP BY v.code
ORDER BY v.code
