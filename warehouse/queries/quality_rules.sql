-- Each rule over all its subjects, with the three that are worst.
SELECT
    m.rule_code,
    r.name_zh,
    r.name_en,
    m.indicator_code,
    d.name_zh || ' ' || d.name_en AS dimension,
    m.rule_severity AS severity,
    m.threshold_pct,
    CAST(sum(m.numerator) AS BIGINT) AS numerator,
    CAST(sum(m.denominator) AS BIGINT) AS denominator,
    count(*) AS subjects,
    count(*) FILTER (WHERE NOT m.is_passed) AS failing,
    count(*) FILTER (WHERE m.is_passed IS NULL) AS not_assessed,
    coalesce(min(m.not_assessed_reason), '') AS not_assessed_reason,
    coalesce(
        list(
            m.subject_key || ' ' || m.numerator || '/' || m.denominator
            ORDER BY m.denominator - m.numerator DESC, m.subject_key
        ) FILTER (WHERE NOT m.is_passed),
        []
    )[1:3] AS worst,
    r.mend_zh || ' / ' || r.mend_en AS mend
FROM quality.measure AS m
CROSS JOIN delivered.horizon AS h
JOIN policy.quality_rule AS r ON r.rule_code = m.rule_code AND in_force(r, h.judged_date)
JOIN policy.quality_dimension AS d ON d.name_zh = m.dimension AND in_force(d, h.judged_date)
GROUP BY ALL
ORDER BY m.indicator_code, m.rule_code
