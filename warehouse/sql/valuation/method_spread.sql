-- Cards whose reference values lie further apart than policy allows: highest less lowest, over the median. To be
-- reviewed: none of the methods is known to be the wrong one.
WITH valued AS (
    SELECT
        r.card_id, r.holder_code, r.reference_method,
        CAST(r.value_cny * 100 AS HUGEINT) AS amount,
        row_number() OVER (PARTITION BY r.card_id ORDER BY r.value_cny, r.reference_method) AS place,
        count(*) OVER (PARTITION BY r.card_id) AS value_count
    FROM valuation.reference_value AS r
    WHERE r.period = $period AND r.value_cny IS NOT NULL
),

measured AS (
    SELECT
        v.card_id, v.holder_code,
        max(v.value_count) AS value_count,
        max(CASE WHEN v.place = 1 THEN v.reference_method END) AS lowest_method,
        max(CASE WHEN v.place = v.value_count THEN v.reference_method END) AS highest_method,
        min(v.amount) AS lowest,
        max(v.amount) AS highest,
        -- The middle one, or the two in the middle, one of which counts twice where it is one.
        sum(
            CASE WHEN v.place = (v.value_count + 1) // 2 THEN v.amount ELSE 0 END
            + CASE WHEN v.place = (v.value_count + 2) // 2 THEN v.amount ELSE 0 END
        ) AS median_twice
    FROM valued AS v
    GROUP BY v.card_id, v.holder_code
)

SELECT
    $period AS period,
    m.card_id,
    m.holder_code,
    'method_spread' AS finding_kind,
    concat_ws('|', m.holder_code, 'method_spread', m.card_id) AS finding_key,
    CASE WHEN r.release_date <= $period_end AND r.end_date > $period_end THEN 'released'
        WHEN r.end_date <= $period_end THEN 'expired'
        ELSE 'open'
    END AS finding_state,
    m.lowest_method,
    m.highest_method,
    CAST(m.lowest * 0.01 AS DECIMAL(20, 2)) AS low_cny,
    CAST(m.highest * 0.01 AS DECIMAL(20, 2)) AS high_cny,
    k.message_zh,
    k.message_en,
    k.mend_zh,
    k.mend_en
FROM measured AS m
JOIN policy.valuation_parameter AS p ON p.name = 'method_spread_limit' AND in_force(p, $period_end)
LEFT JOIN valuation.control_release AS r ON r.finding_key = concat_ws('|', m.holder_code, 'method_spread', m.card_id)
LEFT JOIN policy.control_finding_kind AS k ON k.kind = 'method_spread' AND in_force(k, $period_end)
WHERE
    m.value_count > 1
    AND (m.highest - m.lowest) * 2000000 > m.median_twice * CAST(p.value * 1000000 AS HUGEINT)
