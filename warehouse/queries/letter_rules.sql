-- Rules that a holder's resources, fields or deliveries do not meet, those below their threshold first.
WITH rule AS (
    SELECT
        (e.body ->> '$.rule_code') AS rule_code,
        (e.body ->> '$.name_zh') AS name_zh,
        (e.body ->> '$.mend_zh') AS mend_zh,
        e.body ->> '$.source' AS source
    FROM policy.entry AS e
    WHERE e.list_name = 'quality_rule'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
)
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
    coalesce(r.source, '') AS source
FROM quality.measure AS m
JOIN rule AS r USING (rule_code)
WHERE m.subject_key = $holder AND m.numerator < m.denominator
ORDER BY m.is_passed, m.indicator_code, m.rule_code
