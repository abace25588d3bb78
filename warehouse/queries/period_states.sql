-- The months that the lake has, by unit: its cards in the snapshot, and by which decision it is closed, if it is. A
-- unit without cards is closed as well: what becomes known of it later would move its opening.
WITH month_end AS (
    SELECT m.period, last_day(CAST(m.period || '-01' AS DATE)) AS period_end
    FROM (SELECT unnest($periods) AS period) AS m
),

unit AS (
    SELECT m.period, r.unit_code AS holder_code
    FROM month_end AS m
    JOIN catalog.roll_up AS r
        ON r.level = 'unit' AND r.valid_from <= m.period_end AND (r.valid_to IS NULL OR r.valid_to > m.period_end)
    UNION
    SELECT s.period, s.holder_code
    FROM valuation.snapshot AS s
    JOIN month_end AS m USING (period)
)

SELECT
    u.period,
    u.holder_code,
    (
        SELECT count(*)
        FROM valuation.snapshot AS s
        WHERE s.period = u.period AND s.holder_code = u.holder_code AND s.closing_count > 0
    ) AS card_count,
    p.decider_name,
    p.reason,
    p.is_whole,
    p.is_in_order
FROM unit AS u
LEFT JOIN valuation.closed_period AS p USING (holder_code, period)
ORDER BY u.period, u.holder_code
