-- Resources that have capitalised cost, and the first day on which some of it can be used: until then they are in
-- development. What has no capitalised cost is not here.
SELECT c.holder_code, c.resource_code, min(c.available_date) AS available_date
FROM registry.treated_cost AS c
WHERE c.treatment = 'capitalised' AND c.resource_code IS NOT NULL
GROUP BY c.holder_code, c.resource_code
