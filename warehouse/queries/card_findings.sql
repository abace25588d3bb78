-- Conditions of management and use that cards do not meet, by kind.
SELECT 'warn' AS severity, f.finding_kind, count(*) AS row_count
FROM registry.card_finding AS f
GROUP BY f.finding_kind
ORDER BY f.finding_kind
