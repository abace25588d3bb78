-- What the cost lines that stand were before they were delivered for the last time: one row a former version, alike or
-- not. So it is known since when a line is as it is, and what it was on the day of a decision; to deliver it again
-- unchanged makes it no younger. Versions before a deletion are among them, and so is what stands of the same line by
-- another key: with its holder written out and without, or of another source.
WITH line AS (
    SELECT
        d.holder_code, d.voucher_no, d.line_no,
        strftime(d.posted_date, '%Y-%m') AS posted_period,
        d.delivery_id, d.ordinal, d.delivery_date, d.resource_code, d.phase, d.amount_cny
    FROM delivered.cost AS d
),

twice AS (
    SELECT n.holder_code, n.posted_period, n.voucher_no, n.line_no
    FROM line AS n
    GROUP BY n.holder_code, n.posted_period, n.voucher_no, n.line_no
    HAVING count(*) > 1
),

former AS (
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
),

version AS (
    SELECT
        f.holder_code, f.posted_period, f.voucher_no, f.line_no, f.source_delivery_id, f.source_ordinal,
        f.delivery_date, f.sequence,
        coalesce(g.current_code, f.resource_code) AS resource_code,
        v.code AS phase,
        f.amount_cny
    FROM former AS f
    LEFT JOIN policy.code_value AS v
        ON v.code_list = 'cost_phase' AND v.label = f.phase_label AND in_force(v, f.delivery_date)
    LEFT JOIN delivered.code_change AS g
        ON g.holder_code = f.holder_code AND g.former_code = f.resource_code AND g.current_code IS NOT NULL
    UNION ALL
    SELECT
        n.holder_code, n.posted_period, n.voucher_no, n.line_no, n.delivery_id, n.ordinal, n.delivery_date, d.sequence,
        n.resource_code, n.phase, n.amount_cny
    FROM line AS n
    JOIN twice AS t USING (holder_code, posted_period, voucher_no, line_no)
    JOIN landing.delivery AS d USING (delivery_id)
)

SELECT
    n.delivery_id,
    n.ordinal,
    row_number() OVER (
        PARTITION BY n.delivery_id, n.ordinal
        ORDER BY v.delivery_date, v.sequence, v.source_delivery_id, v.source_ordinal
    ) AS version_no,
    v.delivery_date,
    v.resource_code,
    v.phase,
    v.amount_cny,
    v.source_delivery_id,
    v.source_ordinal
FROM version AS v
JOIN line AS n USING (holder_code, posted_period, voucher_no, line_no)
WHERE (v.source_delivery_id, v.source_ordinal) <> (n.delivery_id, n.ordinal)
