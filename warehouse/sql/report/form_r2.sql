-- Form R2 (own id): the assets held at the end of the month by way of acquisition, by grade and by field of business,
-- with the share of each in the cost of its entity. A card counts once in each of the three.
WITH field AS (
    SELECT c.resource_id, c.category
    FROM classification.resource_category AS c
    WHERE c.category_dimension = 'business_use'
    QUALIFY row_number() OVER (
        PARTITION BY c.resource_id ORDER BY c.category_confidence_pct DESC, c.category
    ) = 1
),

card AS (
    SELECT
        s.holder_code,
        s.closing_count, s.closing_cost_cny, s.closing_amortisation_cny, s.closing_impairment_cny,
        s.closing_carrying_cny,
        coalesce(a.acquisition, 'unknown') AS acquisition,
        coalesce(q.name_zh, '取得方式不明') AS acquisition_label,
        coalesce(a.grade, 'ungraded') AS grade,
        coalesce(a.grade_label, '待定级') AS grade_label,
        coalesce(f.category, '未分类') AS field
    FROM valuation.snapshot AS s
    LEFT JOIN registry.asset_card AS a USING (card_id)
    LEFT JOIN field AS f USING (resource_id)
    LEFT JOIN policy.acquisition AS q ON q.acquisition = a.acquisition AND in_force(q, $period_end)
    WHERE s.period = $period AND s.closing_count > 0
),

split AS (
    SELECT
        c.holder_code, d.dimension,
        CASE d.dimension WHEN 'acquisition' THEN c.acquisition WHEN 'grade' THEN c.grade ELSE c.field END AS item_code,
        CASE d.dimension WHEN 'acquisition' THEN c.acquisition_label WHEN 'grade' THEN c.grade_label ELSE c.field END
            AS item_label,
        c.closing_count, c.closing_cost_cny, c.closing_amortisation_cny, c.closing_impairment_cny,
        c.closing_carrying_cny
    FROM card AS c, unnest(['acquisition', 'grade', 'field']) AS d(dimension)
),

summed AS (
    SELECT
        p.report_kind, p.level, p.entity_code, s.dimension, s.item_code,
        min(p.report_label) AS report_label,
        min(p.entity_name) AS entity_name,
        min(s.item_label) AS item_label,
        sum(s.closing_count) AS closing_count,
        sum(s.closing_cost_cny) AS closing_cost_cny,
        sum(s.closing_amortisation_cny) AS closing_amortisation_cny,
        sum(s.closing_impairment_cny) AS closing_impairment_cny,
        sum(s.closing_carrying_cny) AS closing_carrying_cny
    FROM report.placement AS p
    JOIN split AS s ON s.holder_code = p.unit_code
    WHERE p.period = $period
    GROUP BY p.report_kind, p.level, p.entity_code, s.dimension, s.item_code
),

whole AS (
    SELECT s.report_kind, s.level, s.entity_code, s.dimension, sum(s.closing_cost_cny) AS cost_cny
    FROM summed AS s
    GROUP BY s.report_kind, s.level, s.entity_code, s.dimension
)

-- Shares are hundredths in whole numbers, half up.
SELECT
    $period AS period,
    s.report_kind,
    s.level,
    s.entity_code,
    s.dimension,
    s.item_code,
    s.report_label,
    s.entity_name,
    CASE s.dimension WHEN 'acquisition' THEN '取得方式' WHEN 'grade' THEN '分级' ELSE '领域' END AS dimension_label,
    s.item_label,
    CAST(s.closing_count AS BIGINT) AS closing_count,
    CAST(coalesce(s.closing_cost_cny, 0) AS DECIMAL(20, 2)) AS closing_cost_cny,
    CAST(coalesce(s.closing_amortisation_cny, 0) AS DECIMAL(20, 2)) AS closing_amortisation_cny,
    CAST(coalesce(s.closing_impairment_cny, 0) AS DECIMAL(20, 2)) AS closing_impairment_cny,
    CAST(coalesce(s.closing_carrying_cny, 0) AS DECIMAL(20, 2)) AS closing_carrying_cny,
    CASE WHEN w.cost_cny > 0
        THEN CAST(
            (cents(coalesce(s.closing_cost_cny, 0)) * 10000 + cents(w.cost_cny) // 2) // cents(w.cost_cny) * 0.01
            AS DECIMAL(5, 2)
        )
    END AS cost_pct
FROM summed AS s
JOIN whole AS w USING (report_kind, level, entity_code, dimension)
