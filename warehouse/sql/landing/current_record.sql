-- The version of each record that stands now: the last accepted one, unless a later full delivery lacks the record.
WITH standing AS (
    SELECT
        d.delivery_id,
        d.deliverer_code,
        d.source_name,
        d.kind,
        d.delivery_date,
        d.sequence,
        coalesce(d.holder_code, d.deliverer_code) AS default_holder_code,
        d.mode = 'full' AND d.status = 'accepted' AS is_full
    FROM landing.delivery AS d
    WHERE d.status IN ('accepted', 'partial')
),

present AS (
    SELECT
        s.delivery_id,
        r.ordinal,
        s.deliverer_code,
        s.source_name,
        s.kind,
        s.delivery_date,
        s.sequence,
        s.default_holder_code,
        r.record_key
    FROM landing.record AS r
    JOIN standing AS s ON s.delivery_id = r.delivery_id
),

latest_accepted AS (
    SELECT p.*
    FROM present AS p
    ANTI JOIN landing.rejected_record AS x ON x.delivery_id = p.delivery_id AND x.ordinal = p.ordinal
    QUALIFY row_number() OVER (
        PARTITION BY p.deliverer_code, p.source_name, p.kind, p.record_key
        ORDER BY p.delivery_date DESC, p.sequence DESC
    ) = 1
),

latest_present AS (
    SELECT p.*
    FROM present AS p
    QUALIFY row_number() OVER (
        PARTITION BY p.deliverer_code, p.source_name, p.kind, p.record_key
        ORDER BY p.delivery_date DESC, p.sequence DESC, p.ordinal
    ) = 1
),

alive AS (
    SELECT p.*
    FROM latest_present AS p
    ANTI JOIN standing AS f
        ON f.deliverer_code = p.deliverer_code
        AND f.source_name = p.source_name
        AND f.kind = p.kind
        AND f.is_full
        AND (f.delivery_date, f.sequence) > (p.delivery_date, p.sequence)
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
FROM latest_accepted AS a
JOIN alive AS p
    ON p.deliverer_code = a.deliverer_code
    AND p.source_name = a.source_name
    AND p.kind = a.kind
    AND p.record_key = a.record_key
