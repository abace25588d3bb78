-- What became of the references that policy/content_reference.csv has between delivered tables: of the distinct
-- values of a column, how many the column that it refers to lacks, compared by keyed hashes. Of a column with more
-- values than are kept the same part is looked at on both sides.
WITH reference AS (
    SELECT q.*, m.value AS most
    FROM policy.content_reference AS q
    CROSS JOIN delivered.horizon AS h
    JOIN policy.content_limit AS m ON m.name = 'reference_values' AND in_force(m, h.judged_date)
    WHERE in_force(q, h.judged_date)
),

kept AS (
    SELECT
        c.table_id, c.heading, c.holder_code, c.resource_id, t.content_name, s.resource_code, c.delivery_id,
        c.ordinal, h.hash
    FROM catalog.content_column AS c
    JOIN catalog.content_table AS t USING (table_id)
    JOIN landing.record AS r ON r.delivery_id = c.delivery_id AND r.ordinal = c.ordinal
    LEFT JOIN catalog.resource AS s ON s.resource_id = c.resource_id,
        unnest(from_json(r.keyed -> '$.values', '["VARCHAR"]')) AS h(hash)
),

referred AS (
    SELECT q.reference_id, q.most, k.hash
    FROM reference AS q
    JOIN kept AS k
        ON k.heading = q.refers_column AND (k.resource_code = q.refers_to OR k.content_name = q.refers_to)
),

reach AS (
    SELECT
        f.reference_id,
        CASE WHEN count(*) < max(f.most) THEN 'g' ELSE max(f.hash) END AS last_hash
    FROM referred AS f
    GROUP BY f.reference_id
),

known AS (
    SELECT f.reference_id, f.hash
    FROM referred AS f
    GROUP BY f.reference_id, f.hash
)

SELECT
    k.table_id,
    q.reference_id,
    k.heading,
    k.resource_id,
    k.holder_code,
    count(*) AS checked_value_count,
    count(*) FILTER (WHERE n.hash IS NULL) AS missing_value_count,
    k.delivery_id,
    k.ordinal
FROM reference AS q
JOIN kept AS k ON k.heading = q."column" AND (k.resource_code = q.applies_to OR k.content_name = q.applies_to)
JOIN reach AS a ON a.reference_id = q.reference_id AND k.hash <= a.last_hash
LEFT JOIN known AS n ON n.reference_id = q.reference_id AND n.hash = k.hash
GROUP BY k.table_id, q.reference_id, k.heading, k.resource_id, k.holder_code, k.delivery_id, k.ordinal
