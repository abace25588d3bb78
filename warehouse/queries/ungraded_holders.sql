-- Holders that have something to look at: names to grade, or resources that are opened as declared.
SELECT n.holder_code
FROM classification.ungraded_name AS n
UNION
SELECT g.holder_code
FROM classification.resource_grade AS g
WHERE g.grade = 'as_declared'
ORDER BY holder_code
