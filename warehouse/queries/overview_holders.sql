-- Each holder with its resources, their quality over all dimensions, and how many of them may be opened.
SELECT
    r.holder_name,
    r.holder_code,
    count(*) AS resource_count,
    any_value(s.score_pct) AS score_pct,
    any_value(s.assessed_pct) AS assessed_pct,
    count(*) FILTER (WHERE a.open_access = 'unconditional') AS open_count,
    count(*) FILTER (WHERE a.open_access = 'conditional') AS conditional_count,
    count(*) FILTER (WHERE a.open_access = 'none') AS closed_count,
    count(*) FILTER (WHERE a.open_access IS NULL) AS undeclared_count
FROM catalog.resource AS r
LEFT JOIN quality.score AS s ON s.subject_kind = 'holder' AND s.subject_key = r.holder_code AND s.dimension_code = 'all'
LEFT JOIN classification.resource_access AS a USING (resource_id)
GROUP BY r.holder_name, r.holder_code
ORDER BY resource_count DESC, r.holder_code, r.holder_name
