-- The day up to which the deliveries that stand go: what has no date of its own is judged as of that day, so that
-- the same deliveries give the same tables whenever they are built. One delivery of that day witnesses it.
SELECT d.delivery_date AS judged_date, d.delivery_id
FROM landing.delivery AS d
WHERE d.status IN ('accepted', 'partial')
QUALIFY row_number() OVER (ORDER BY d.delivery_date DESC, d.delivery_id) = 1
