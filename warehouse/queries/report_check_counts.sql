-- How many checks of the units of an entity passed, and how many had nothing to compare with.
SELECT
    count(*) FILTER (WHERE c.check_state = 'passed') AS passed,
    count(*) FILTER (WHERE c.check_state = 'not_compared') AS not_compared
FROM report.form_check AS c
JOIN report.placement AS p ON p.period = c.period AND p.unit_code = c.entity_code
WHERE
    c.period = $period
    AND c.report_kind = $kind
    AND c.level = 'unit'
    AND p.level = $level
    AND p.entity_code = $code
    AND p.report_kind = $kind
