-- What reviews were before they were delivered for the last time, alike or not: one row a former version. So it is
-- known since when an amount was appraised; to deliver it again unchanged makes it no younger.
SELECT DISTINCT
    c.prior_delivery_id AS delivery_id,
    c.prior_ordinal AS ordinal,
    d.delivery_date,
    coalesce((r.body ->> '$.holder_code'), d.holder_code, d.deliverer_code) AS holder_code,
    CAST((r.body ->> '$.issued_date') AS DATE) AS issued_date,
    CAST((r.body ->> '$.amount_cny') AS DECIMAL(20, 2)) AS amount_cny
FROM landing.record_change AS c
JOIN landing.delivery AS d ON d.delivery_id = c.prior_delivery_id
JOIN landing.record AS r ON r.delivery_id = c.prior_delivery_id AND r.ordinal = c.prior_ordinal
WHERE c.kind = 'reviews' AND r.kind = 'reviews'
