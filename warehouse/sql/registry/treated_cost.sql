-- Delivered lines of cost with the treatment that policy gives their phase on the day of posting: what is capitalised,
-- said once, for cards, their events and fields, for recognition and for the books.
SELECT
    d.delivery_id,
    d.ordinal,
    d.holder_code,
    d.resource_code,
    d.voucher_no,
    d.line_no,
    d.cost_kind,
    d.phase,
    t.treatment,
    coalesce(d.purpose, 'use') AS purpose,
    d.amount_cny,
    d.posted_date,
    d.available_date,
    d.life_months,
    d.life_basis,
    d.life_basis_label,
    d.driver,
    d.delivery_date
FROM delivered.cost AS d
JOIN policy.cost_treatment AS t ON t.phase = d.phase AND in_force(t, d.posted_date)
