-- What controls hold of the units of an entity: how many, and how much.
SELECT count(*) AS held_count, CAST(coalesce(sum(f.held_cny), 0) AS DECIMAL(20, 2)) AS held_cny
FROM valuation.control_finding AS f
JOIN report.placement AS p ON p.unit_code = f.holder_code
WHERE
    p.period = $period
    AND p.level = $level
    AND p.entity_code = $code
    AND p.report_kind = $kind
    AND f.held_cny > 0
    AND f.finding_date <= $period_end
    AND (f.end_date IS NULL OR f.release_date IS NULL OR f.release_date > $period_end OR f.end_date <= $period_end)
