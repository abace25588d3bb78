-- The city's score over all dimensions, and how much of the whole was assessed.
SELECT s.score_pct, s.assessed_pct
FROM quality.score AS s
WHERE s.subject_kind = 'city' AND s.dimension_code = 'all'
