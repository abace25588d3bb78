-- The rules in force. The weight of an indicator is shared among its rules on resources and fields: a rule on deliveries takes no part
-- in a score. The bit stands for the rule in the verdicts of a row of its table.
WITH rule AS (
    SELECT
        (e.body ->> '$.rule_code') AS rule_code,
        (e.body ->> '$.table_name') AS table_name,
        (e.body ->> '$.indicator_code') AS indicator_code,
        (e.body ->> '$.severity') AS rule_severity,
        CAST((e.body ->> '$.threshold_pct') AS INTEGER) AS threshold_pct,
        (e.body ->> '$.needs_zh') || ' / ' || (e.body ->> '$.needs_en') AS needs
    FROM policy.entry AS e
    WHERE e.list_name = 'quality_rule'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

scored AS (
    SELECT q.indicator_code, count(*) AS rule_count
    FROM rule AS q
    WHERE q.table_name <> 'landing.delivery_outcome'
    GROUP BY q.indicator_code
)

SELECT
    q.rule_code,
    q.table_name,
    q.indicator_code,
    i.dimension_code,
    i.dimension,
    q.rule_severity,
    q.threshold_pct,
    q.needs,
    CASE WHEN q.table_name = 'landing.delivery_outcome' THEN 0 ELSE i.weight // s.rule_count END AS weight,
    CAST(
        CASE q.rule_code
            WHEN '' THEN 0/*+ each *: WHEN '{code}' THEN {bit} */
        END
        AS BIGINT
    ) AS rule_bit
FROM rule AS q
JOIN quality.indicator AS i ON i.indicator_code = q.indicator_code
LEFT JOIN scored AS s ON s.indicator_code = q.indicator_code
