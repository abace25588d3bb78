-- The authorities that policy/authority.csv lets speak and that no unit of the city is named as, and who delivers
-- organisations meanwhile, if none of theirs is named.
SELECT DISTINCT
    a.who,
    (SELECT s.speaker_code FROM landing.speaker AS s WHERE s.capacity = 'first_deliverer') AS first_deliverer
FROM policy.authority AS a
ANTI JOIN policy.authority_unit AS u ON u.authority = a.who
WHERE a.is_allowed AND NOT list_contains($speakers, a.who)
ORDER BY ALL
