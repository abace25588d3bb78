-- Findings in the costs of cards, by kind.
SELECT 'warn' AS severity, f.finding_kind, count(*) AS row_count
FROM valuation.control_finding AS f
GROUP BY f.finding_kind
ORDER BY f.finding_kind
