-- The record equation of each delivery that was not withdrawn: what came in was counted by the reader when it split
-- the files; what became of it is counted from the records. Warnings are no side of it. A held delivery is held
-- whole, a refused one rejected whole, and a withdrawn one is on neither side.
WITH counted AS (
    SELECT f.delivery_id, coalesce(sum(f.record_count), 0) AS in_count
    FROM landing.delivery_file AS f
    GROUP BY f.delivery_id
),

changed AS (
    SELECT
        c.delivery_id,
        count(*) FILTER (WHERE c.change IN ('create', 'update')) AS accepted_count,
        count(*) FILTER (WHERE c.change = 'unchanged') AS unchanged_count,
        count(*) FILTER (WHERE c.change = 'delete') AS deleted_count
    FROM landing.record_change AS c
    GROUP BY c.delivery_id
),

rejected AS (
    SELECT x.delivery_id, count(DISTINCT x.ordinal) AS rejected_count
    FROM landing.rejected_record AS x
    GROUP BY x.delivery_id
),

violation AS (
    SELECT v.delivery_id, v.ordinal
    FROM landing.violation AS v
    UNION ALL
    SELECT u.delivery_id, u.ordinal
    FROM landing.unauthorised AS u
    UNION ALL
    SELECT c.delivery_id, c.ordinal
    FROM landing.contested_line AS c
),

warned AS (
    SELECT v.delivery_id, count(DISTINCT v.ordinal) AS warned_count
    FROM violation AS v
    ANTI JOIN landing.rejected_record AS x USING (delivery_id, ordinal)
    GROUP BY v.delivery_id
)

SELECT
    d.delivery_id,
    d.deliverer_code,
    d.source_name,
    d.kind,
    d.status,
    CAST(coalesce(i.in_count, 0) AS BIGINT) AS in_count,
    CAST(coalesce(c.accepted_count, 0) AS BIGINT) AS accepted_count,
    CAST(
        CASE
            WHEN d.status = 'held' THEN 0
            WHEN d.status = 'refused' THEN coalesce(i.in_count, 0)
            ELSE coalesce(x.rejected_count, 0)
        END AS BIGINT
    ) AS rejected_count,
    CAST(coalesce(c.unchanged_count, 0) AS BIGINT) AS unchanged_count,
    CAST(CASE WHEN d.status = 'held' THEN coalesce(i.in_count, 0) ELSE 0 END AS BIGINT) AS held_count,
    CAST(coalesce(c.deleted_count, 0) AS BIGINT) AS deleted_count,
    CAST(CASE WHEN d.status = 'held' THEN 0 ELSE coalesce(w.warned_count, 0) END AS BIGINT) AS warned_count
FROM landing.delivery AS d
LEFT JOIN counted AS i USING (delivery_id)
LEFT JOIN changed AS c USING (delivery_id)
LEFT JOIN rejected AS x USING (delivery_id)
LEFT JOIN warned AS w USING (delivery_id)
WHERE d.status <> 'withdrawn'
