-- The record equation by kind.
SELECT kind, sum(in_count), sum(accepted_count), sum(rejected_count), sum(unchanged_count), sum(held_count)
FROM landing.delivery_outcome GROUP BY kind ORDER BY kind
