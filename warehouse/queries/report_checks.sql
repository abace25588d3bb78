-- The checks of an entity and of those below it that have two sides to compare.
SELECT
    c.form, c.check_code,
    c.check_name_zh AS name,
    c.level, c.entity_code,
    coalesce(c.entity_name, c.entity_code) AS entity_name,
    CAST(c.left_amount AS VARCHAR) AS left_text,
    CAST(c.right_amount AS VARCHAR) AS right_text,
    CAST(c.difference_amount AS VARCHAR) AS difference_text,
    c.check_state, c.decision_id
FROM report.form_check AS c
WHERE
    c.period = $period
    AND c.report_kind = $kind
    AND list_contains($levels, c.level)
    AND c.check_state <> 'not_compared'
    AND (c.level, c.entity_code) IN (
        SELECT (p.level, p.entity_code)
        FROM report.placement AS p
        JOIN report.placement AS w
            ON w.period = p.period
            AND w.unit_code = p.unit_code
            AND w.level = $level
            AND w.entity_code = $code
            AND w.report_kind = $kind
        WHERE p.period = $period
    )
ORDER BY c.form, c.check_code, c.level, c.entity_code, c.row_code
