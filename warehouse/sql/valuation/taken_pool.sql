-- The pools that cards take over by split or merge: of each event one for each pool that its former card has, since
-- what comes of each was amortised in another way and for another time. A card that took over nothing has one, the pool
-- 0. What an event takes goes over the pools of the former card as what stood in them did; where that card took over
-- itself, along the events that led there. The main pool of a card is its pool 0: that which its first event took of
-- the main pool; later cost joins it. `before_cny`: what other events of the month take of the same pool before.
WITH RECURSIVE moved AS (
    SELECT
        p.delivery_id, p.ordinal, c.card_id,
        f.card_id AS former_card_id,
        c.holder_code, p.event_date, s.document_no,
        p.delivery_id || '/' || p.ordinal || ';' AS step,
        cents(p.standing_cny) AS standing,
        cents(p.amount_cny) AS amount,
        row_number() OVER (
            PARTITION BY c.card_id ORDER BY p.event_date, p.delivery_id, p.ordinal
        ) = 1 AS is_first
    FROM registry.succession_part AS p
    JOIN registry.succession AS s USING (delivery_id, ordinal)
    JOIN registry.asset_card AS c ON c.holder_code = p.holder_code AND c.resource_code = p.resource_code
    JOIN registry.asset_card AS f ON f.holder_code = p.holder_code AND f.resource_code = p.former_code
    WHERE s.is_taken_over AND p.cost_state = 'in_use'
),

-- What the former card took over itself by then; the rest of its cost is its own.
earlier AS (
    SELECT m.delivery_id, m.ordinal, sum(n.amount) AS taken
    FROM moved AS m
    JOIN moved AS n ON n.card_id = m.former_card_id AND n.event_date <= m.event_date
    GROUP BY m.delivery_id, m.ordinal
),

link AS (
    SELECT m.*, greatest(0, m.standing - CAST(coalesce(e.taken, 0) AS HUGEINT)) AS own
    FROM moved AS m
    LEFT JOIN earlier AS e USING (delivery_id, ordinal)
),

root AS (
    SELECT DISTINCT m.former_card_id AS card_id
    FROM moved AS m
    ANTI JOIN moved AS n ON n.card_id = m.former_card_id
),

-- Each step is later than the one before it, so that no card takes over from itself.
pool AS (
    SELECT
        r.card_id,
        '' AS path,
        CAST(NULL AS VARCHAR) AS former_card_id,
        CAST(NULL AS VARCHAR) AS former_path,
        CAST(NULL AS VARCHAR) AS delivery_id,
        CAST(NULL AS BIGINT) AS ordinal,
        CAST(NULL AS DATE) AS event_date,
        TRUE AS is_main,
        CAST(0 AS HUGEINT) AS weight
    FROM root AS r
    UNION ALL
    SELECT
        m.card_id, p.path || m.step, p.card_id, p.path, m.delivery_id, m.ordinal, m.event_date,
        p.is_main AND m.is_first,
        m.amount * (p.weight + CASE WHEN p.is_main THEN m.own ELSE 0 END) // greatest(1, m.standing)
    FROM pool AS p
    JOIN link AS m ON m.former_card_id = p.card_id
    WHERE
        p.event_date IS NULL
        OR m.event_date > p.event_date
        OR (m.event_date = p.event_date AND (m.delivery_id, m.ordinal) > (p.delivery_id, p.ordinal))
),

numbered AS (
    SELECT
        p.*,
        row_number() OVER (PARTITION BY p.card_id ORDER BY p.is_main DESC, p.path) - 1 AS pool_no,
        CAST(sum(p.weight) OVER (PARTITION BY p.delivery_id, p.ordinal) AS HUGEINT) AS whole,
        CAST(
            sum(p.weight) OVER (PARTITION BY p.delivery_id, p.ordinal ORDER BY p.path ROWS UNBOUNDED PRECEDING)
            AS HUGEINT
        ) AS up_to
    FROM pool AS p
),

-- In cents, rounded down up to each: so they sum to what the event takes.
shared AS (
    SELECT
        n.card_id, n.pool_no, n.former_card_id,
        coalesce(f.pool_no, 0) AS former_pool_no,
        m.holder_code, n.event_date, n.delivery_id, n.ordinal, m.document_no,
        CAST(date_trunc('month', n.event_date) AS DATE) AS from_date,
        m.amount * n.up_to // greatest(1, n.whole) - m.amount * (n.up_to - n.weight) // greatest(1, n.whole) AS amount
    FROM numbered AS n
    JOIN moved AS m ON m.delivery_id = n.delivery_id AND m.ordinal = n.ordinal
    LEFT JOIN numbered AS f ON f.card_id = n.former_card_id AND f.path = n.former_path
)

SELECT
    s.card_id,
    CAST(s.pool_no AS BIGINT) AS pool_no,
    s.holder_code,
    s.former_card_id,
    CAST(s.former_pool_no AS BIGINT) AS former_pool_no,
    s.from_date,
    s.event_date,
    CAST(
        (
            sum(s.amount) OVER (
                PARTITION BY s.former_card_id, s.former_pool_no, s.from_date
                ORDER BY s.event_date, s.delivery_id, s.ordinal
                ROWS UNBOUNDED PRECEDING
            )
            - s.amount
        ) * 0.01 AS DECIMAL(20, 2)
    ) AS before_cny,
    CAST(s.amount * 0.01 AS DECIMAL(20, 2)) AS amount_cny,
    s.delivery_id,
    s.ordinal,
    s.document_no
FROM shared AS s
