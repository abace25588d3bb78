-- The kinds of report in force on the last day of the period, in their order, with the units that belong to each.
SELECT
    k.report_kind,
    min(k.name_zh) AS kind_name,
    list(DISTINCT o.organisation_code) FILTER (WHERE o.organisation_code IS NOT NULL) AS unit_codes
FROM policy.report_kind AS k
LEFT JOIN catalog.organisation AS o
    ON o.unit_kind = k.unit_kind
    AND o.valid_from <= $period_end
    AND (o.valid_to IS NULL OR o.valid_to > $period_end)
WHERE in_force(k, $period_end)
GROUP BY k.report_kind
ORDER BY min(k.position)
