-- What needs a person on grades, by severity and kind.
SELECT f.severity, f.grade_finding, count(*) AS row_count
FROM classification.grade_finding AS f
GROUP BY f.severity, f.grade_finding
ORDER BY f.severity DESC, f.grade_finding
