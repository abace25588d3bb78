-- The memo register (备查簿): resources that cannot be recognised yet, with what failed and what is unknown.
SELECT
    s.resource_id,
    s.holder_code,
    s.holder_name,
    s.resource_code,
    s.title AS asset_name,
    string_agg(d.requirement, ';' ORDER BY d.requirement) FILTER (WHERE d.result = 'fail') AS failed_requirements,
    string_agg(d.requirement, ';' ORDER BY d.requirement) FILTER (WHERE d.result = 'unknown') AS unknown_requirements,
    count(*) FILTER (WHERE d.result = 'fail') AS failed_count,
    count(*) FILTER (WHERE d.result = 'unknown') AS unknown_count
FROM catalog.resource AS s
JOIN registry.recognition_decision AS d USING (resource_id)
WHERE d.is_required AND d.result <> 'pass'
GROUP BY s.resource_id, s.holder_code, s.holder_name, s.resource_code, s.title
