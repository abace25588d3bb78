-- What the cost lines that stand were before they were delivered for the last time: one row a former version, alike or
-- not. So it is known since when a line is as it is, and what it was on the day of a decision; to deliver it again
-- unchanged makes it no younger. Versions before a deletion are among them.
WITH former AS (
    -- One that was delivered again and deleted is told once.
    SELECT DISTINCT
        c.prior_delivery_id AS source_delivery_id,
        c.prior_ordinal AS source_ordinal,
        d.delivery_date, d.sequence,
        coalesce((r.body ->> '$.holder_code'), d.holder_code, d.deliverer_code) AS holder_code,
        (r.body ->> '$.voucher_no') AS voucher_no,
        CAST((r.body ->> '$.line_no') AS INTEGER) AS line_no,
        left((r.body ->> '$.posted_date'), 7) AS posted_period,
        (r.body ->> '$.resource_code') AS resource_code,
        (r.body ->> '$.phase') AS phase_label,
        CAST((r.body ->> '$.amount_cny') AS DECIMAL(20, 2)) AS amount_cny
    FROM landing.record_change AS c
    JOIN landing.delivery AS d ON d.delivery_id = c.prior_delivery_id
    JOIN landing.record AS r ON r.delivery_id = c.prior_delivery_id AND r.ordinal = c.prior_ordinal
    WHERE c.kind = 'costs' AND r.kind = 'costs'
)

SELECT
    n.delivery_id,
    n.ordinal,
    row_number() OVER (
        PARTITION BY n.delivery_id, n.ordinal ORDER BY f.delivery_date, f.sequence, f.source_ordinal
    ) AS version_no,
    f.delivery_date,
    coalesce(g.current_code, f.resource_code) AS resource_code,
    v.code AS phase,
    f.amount_cny,
    f.source_delivery_id,
    f.source_ordinal
FROM former AS f
JOIN delivered.cost AS n
    ON n.holder_code = f.holder_code
    AND n.voucher_no = f.voucher_no
    AND n.line_no = f.line_no
    AND strftime(n.posted_date, '%Y-%m') = f.posted_period
LEFT JOIN policy.code_value AS v
    ON v.code_list = 'cost_phase' AND v.label = f.phase_label AND in_force(v, f.delivery_date)
LEFT JOIN delivered.code_change AS g
    ON g.holder_code = f.holder_code AND g.former_code = f.resource_code AND g.current_code IS NOT NULL
