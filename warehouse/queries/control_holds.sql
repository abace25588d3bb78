-- What each control holds of cost, of those that hold at all: lines or resources, and their amount; zero where it holds
-- nothing, so that a plot over runs comes down to zero and does not stop.
SELECT
    k.kind,
    count(f.finding_kind) FILTER (WHERE f.held_cny > 0) AS held_count,
    coalesce(sum(f.held_cny), 0) AS held_cny
FROM (SELECT DISTINCT c.kind FROM policy.control_finding_kind AS c WHERE c.effect = 'hold') AS k
LEFT JOIN valuation.control_finding AS f ON f.finding_kind = k.kind
GROUP BY k.kind
ORDER BY k.kind
