-- The version of each record that stands now: the last accepted one, unless a later full delivery deleted the record.
WITH standing AS (
    SELECT
        d.delivery_id, d.deliverer_code, d.source_name, d.kind, d.delivery_date, d.sequence,
        coalesce(d.holder_code, d.deliverer_code) AS default_holder_code
    FROM landing.delivery AS d
    WHERE d.status IN ('accepted', 'partial')
),

latest AS (
    SELECT
        s.delivery_id, r.ordinal, s.deliverer_code, s.source_name, s.kind, r.record_key, s.delivery_date,
        s.sequence, s.default_holder_code
    FROM landing.record AS r
    JOIN standing AS s USING (delivery_id)
    ANTI JOIN landing.rejected_record AS x ON x.delivery_id = r.delivery_id AND x.ordinal = r.ordinal
    QUALIFY row_number() OVER (
        PARTITION BY s.deliverer_code, s.source_name, s.kind, r.record_key
        ORDER BY s.delivery_date DESC, s.sequence DESC
    ) = 1
),

deletion AS (
    SELECT s.deliverer_code, s.source_name, s.kind, s.delivery_date, s.sequence, c.record_key
    FROM landing.record_change AS c
    JOIN standing AS s USING (delivery_id)
    WHERE c.change = 'delete'
)

SELECT
    a.delivery_id,
    a.ordinal,
    a.deliverer_code,
    a.source_name,
    a.kind,
    a.record_key,
    a.delivery_date,
    a.default_holder_code
FROM latest AS a
ANTI JOIN deletion AS x
    ON x.deliverer_code = a.deliverer_code
    AND x.source_name = a.source_name
    AND x.kind = a.kind
    AND x.record_key = a.record_key
    AND (x.delivery_date, x.sequence) > (a.delivery_date, a.sequence)
