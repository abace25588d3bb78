-- Corrections of totals (汇总更正), each with its cause: what a person adds to or takes from the total of a department, a
-- district or the city, and of all totals that it is part of. No cell of a form is changed by it; the summary has it in
-- columns of its own. What names an entity that has no units in that report stands at no level and changes nothing.
WITH said AS (
    SELECT
        c.correction_no, c.report_kind, c.level, c.level_label,
        CASE c.level WHEN 'city' THEN 'city' ELSE coalesce(c.entity_code, '') END AS entity_code,
        c.correction_count, c.correction_cost_cny, c.correction_amortisation_cny, c.correction_impairment_cny,
        c.reason, c.document_no, c.decided_by, c.decided_date
    FROM delivered.correction AS c
    WHERE c.period = $period
),

-- Where units count, by what stands above what.
ranked AS (
    SELECT
        f.report_kind, f.unit_code, f.level, f.entity_code,
        CASE f.level WHEN 'unit' THEN 0 WHEN 'department' THEN 1 WHEN 'district' THEN 2 WHEN 'tier' THEN 3 ELSE 4 END
            AS height
    FROM report.placement AS f
    WHERE f.period = $period
),

-- Of an entity whose units lie in several at one level, as a department's may, the one that has most of them.
placed AS (
    SELECT b.report_kind, b.level AS corrected_level, b.entity_code AS corrected_code, a.level, a.entity_code
    FROM ranked AS b
    JOIN ranked AS a ON a.report_kind = b.report_kind AND a.unit_code = b.unit_code
    WHERE
        b.level IN ('department', 'district', 'city')
        AND (a.height > b.height OR (a.level = b.level AND a.entity_code = b.entity_code))
    GROUP BY b.report_kind, b.level, b.entity_code, a.level, a.entity_code
    QUALIFY row_number() OVER (
        PARTITION BY b.report_kind, b.level, b.entity_code, a.level ORDER BY count(*) DESC, a.entity_code
    ) = 1
)

SELECT
    $period AS period,
    s.report_kind,
    coalesce(p.level, 'unplaced') AS level,
    coalesce(p.entity_code, s.entity_code) AS entity_code,
    s.correction_no,
    s.level AS corrected_level,
    s.level_label AS corrected_level_label,
    s.entity_code AS corrected_code,
    CAST(coalesce(s.correction_count, 0) AS BIGINT) AS corrected_count,
    CAST(coalesce(s.correction_cost_cny, 0) AS DECIMAL(20, 2)) AS corrected_cost_cny,
    CAST(coalesce(s.correction_amortisation_cny, 0) AS DECIMAL(20, 2)) AS corrected_amortisation_cny,
    CAST(coalesce(s.correction_impairment_cny, 0) AS DECIMAL(20, 2)) AS corrected_impairment_cny,
    s.reason,
    s.document_no,
    s.decided_by,
    s.decided_date
FROM said AS s
LEFT JOIN placed AS p
    ON p.report_kind = s.report_kind
    AND p.corrected_level = s.level
    AND p.corrected_code = s.entity_code
