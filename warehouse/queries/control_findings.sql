-- Findings in the costs and values of cards, by kind; what was released is no longer to be settled.
SELECT
    CASE WHEN f.finding_state = 'released' THEN 'info' ELSE 'warn' END AS severity,
    f.finding_kind,
    count(*) AS row_count
FROM valuation.control_finding AS f
GROUP BY CASE WHEN f.finding_state = 'released' THEN 'info' ELSE 'warn' END, f.finding_kind
ORDER BY severity, f.finding_kind
