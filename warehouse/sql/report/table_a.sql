-- Enterprises' table of data resources in intangible assets (财会〔2023〕11号), by entity: 27 rows by way of acquisition.
-- What adjusts the opening is in it. A reduction is a disposal, or a write-off (失效且终止确认) where the card was written
-- off; what else leaves is another reduction. A way that nobody stated has a column of its own: it is none of them.
WITH departed AS (
    SELECT
        m.holder_code,
        coalesce(q.asset_group, 'unknown') AS asset_group,
        CASE WHEN a.disposal_kind = 'write_off' THEN 'lapsed' ELSE 'disposed' END AS way,
        -sum(m.cost_cny) AS cost_cny,
        -sum(m.amortisation_cny) AS amortisation_cny
    FROM valuation.month_movement AS m
    JOIN registry.asset_card AS a USING (card_id)
    LEFT JOIN policy.acquisition AS q ON q.acquisition = a.acquisition AND in_force(q, $period_end)
    WHERE m.period = $period AND m.entry_kind IN ('disposal', 'part_disposal')
    GROUP BY m.holder_code, coalesce(q.asset_group, 'unknown'),
        CASE WHEN a.disposal_kind = 'write_off' THEN 'lapsed' ELSE 'disposed' END
),

fact AS (
    SELECT
        b.holder_code, b.asset_group,
        b.opening_cost_cny + b.adjustment_cost_cny AS opening_cost_cny,
        b.addition_cost_cny, b.reduction_cost_cny, b.closing_cost_cny,
        b.opening_amortisation_cny + b.adjustment_amortisation_cny AS opening_amortisation_cny,
        b.addition_amortisation_cny, b.reduction_amortisation_cny, b.closing_amortisation_cny,
        b.opening_impairment_cny + b.adjustment_impairment_cny AS opening_impairment_cny,
        b.addition_impairment_cny, b.reduction_impairment_cny, b.closing_impairment_cny,
        0 AS disposed_cost_cny,
        0 AS lapsed_cost_cny,
        0 AS disposed_amortisation_cny,
        0 AS lapsed_amortisation_cny
    FROM valuation.acquisition_balance AS b
    WHERE b.period = $period
    UNION ALL
    SELECT
        d.holder_code, d.asset_group, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        CASE WHEN d.way = 'disposed' THEN d.cost_cny ELSE 0 END,
        CASE WHEN d.way = 'lapsed' THEN d.cost_cny ELSE 0 END,
        CASE WHEN d.way = 'disposed' THEN d.amortisation_cny ELSE 0 END,
        CASE WHEN d.way = 'lapsed' THEN d.amortisation_cny ELSE 0 END
    FROM departed AS d
),

placed AS (
    SELECT
        p.report_kind, p.level, p.entity_code, f.asset_group,
        min(p.report_label) AS report_label,
        min(p.entity_name) AS entity_name,
        sum(f.opening_cost_cny) AS opening_cost_cny,
        sum(f.addition_cost_cny) AS addition_cost_cny,
        sum(f.reduction_cost_cny) AS reduction_cost_cny,
        sum(f.closing_cost_cny) AS closing_cost_cny,
        sum(f.opening_amortisation_cny) AS opening_amortisation_cny,
        sum(f.addition_amortisation_cny) AS addition_amortisation_cny,
        sum(f.reduction_amortisation_cny) AS reduction_amortisation_cny,
        sum(f.closing_amortisation_cny) AS closing_amortisation_cny,
        sum(f.opening_impairment_cny) AS opening_impairment_cny,
        sum(f.addition_impairment_cny) AS addition_impairment_cny,
        sum(f.reduction_impairment_cny) AS reduction_impairment_cny,
        sum(f.closing_impairment_cny) AS closing_impairment_cny,
        sum(f.disposed_cost_cny) AS disposed_cost_cny,
        sum(f.lapsed_cost_cny) AS lapsed_cost_cny,
        sum(f.disposed_amortisation_cny) AS disposed_amortisation_cny,
        sum(f.lapsed_amortisation_cny) AS lapsed_amortisation_cny
    FROM report.placement AS p
    JOIN fact AS f ON f.holder_code = p.unit_code
    WHERE p.period = $period AND p.report_kind IN ('enterprise', 'financial_enterprise')
    GROUP BY p.report_kind, p.level, p.entity_code, f.asset_group
),

amount AS (
    SELECT
        p.report_kind, p.level, p.entity_code, p.report_label, p.entity_name, p.asset_group,
        r.row_code, r.position, r.label_zh,
        CASE r.row_code
            WHEN 'cost_opening' THEN p.opening_cost_cny
            WHEN 'cost_increase' THEN p.addition_cost_cny
            WHEN 'cost_purchased' THEN CASE WHEN p.asset_group = 'purchased' THEN p.addition_cost_cny ELSE 0 END
            WHEN 'cost_developed' THEN CASE WHEN p.asset_group = 'self_developed' THEN p.addition_cost_cny ELSE 0 END
            WHEN 'cost_other_increase'
            THEN CASE WHEN p.asset_group IN ('purchased', 'self_developed') THEN 0 ELSE p.addition_cost_cny END
            WHEN 'cost_decrease' THEN p.reduction_cost_cny
            WHEN 'cost_disposed' THEN p.disposed_cost_cny
            WHEN 'cost_lapsed' THEN p.lapsed_cost_cny
            WHEN 'cost_other_decrease' THEN p.reduction_cost_cny - p.disposed_cost_cny - p.lapsed_cost_cny
            WHEN 'cost_closing' THEN p.closing_cost_cny
            WHEN 'amortisation_opening' THEN p.opening_amortisation_cny
            WHEN 'amortisation_increase' THEN p.addition_amortisation_cny
            WHEN 'amortisation_decrease' THEN p.reduction_amortisation_cny
            WHEN 'amortisation_disposed' THEN p.disposed_amortisation_cny
            WHEN 'amortisation_lapsed' THEN p.lapsed_amortisation_cny
            WHEN 'amortisation_other_decrease'
            THEN p.reduction_amortisation_cny - p.disposed_amortisation_cny - p.lapsed_amortisation_cny
            WHEN 'amortisation_closing' THEN p.closing_amortisation_cny
            WHEN 'impairment_opening' THEN p.opening_impairment_cny
            WHEN 'impairment_increase' THEN p.addition_impairment_cny
            WHEN 'impairment_decrease' THEN p.reduction_impairment_cny
            WHEN 'impairment_closing' THEN p.closing_impairment_cny
            WHEN 'carrying_closing' THEN p.closing_cost_cny - p.closing_amortisation_cny - p.closing_impairment_cny
            WHEN 'carrying_opening' THEN p.opening_cost_cny - p.opening_amortisation_cny - p.opening_impairment_cny
        END AS amount_cny
    FROM placed AS p
    JOIN policy.report_row AS r ON r.form = 'table_a' AND in_force(r, $period_end)
)

SELECT
    $period AS period,
    a.report_kind,
    a.level,
    a.entity_code,
    a.row_code,
    a.position AS row_position,
    min(a.report_label) AS report_label,
    min(a.entity_name) AS entity_name,
    min(a.label_zh) AS row_label,
    CAST(sum(a.amount_cny) FILTER (WHERE a.asset_group = 'purchased') AS DECIMAL(20, 2)) AS purchased_cny,
    CAST(sum(a.amount_cny) FILTER (WHERE a.asset_group = 'self_developed') AS DECIMAL(20, 2)) AS self_developed_cny,
    CAST(sum(a.amount_cny) FILTER (WHERE a.asset_group = 'other') AS DECIMAL(20, 2)) AS otherwise_acquired_cny,
    CAST(sum(a.amount_cny) FILTER (WHERE a.asset_group = 'unknown') AS DECIMAL(20, 2)) AS unstated_cny,
    CAST(sum(a.amount_cny) AS DECIMAL(20, 2)) AS total_cny
FROM amount AS a
GROUP BY a.report_kind, a.level, a.entity_code, a.row_code, a.position
