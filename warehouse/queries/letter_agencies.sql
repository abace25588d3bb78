-- Holders below the threshold of a rule.
SELECT DISTINCT m.subject_key
FROM quality.measure AS m
JOIN catalog.resource AS s ON s.holder_code = m.subject_key
WHERE NOT m.is_passed
ORDER BY m.subject_key
