-- How many checks of an entity and of those below it passed, and how many had nothing to compare with.
SELECT
    count(*) FILTER (WHERE c.check_state = 'passed') AS passed,
    count(*) FILTER (WHERE c.check_state = 'not_compared') AS not_compared
FROM report.form_check AS c
WHERE
    c.period = $period
    AND c.report_kind = $kind
    AND list_contains($levels, c.level)
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
