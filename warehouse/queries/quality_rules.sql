-- Each rule over all its subjects, with the three that are worst.
WITH rule AS (
    SELECT
        (e.body ->> '$.rule_code') AS rule_code,
        (e.body ->> '$.name_zh') AS name_zh,
        (e.body ->> '$.name_en') AS name_en,
        (e.body ->> '$.mend_zh') || ' / ' || (e.body ->> '$.mend_en') AS mend
    FROM policy.entry AS e
    WHERE e.list_name = 'quality_rule'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

dimension AS (
    SELECT (e.body ->> '$.name_zh') AS name_zh, (e.body ->> '$.name_zh') || ' ' || (e.body ->> '$.name_en') AS dimension
    FROM policy.entry AS e
    WHERE e.list_name = 'quality_dimension'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
)

SELECT
    m.rule_code,
    r.name_zh,
    r.name_en,
    m.indicator_code,
    d.dimension,
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
    r.mend
FROM quality.measure AS m
JOIN rule AS r USING (rule_code)
JOIN dimension AS d ON d.name_zh = m.dimension
GROUP BY ALL
ORDER BY m.indicator_code, m.rule_code
