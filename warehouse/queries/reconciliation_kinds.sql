-- Rows of a period's reconciliation by kind.
SELECT r.difference_kind, count(*) AS row_count
FROM finance.reconciliation AS r
WHERE r.period = $period
GROUP BY r.difference_kind
ORDER BY r.difference_kind
