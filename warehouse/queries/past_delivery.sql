-- The deliveries that were known at a time, of what is dated up to a day, with the status from which the guard
-- judges them. Decisions of the operator say which deliveries stand: that is knowledge, whatever their date. One
-- that was withdrawn before any run took it in was never read, and stays withdrawn.
WITH read AS (
    SELECT f.delivery_id, count(*) AS file_count, count(*) FILTER (WHERE f.status = 'read') AS read_count
    FROM lake.landing.delivery_file AS f
    GROUP BY f.delivery_id
)

SELECT
    d.* REPLACE (
        CASE
            WHEN w.recorded_at <= $known_at OR (d.status = 'withdrawn' AND r.delivery_id IS NULL) THEN 'withdrawn'
            WHEN coalesce(r.read_count, 0) = 0 THEN 'rejected'
            WHEN r.read_count < r.file_count THEN 'partial'
            ELSE 'accepted'
        END AS status,
        CASE WHEN w.recorded_at <= $known_at THEN w.reason END AS status_reason
    )
FROM lake.landing.delivery AS d
LEFT JOIN withdrawal AS w ON w.delivery_id = d.delivery_id
LEFT JOIN read AS r ON r.delivery_id = d.delivery_id
WHERE d.recorded_at <= $known_at AND (d.delivery_date <= $effective OR d.deliverer_code = $operator)
