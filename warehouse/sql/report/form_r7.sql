-- Form R7 (own id): what enterprises show of data resources in their balance sheets (财会〔2023〕11号): 无形资产, 开发支出 and 存货,
-- each “其中：数据资源”, with opening, additions, reductions and closing of the carrying amount.
WITH moved AS (
    SELECT
        m.holder_code,
        sum(CASE WHEN m.development_cny > 0 THEN m.development_cny ELSE 0 END) AS development_added_cny,
        sum(CASE WHEN m.development_cny < 0 THEN -m.development_cny ELSE 0 END) AS development_left_cny,
        sum(CASE WHEN m.stock_cny > 0 THEN m.stock_cny ELSE 0 END) AS stock_added_cny,
        sum(CASE WHEN m.stock_cny < 0 THEN -m.stock_cny ELSE 0 END) AS stock_left_cny
    FROM valuation.month_movement AS m
    WHERE m.period = $period AND m.entry_kind <> 'opening_adjustment'
    GROUP BY m.holder_code
),

held AS (
    SELECT
        s.holder_code,
        sum(s.opening_cost_cny + s.adjustment_cost_cny)
            - sum(s.opening_amortisation_cny + s.adjustment_amortisation_cny)
            - sum(s.opening_impairment_cny + s.adjustment_impairment_cny) AS opening_cny,
        sum(s.addition_cost_cny) - sum(s.addition_amortisation_cny) - sum(s.addition_impairment_cny) AS addition_cny,
        sum(s.reduction_cost_cny) - sum(s.reduction_amortisation_cny) - sum(s.reduction_impairment_cny)
            AS reduction_cny,
        sum(s.closing_carrying_cny) AS closing_cny,
        sum(s.closing_development_cny) AS development_cny,
        sum(s.closing_stock_cny) AS stock_cny
    FROM valuation.snapshot AS s
    WHERE s.period = $period
    GROUP BY s.holder_code
),

placed AS (
    SELECT
        p.report_kind, p.level, p.entity_code,
        min(p.report_label) AS report_label,
        min(p.entity_name) AS entity_name,
        coalesce(sum(h.opening_cny), 0) AS opening_cny,
        coalesce(sum(h.addition_cny), 0) AS addition_cny,
        coalesce(sum(h.reduction_cny), 0) AS reduction_cny,
        coalesce(sum(h.closing_cny), 0) AS closing_cny,
        coalesce(sum(h.development_cny), 0) AS development_cny,
        coalesce(sum(h.stock_cny), 0) AS stock_cny,
        coalesce(sum(m.development_added_cny), 0) AS development_added_cny,
        coalesce(sum(m.development_left_cny), 0) AS development_left_cny,
        coalesce(sum(m.stock_added_cny), 0) AS stock_added_cny,
        coalesce(sum(m.stock_left_cny), 0) AS stock_left_cny
    FROM report.placement AS p
    JOIN held AS h ON h.holder_code = p.unit_code
    LEFT JOIN moved AS m ON m.holder_code = p.unit_code
    WHERE p.period = $period AND p.report_kind IN ('enterprise', 'financial_enterprise')
    GROUP BY p.report_kind, p.level, p.entity_code
)

SELECT
    $period AS period,
    p.report_kind,
    p.level,
    p.entity_code,
    r.row_code,
    r.position AS row_position,
    p.report_label,
    p.entity_name,
    r.label_zh AS row_label,
    CAST(
        CASE r.row_code
            WHEN 'intangible' THEN p.opening_cny
            WHEN 'development' THEN p.development_cny - p.development_added_cny + p.development_left_cny
            ELSE p.stock_cny - p.stock_added_cny + p.stock_left_cny
        END AS DECIMAL(20, 2)
    ) AS opening_carrying_cny,
    CAST(
        CASE r.row_code
            WHEN 'intangible' THEN p.addition_cny
            WHEN 'development' THEN p.development_added_cny
            ELSE p.stock_added_cny
        END AS DECIMAL(20, 2)
    ) AS addition_carrying_cny,
    CAST(
        CASE r.row_code
            WHEN 'intangible' THEN p.reduction_cny
            WHEN 'development' THEN p.development_left_cny
            ELSE p.stock_left_cny
        END AS DECIMAL(20, 2)
    ) AS reduction_carrying_cny,
    CAST(
        CASE r.row_code
            WHEN 'intangible' THEN p.closing_cny
            WHEN 'development' THEN p.development_cny
            ELSE p.stock_cny
        END AS DECIMAL(20, 2)
    ) AS closing_carrying_cny
FROM placed AS p
JOIN policy.report_row AS r ON r.form = 'r7' AND in_force(r, $period_end)
