-- The record equation over all deliveries that were not withdrawn.
SELECT
    coalesce(sum(in_count), 0),
    coalesce(sum(accepted_count), 0),
    coalesce(sum(rejected_count), 0),
    coalesce(sum(unchanged_count), 0),
    coalesce(sum(held_count), 0),
    count(*)
FROM landing.delivery_outcome
