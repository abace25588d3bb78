-- Delivered lines of vouchers with the treatment that policy gives their phase on the day of posting. One line is taken
-- once; its accounting period is part of what identifies it, since voucher numbers start again each month. It goes to
-- one resource: the one that the holder itself delivered, if several deliverers describe it. A capitalised line without
-- a day on which it can be used is in development; nothing is assumed of its life. It is known since it was first
-- delivered for this resource, in this phase and of this amount. What counts of it for a card is in
-- `valuation.cost_line`.
WITH line AS (
    SELECT d.*, strftime(d.posted_date, '%Y-%m') AS posted_period
    FROM registry.treated_cost AS d
    QUALIFY row_number() OVER (
        PARTITION BY d.holder_code, strftime(d.posted_date, '%Y-%m'), d.voucher_no, d.line_no
        ORDER BY d.delivery_date DESC, d.delivery_id, d.ordinal
    ) = 1
),

earlier AS (
    SELECT d.delivery_id, d.ordinal, min(w.delivery_date) AS known_date
    FROM delivered.cost_version AS w
    JOIN delivered.cost AS d USING (delivery_id, ordinal)
    WHERE
        w.amount_cny = d.amount_cny
        AND w.phase = d.phase
        AND w.resource_code IS NOT DISTINCT FROM d.resource_code
    GROUP BY d.delivery_id, d.ordinal
),

owner AS (
    SELECT s.holder_code, s.resource_code, s.resource_id
    FROM catalog.resource AS s
    QUALIFY row_number() OVER (
        PARTITION BY s.holder_code, s.resource_code
        ORDER BY s.deliverer_code = s.holder_code DESC, s.resource_id
    ) = 1
)

SELECT
    d.holder_code,
    d.posted_period,
    d.voucher_no,
    d.line_no,
    d.resource_code,
    o.resource_id,
    d.cost_kind,
    d.phase,
    d.treatment,
    d.purpose,
    CASE
        WHEN d.resource_code IS NULL THEN 'common'
        WHEN o.resource_id IS NULL THEN 'unmatched'
        ELSE 'matched'
    END AS match_status,
    d.amount_cny,
    d.posted_date,
    d.available_date,
    d.life_months,
    d.life_basis,
    d.driver,
    coalesce(e.known_date, d.delivery_date) AS known_date,
    d.delivery_date,
    d.delivery_id,
    d.ordinal
FROM line AS d
LEFT JOIN owner AS o USING (holder_code, resource_code)
LEFT JOIN earlier AS e USING (delivery_id, ordinal)
