-- What the open catalogue says of itself, as of the last day of the period.
SELECT t.name, t.value
FROM policy.open_catalogue_term AS t
WHERE t.value IS NOT NULL AND in_force(t, $period_end)
