-- Enterprises' table of data resources in inventories (财会〔2023〕11号), by entity: 21 rows by way of acquisition.
-- Provisions for the decline of inventories are not delivered: their rows have no amount, and the carrying amount is
-- the cost.
WITH moved AS (
    SELECT
        m.holder_code,
        coalesce(q.asset_group, 'unknown') AS asset_group,
        sum(m.stock_cny) AS change_cny,
        sum(CASE WHEN m.stock_cny > 0 THEN m.stock_cny ELSE 0 END) AS added_cny,
        sum(CASE WHEN m.stock_cny < 0 AND m.entry_kind IN ('disposal', 'part_disposal') THEN -m.stock_cny ELSE 0 END)
            AS sold_cny,
        sum(CASE WHEN m.stock_cny < 0 THEN -m.stock_cny ELSE 0 END) AS left_cny
    FROM valuation.month_movement AS m
    JOIN registry.asset_card AS a USING (card_id)
    LEFT JOIN policy.acquisition AS q ON q.acquisition = a.acquisition AND in_force(q, $period_end)
    WHERE m.period = $period
    GROUP BY m.holder_code, coalesce(q.asset_group, 'unknown')
),

fact AS (
    SELECT
        b.holder_code, b.asset_group,
        b.closing_stock_cny AS closing_cny,
        0 AS change_cny,
        0 AS added_cny,
        0 AS sold_cny,
        0 AS left_cny
    FROM valuation.acquisition_balance AS b
    WHERE b.period = $period
    UNION ALL
    SELECT m.holder_code, m.asset_group, 0, m.change_cny, m.added_cny, m.sold_cny, m.left_cny
    FROM moved AS m
),

placed AS (
    SELECT
        p.report_kind, p.level, p.entity_code, f.asset_group,
        min(p.report_label) AS report_label,
        min(p.entity_name) AS entity_name,
        sum(f.closing_cny) AS closing_cny,
        sum(f.closing_cny) - sum(f.change_cny) AS opening_cny,
        sum(f.added_cny) AS added_cny,
        sum(f.sold_cny) AS sold_cny,
        sum(f.left_cny) AS left_cny
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
            WHEN 'cost_opening' THEN p.opening_cny
            WHEN 'cost_increase' THEN p.added_cny
            WHEN 'cost_purchased' THEN CASE WHEN p.asset_group = 'purchased' THEN p.added_cny ELSE 0 END
            WHEN 'cost_processed' THEN CASE WHEN p.asset_group = 'self_developed' THEN p.added_cny ELSE 0 END
            WHEN 'cost_other_increase'
            THEN CASE WHEN p.asset_group IN ('purchased', 'self_developed') THEN 0 ELSE p.added_cny END
            WHEN 'cost_decrease' THEN p.left_cny
            WHEN 'cost_sold' THEN p.sold_cny
            WHEN 'cost_other_decrease' THEN p.left_cny - p.sold_cny
            WHEN 'cost_closing' THEN p.closing_cny
            WHEN 'carrying_closing' THEN p.closing_cny
            WHEN 'carrying_opening' THEN p.opening_cny
        END AS amount_cny
    FROM placed AS p
    JOIN policy.report_row AS r ON r.form = 'table_b' AND in_force(r, $period_end)
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
