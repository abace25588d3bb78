-- What a withdrawal would take away: of the records of the delivery's group that stand, those that no other delivery
-- which stands has. One row, the number that stand and of those that would be gone; none where it does not stand.
-- $withdrawn: what was withdrawn already, which the tables follow with the next run only.
WITH withdrawn AS (
    SELECT deliverer_code, source_name, kind
    FROM landing.delivery
    WHERE delivery_id = $delivery AND status IN ('accepted', 'partial')
),

said AS (
    SELECT r.delivery_id, r.record_key
    FROM landing.record AS r
    JOIN landing.delivery AS d USING (delivery_id)
    JOIN withdrawn AS w ON w.deliverer_code = d.deliverer_code AND w.source_name = d.source_name AND w.kind = d.kind
    ANTI JOIN landing.rejected_record AS x ON x.delivery_id = r.delivery_id AND x.ordinal = r.ordinal
    WHERE d.status IN ('accepted', 'partial') AND NOT list_contains($withdrawn, r.delivery_id)
),

standing AS (
    SELECT c.record_key
    FROM landing.current_record AS c
    JOIN withdrawn AS w USING (deliverer_code, source_name, kind)
    SEMI JOIN said AS s USING (record_key)
),

elsewhere AS (
    SELECT record_key
    FROM said
    WHERE delivery_id <> $delivery
)

SELECT
    (SELECT count(*) FROM standing) AS standing_count,
    (SELECT count(*) FROM standing AS s ANTI JOIN elsewhere AS e USING (record_key)) AS lost_count
