-- Paid contracts whose money can come back to the seller through the buyer and the buyer's own purchases: contracts of
-- the last months (policy/control_limit.csv) that lie on a circle of bounded length. Units that only sell or only buy
-- lie on none. Three steps each way are enough for the longest circle, so nobody's paths are counted, only who is
-- reached.
WITH setting AS (
    SELECT
        h.judged_date,
        max(CASE WHEN l.name = 'circular_sales_length' THEN CAST(l.value AS BIGINT) END) AS most_contracts,
        max(CASE WHEN l.name = 'circular_sales_months' THEN CAST(l.value AS INTEGER) END) AS month_count
    FROM delivered.horizon AS h
    JOIN policy.control_limit AS l ON in_force(l, h.judged_date)
    GROUP BY h.judged_date
),

sale AS (
    SELECT
        c.holder_code, c.contract_no, c.counterpart_code, c.amount_cny, c.resource_codes, c.signed_date,
        c.delivery_date, t.most_contracts
    FROM delivered.contract AS c
    CROSS JOIN setting AS t
    WHERE
        c.payment = 'paid'
        AND c.counterpart_code <> c.holder_code
        AND c.signed_date > t.judged_date - to_months(t.month_count)
    QUALIFY row_number() OVER (
        PARTITION BY c.holder_code, c.contract_no ORDER BY c.delivery_date DESC, c.delivery_id, c.ordinal
    ) = 1
),

trader AS (
    SELECT DISTINCT s.holder_code AS unit_code
    FROM sale AS s
    JOIN sale AS b ON b.counterpart_code = s.holder_code
),

edge AS (
    SELECT s.holder_code AS from_code, s.counterpart_code AS to_code, min(s.delivery_date) AS known_date
    FROM sale AS s
    JOIN trader AS a ON a.unit_code = s.holder_code
    JOIN trader AS b ON b.unit_code = s.counterpart_code
    GROUP BY s.holder_code, s.counterpart_code
),

second_step AS (
    SELECT e.from_code, n.to_code, min(greatest(e.known_date, n.known_date)) AS known_date
    FROM edge AS e
    JOIN edge AS n ON n.from_code = e.to_code
    GROUP BY e.from_code, n.to_code
),

third_step AS (
    SELECT e.from_code, n.to_code, min(greatest(e.known_date, n.known_date)) AS known_date
    FROM second_step AS e
    JOIN edge AS n ON n.from_code = e.to_code
    GROUP BY e.from_code, n.to_code
),

reach AS (
    SELECT b.unit_code AS from_code, b.unit_code AS to_code, 0 AS step_count, DATE '0001-01-01' AS known_date
    FROM trader AS b
    UNION ALL
    SELECT e.from_code, e.to_code, 1, e.known_date
    FROM edge AS e
    UNION ALL
    SELECT e.from_code, e.to_code, 2, e.known_date
    FROM second_step AS e
    UNION ALL
    SELECT e.from_code, e.to_code, 3, e.known_date
    FROM third_step AS e
)

SELECT
    s.holder_code,
    s.contract_no,
    s.counterpart_code,
    s.amount_cny,
    s.resource_codes,
    s.signed_date,
    CAST(1 + f.step_count + g.step_count AS BIGINT) AS contract_count,
    greatest(s.delivery_date, f.known_date, g.known_date) AS known_date
FROM sale AS s
JOIN reach AS f ON f.from_code = s.counterpart_code
JOIN reach AS g ON g.from_code = f.to_code AND g.to_code = s.holder_code
WHERE 1 + f.step_count + g.step_count <= s.most_contracts
QUALIFY row_number() OVER (
    PARTITION BY s.holder_code, s.contract_no
    ORDER BY f.step_count + g.step_count, greatest(f.known_date, g.known_date), f.to_code
) = 1
