-- The lives that a cost record which stands has had: its first version's, and from the month of each later delivery
-- that gives another. A change of life is one of estimate: it counts from that month on, and moves nothing before it.
WITH version AS (
    SELECT
        k.delivery_id, k.ordinal, c.change, d.delivery_date, d.sequence,
        CAST(date_trunc('month', d.delivery_date) AS DATE) AS from_date,
        CAST((r.body ->> '$.life_months') AS INTEGER) AS life_months,
        c.delivery_id AS source_delivery_id,
        c.ordinal AS source_ordinal
    FROM landing.current_record AS k
    JOIN landing.record_change AS c USING (deliverer_code, source_name, kind, record_key)
    JOIN landing.delivery AS d ON d.delivery_id = c.delivery_id
    JOIN landing.record AS r ON r.delivery_id = c.delivery_id AND r.ordinal = c.ordinal
    WHERE k.kind = 'costs' AND c.kind = 'costs' AND r.kind = 'costs' AND c.change IN ('create', 'update')
),

-- What was deleted and delivered again begins anew.
since AS (
    SELECT v.*
    FROM version AS v
    ANTI JOIN version AS n
        ON n.delivery_id = v.delivery_id
        AND n.ordinal = v.ordinal
        AND n.change = 'create'
        AND (n.delivery_date, n.sequence) > (v.delivery_date, v.sequence)
),

-- Of several in one month the last counts.
monthly AS (
    SELECT s.*
    FROM since AS s
    QUALIFY row_number() OVER (
        PARTITION BY s.delivery_id, s.ordinal, s.change = 'create', s.from_date
        ORDER BY s.delivery_date DESC, s.sequence DESC
    ) = 1
),

compared AS (
    SELECT
        m.*,
        lag(m.life_months) OVER (
            PARTITION BY m.delivery_id, m.ordinal ORDER BY m.delivery_date, m.sequence
        ) AS life_before
    FROM monthly AS m
)

SELECT
    c.delivery_id,
    c.ordinal,
    row_number() OVER (PARTITION BY c.delivery_id, c.ordinal ORDER BY c.delivery_date, c.sequence) AS term_no,
    c.from_date,
    c.life_months,
    c.source_delivery_id,
    c.source_ordinal
FROM compared AS c
WHERE c.change = 'create' OR c.life_months IS DISTINCT FROM c.life_before
