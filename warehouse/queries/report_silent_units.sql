-- The units of an entity that have not reported: they have no figures in form R1.
SELECT coalesce(f.entity_name, f.entity_code) AS name
FROM report.form_r1 AS f
JOIN report.placement AS p ON p.period = f.period AND p.unit_code = f.entity_code
WHERE
    f.period = $period
    AND f.level = 'unit'
    AND f.reporting_count = 0
    AND p.level = $level
    AND p.entity_code = $code
    AND p.report_kind = $kind
ORDER BY f.entity_code
