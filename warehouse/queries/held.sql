-- Deliveries that the guard holds, of all or one, with the titles of the records that each would delete.
WITH held AS (
    SELECT g.*
    FROM landing.delivery_guard AS g
    WHERE g.verdict = 'held' AND ($delivery IS NULL OR g.delivery_id = $delivery)
),

last_change AS (
    SELECT h.delivery_id AS held_id, c.*
    FROM held AS h
    JOIN landing.delivery AS d
        ON d.deliverer_code = h.deliverer_code
        AND d.source_name = h.source_name
        AND d.kind = h.kind
        AND (d.delivery_date, d.sequence) < (h.delivery_date, h.sequence)
    JOIN landing.record_change AS c ON c.delivery_id = d.delivery_id
    QUALIFY row_number() OVER (
        PARTITION BY h.delivery_id, c.record_key ORDER BY d.delivery_date DESC, d.sequence DESC
    ) = 1
),

lost AS (
    SELECT
        l.held_id,
        l.record_key,
        coalesce((r.body ->> '$.title'), (r.body ->> '$.name'), l.record_key) AS title
    FROM last_change AS l
    JOIN landing.record AS r ON r.delivery_id = l.delivery_id AND r.ordinal = l.ordinal
    ANTI JOIN landing.record AS p ON p.delivery_id = l.held_id AND p.record_key = l.record_key
    WHERE l.change <> 'delete'
)

SELECT
    h.delivery_id,
    h.deliverer_code,
    h.source_name,
    h.kind,
    h.delivery_date,
    h.standing_count,
    h.deleted_count,
    h.limit_share,
    h.superseded_by_id,
    h.recoded_count,
    coalesce(list(l.title ORDER BY l.record_key) FILTER (WHERE l.title IS NOT NULL), [])
FROM held AS h
LEFT JOIN lost AS l ON l.held_id = h.delivery_id
GROUP BY ALL
ORDER BY h.delivery_date, h.delivery_id
