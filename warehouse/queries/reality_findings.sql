-- Where the register and what is there disagree, by kind: as deliveries show it, and as counts found it.
SELECT 'warn' AS severity, f.finding_kind, count(*) AS row_count
FROM (
    SELECT r.finding_kind
    FROM registry.reality_finding AS r
    UNION ALL
    SELECT c.finding_kind
    FROM registry.count_finding AS c
) AS f
GROUP BY f.finding_kind
ORDER BY f.finding_kind
