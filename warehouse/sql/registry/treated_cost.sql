-- Delivered lines of cost with the treatment that policy gives their phase on the day of posting: what is capitalised,
-- said once, for cards, their events and fields, for recognition and for the books. The way of acquisition is the
-- delivered one, else what policy derives from the phase, else unknown. A line at nominal amount (名义金额) is of that very
-- amount, and never amortised; one of another amount counts as cost.
WITH acquired AS (
    SELECT
        d.*,
        t.treatment,
        coalesce(d.acquisition, r.acquisition) AS acquired_by,
        d.acquisition IS NULL AND r.acquisition IS NOT NULL AS is_derived
    FROM delivered.cost AS d
    JOIN policy.cost_treatment AS t ON t.phase = d.phase AND in_force(t, d.posted_date)
    LEFT JOIN policy.acquisition_rule AS r ON r.phase = d.phase AND in_force(r, d.posted_date)
)

SELECT
    a.delivery_id,
    a.ordinal,
    a.holder_code,
    a.resource_code,
    a.voucher_no,
    a.line_no,
    a.cost_kind,
    a.phase,
    a.treatment,
    a.acquired_by AS acquisition,
    a.is_derived AS is_acquisition_derived,
    CASE WHEN q.nominal_cny = a.amount_cny THEN 'nominal_amount' ELSE 'original_cost' END AS value_basis,
    coalesce(a.purpose, 'use') AS purpose,
    a.amount_cny,
    a.posted_date,
    a.available_date,
    a.life_months,
    CASE WHEN q.nominal_cny = a.amount_cny THEN 'indefinite' ELSE a.life_basis END AS life_basis,
    a.life_basis_label,
    a.driver,
    a.delivery_date
FROM acquired AS a
LEFT JOIN policy.acquisition AS q ON q.acquisition = a.acquired_by AND in_force(q, a.posted_date)
