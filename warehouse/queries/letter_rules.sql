-- Rules that a holder's resources, fields or deliveries do not meet, those below their threshold first.
SELECT
    m.rule_code,
    r.name_zh,
    m.dimension,
    m.indicator_code,
    m.numerator,
    m.denominator,
    m.threshold_pct,
    m.is_passed,
    r.mend_zh,
    r.source
FROM quality.measure AS m
CROSS JOIN delivered.horizon AS h
JOIN policy.quality_rule AS r ON r.rule_code = m.rule_code AND in_force(r, h.judged_date)
WHERE m.subject_key = $holder AND m.numerator < m.denominator
ORDER BY m.is_passed, m.indicator_code, m.rule_code
