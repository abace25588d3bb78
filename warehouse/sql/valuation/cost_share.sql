-- Shares of common costs: a line without a resource goes to the resources of its holder for which direct cost was
-- capitalised up to the end of its month, by its driver (policy/cost_driver.csv), so that no cost that comes later
-- changes it. A negative line is shared as the line that it reverses, or that it takes a part of (the last before it
-- with its driver and at least its amount), since else it would take from those that never had it. Shares are of whole
-- cents, rounded down; what remains goes to the largest, of equal ones to the first by its code. So they sum to the
-- line exactly. A line whose driver is unknown has no shares.
WITH driven AS (
    SELECT
        v.holder_code, v.posted_period, v.voucher_no, v.line_no, v.amount_cny, v.posted_date,
        lower(trim(v.driver)) AS driver,
        d.driver_kind
    FROM valuation.voucher_line AS v
    JOIN policy.cost_driver AS d ON lower(d.driver) = lower(trim(v.driver)) AND in_force(d, v.posted_date)
    WHERE v.treatment = 'capitalised' AND v.match_status = 'common'
),

taken_of AS (
    SELECT
        n.holder_code, n.posted_period, n.voucher_no, n.line_no,
        p.posted_period AS share_period,
        p.driver_kind
    FROM driven AS n
    JOIN driven AS p
        ON p.holder_code = n.holder_code
        AND p.driver = n.driver
        AND p.posted_date <= n.posted_date
        AND p.amount_cny >= -n.amount_cny
    WHERE n.amount_cny < 0
    QUALIFY row_number() OVER (
        PARTITION BY n.holder_code, n.posted_period, n.voucher_no, n.line_no
        ORDER BY p.posted_date DESC, p.posted_period DESC, p.voucher_no DESC, p.line_no DESC
    ) = 1
),

reversed AS (
    SELECT r.holder_code, r.posted_period, r.voucher_no, r.line_no, p.posted_period AS share_period, p.driver_kind
    FROM valuation.reversal AS r
    JOIN driven AS p
        ON p.holder_code = r.holder_code
        AND p.posted_period = r.reversed_period
        AND p.voucher_no = r.reversed_voucher_no
        AND p.line_no = r.reversed_line_no
),

common AS (
    SELECT
        n.holder_code, n.posted_period, n.voucher_no, n.line_no, n.amount_cny,
        coalesce(r.share_period, t.share_period, n.posted_period) AS share_period,
        coalesce(r.driver_kind, t.driver_kind, n.driver_kind) AS driver_kind
    FROM driven AS n
    LEFT JOIN reversed AS r USING (holder_code, posted_period, voucher_no, line_no)
    LEFT JOIN taken_of AS t USING (holder_code, posted_period, voucher_no, line_no)
),

shared_period AS (
    SELECT DISTINCT c.holder_code, c.share_period
    FROM common AS c
),

direct AS (
    SELECT
        v.holder_code, v.posted_period, v.resource_id,
        sum(v.amount_cny) AS amount_cny
    FROM valuation.voucher_line AS v
    WHERE v.treatment = 'capitalised' AND v.resource_id IS NOT NULL
    GROUP BY v.holder_code, v.posted_period, v.resource_id
),

-- Who shares in a month: what cost something so far, net of what was reversed.
sharer AS (
    SELECT p.holder_code, p.share_period, d.resource_id, sum(d.amount_cny) AS amount_cny
    FROM shared_period AS p
    JOIN direct AS d ON d.holder_code = p.holder_code AND d.posted_period <= p.share_period
    GROUP BY p.holder_code, p.share_period, d.resource_id
    HAVING sum(d.amount_cny) > 0
),

weighed AS (
    SELECT
        c.holder_code, c.posted_period, c.voucher_no, c.line_no, c.driver_kind, c.amount_cny, s.resource_id,
        r.resource_code,
        CASE c.driver_kind
            WHEN 'direct_cost' THEN cents(s.amount_cny)
            WHEN 'field_count' THEN CAST(r.field_count AS HUGEINT)
            ELSE CAST(1 AS HUGEINT)
        END AS weight
    FROM common AS c
    JOIN sharer AS s USING (holder_code, share_period)
    JOIN catalog.resource AS r USING (resource_id)
),

totalled AS (
    SELECT
        w.*,
        CAST(
            sum(w.weight) OVER (PARTITION BY w.holder_code, w.posted_period, w.voucher_no, w.line_no) AS HUGEINT
        ) AS total_weight
    FROM weighed AS w
    WHERE w.weight > 0
),

rounded AS (
    SELECT
        t.*,
        CAST(abs(t.amount_cny) * 100 AS HUGEINT) AS whole,
        CAST(abs(t.amount_cny) * 100 AS HUGEINT) * t.weight // t.total_weight AS part,
        row_number() OVER (
            PARTITION BY t.holder_code, t.posted_period, t.voucher_no, t.line_no
            ORDER BY t.weight DESC, t.resource_code, t.resource_id
        ) AS share_no
    FROM totalled AS t
),

filled AS (
    SELECT
        r.*,
        r.part
        + CASE WHEN r.share_no = 1
            THEN
                r.whole
                - CAST(
                    sum(r.part) OVER (PARTITION BY r.holder_code, r.posted_period, r.voucher_no, r.line_no) AS HUGEINT
                )
            ELSE 0
        END AS share
    FROM rounded AS r
)

SELECT
    f.holder_code,
    f.posted_period,
    f.voucher_no,
    f.line_no,
    f.share_no,
    f.resource_id,
    f.resource_code,
    f.driver_kind,
    CAST(f.weight AS DECIMAL(38, 0)) AS driver_weight,
    CAST(f.share * 0.01 * CASE WHEN f.amount_cny < 0 THEN -1 ELSE 1 END AS DECIMAL(20, 2)) AS share_cny
FROM filled AS f
