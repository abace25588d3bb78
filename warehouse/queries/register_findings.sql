-- What a person should look at of the registers, by kind.
SELECT 'warn' AS severity, f.finding_kind, count(*) AS row_count
FROM registry.register_finding AS f
GROUP BY f.finding_kind
ORDER BY f.finding_kind
