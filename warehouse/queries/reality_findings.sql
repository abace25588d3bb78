-- Where the register and what is there disagree, by kind.
SELECT 'warn' AS severity, f.finding_kind, count(*) AS row_count
FROM registry.reality_finding AS f
GROUP BY f.finding_kind
ORDER BY f.finding_kind
