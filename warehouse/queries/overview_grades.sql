-- How many resources have each grade, from the lowest to the highest, and how many of them may be opened.
SELECT
    g.grade_label,
    count(*) AS resource_count,
    count(*) FILTER (WHERE a.open_access = 'unconditional') AS open_count,
    count(*) FILTER (WHERE a.open_access = 'conditional') AS conditional_count,
    count(*) FILTER (WHERE a.open_access = 'none') AS closed_count,
    count(*) FILTER (WHERE a.open_access IS NULL) AS undeclared_count
FROM classification.resource_grade AS g
LEFT JOIN classification.resource_access AS a USING (resource_id)
GROUP BY g.grade_label
ORDER BY min(g.grade_rank), g.grade_label
