-- The codes of registered organisations: numbers that are no person's, whatever they look like.
SELECT DISTINCT o.organisation_code
FROM catalog.organisation AS o
WHERE o.organisation_code IS NOT NULL
