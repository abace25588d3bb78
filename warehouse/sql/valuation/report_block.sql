-- Reports on values that are not to be used at the end of a period: what a control blocks and nobody has released then.
-- That a factor is out of its bounds or an appraisal has expired the methods themselves see, comparable by comparable.
SELECT
    $period AS period,
    c.holder_code,
    c.resource_code,
    c.reference_method,
    c.document_no,
    string_agg(c.finding_kind, ';' ORDER BY c.finding_kind) AS blocked_by
FROM valuation.report_control AS c
LEFT JOIN valuation.control_release AS r USING (finding_key)
WHERE
    c.is_blocking
    AND c.finding_kind NOT IN ('factor_out_of_bounds', 'factor_without_evidence', 'appraisal_expired')
    AND c.known_date <= $period_end
    AND (r.release_date IS NULL OR r.release_date > $period_end OR r.end_date <= $period_end)
GROUP BY c.holder_code, c.resource_code, c.reference_method, c.document_no
