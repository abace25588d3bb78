-- Cards that agree with the books in a period, cards that differ, and the sums of the differences.
SELECT
    r.agreed_count,
    r.registered_count - r.agreed_count AS differing,
    r.difference_cost_cny,
    r.difference_amortisation_cny,
    r.difference_net_cny
FROM finance.unit_rate AS r
WHERE r.period = $period AND r.level = 'city'
