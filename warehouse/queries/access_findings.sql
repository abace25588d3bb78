-- Contradictions of opening and sharing, by severity and kind.
SELECT f.severity, f.access_rule, count(*) AS row_count
FROM classification.access_finding AS f
GROUP BY f.severity, f.access_rule
ORDER BY f.severity DESC, f.access_rule
