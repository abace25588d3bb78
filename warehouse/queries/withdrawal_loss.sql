-- What a withdrawal would take away: of the records of the delivery's group that stand, those that no other delivery
-- which stands has. One row, the number that stand and of those that would be gone; none where it does not stand.
WITH withdrawn AS (
    SELECT deliverer_code, source_name, kind
    FROM landing.delivery
    WHERE delivery_id = $delivery AND status IN ('accepted', 'partial')
),

standing AS (
    SELECT c.deliverer_code, c.source_name, c.kind, c.record_key
    FROM landing.current_record AS c
    JOIN withdrawn AS w USING (deliverer_code, source_name, kind)
),

elsewhere AS (
    SELECT d.deliverer_code, d.source_name, d.kind, r.record_key
    FROM landing.record AS r
    JOIN landing.delivery AS d USING (delivery_id)
    JOIN withdrawn AS w ON w.deliverer_code = d.deliverer_code AND w.source_name = d.source_name AND w.kind = d.kind
    ANTI JOIN landing.rejected_record AS x ON x.delivery_id = r.delivery_id AND x.ordinal = r.ordinal
    WHERE d.delivery_id <> $delivery AND d.status IN ('accepted', 'partial')
)

SELECT
    (SELECT count(*) FROM standing) AS standing_count,
    (SELECT count(*) FROM standing AS s ANTI JOIN elsewhere AS e USING (deliverer_code, source_name, kind, record_key))
        AS lost_count
