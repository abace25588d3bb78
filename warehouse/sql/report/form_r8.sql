-- Form R8 (own id): the memo register of the year by entity: what stood in it at its beginning, entered, became a card,
-- left otherwise, and stands in it at the end of the month. The items themselves are `report.memo_item`.
WITH stay AS (
    SELECT
        m.holder_code,
        CASE WHEN m.entered_date < $year_start THEN 1 ELSE 0 END AS opening_count,
        CASE WHEN m.entered_date >= $year_start THEN 1 ELSE 0 END AS entered_count,
        CASE WHEN m.left_date <= $period_end AND m.left_to = 'card' THEN 1 ELSE 0 END AS carded_count,
        CASE WHEN m.left_date <= $period_end AND m.left_to IS DISTINCT FROM 'card' THEN 1 ELSE 0 END AS left_count,
        CASE WHEN m.left_date IS NULL OR m.left_date > $period_end THEN 1 ELSE 0 END AS closing_count
    FROM registry.memo_register AS m
    WHERE m.entered_date <= $period_end AND (m.left_date IS NULL OR m.left_date >= $year_start)
)

SELECT
    $period AS period,
    p.report_kind,
    p.level,
    p.entity_code,
    min(p.report_label) AS report_label,
    min(p.entity_name) AS entity_name,
    min(p.parent_code) AS parent_code,
    CAST(sum(s.opening_count) AS BIGINT) AS memo_opening_count,
    CAST(sum(s.entered_count) AS BIGINT) AS memo_entered_count,
    CAST(sum(s.carded_count) AS BIGINT) AS memo_carded_count,
    CAST(sum(s.left_count) AS BIGINT) AS memo_left_count,
    CAST(sum(s.closing_count) AS BIGINT) AS memo_count
FROM report.placement AS p
JOIN stay AS s ON s.holder_code = p.unit_code
WHERE p.period = $period
GROUP BY p.report_kind, p.level, p.entity_code
