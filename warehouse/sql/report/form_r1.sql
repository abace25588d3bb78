-- Form R1 (own id; no official form is known): opening, additions, reductions and closing of public data assets,
-- by report, from unit to department to district to city. A unit that has delivered neither a catalogue nor books has
-- a row without figures: it has not reported, and nothing is not zero. A holder that is not registered stands under
-- “unregistered”, so that the sums of the levels are equal.
WITH reporting AS (
    SELECT r.holder_code
    FROM catalog.resource AS r
    QUALIFY row_number() OVER (PARTITION BY r.holder_code ORDER BY r.resource_id) = 1
    UNION
    SELECT g.holder_code
    FROM delivered.ledger AS g
    WHERE g.period = $period
    QUALIFY row_number() OVER (PARTITION BY g.holder_code ORDER BY g.delivery_id, g.ordinal) = 1
),

-- What has no value counts, and adds nothing.
contribution AS (
    SELECT
        s.holder_code,
        s.opening_count, s.adjustment_count, s.addition_count, s.reduction_count, s.closing_count,
        0 AS memo_count,
        0 AS unassessed_count,
        coalesce(s.opening_cost_cny, 0) AS opening_cost_cny,
        coalesce(s.opening_amortisation_cny, 0) AS opening_amortisation_cny,
        coalesce(s.opening_impairment_cny, 0) AS opening_impairment_cny,
        coalesce(s.opening_cost_cny - s.opening_amortisation_cny - s.opening_impairment_cny, 0)
            AS opening_carrying_cny,
        coalesce(s.adjustment_cost_cny, 0) AS adjustment_cost_cny,
        coalesce(s.adjustment_amortisation_cny, 0) AS adjustment_amortisation_cny,
        coalesce(s.adjustment_impairment_cny, 0) AS adjustment_impairment_cny,
        coalesce(s.adjustment_cost_cny - s.adjustment_amortisation_cny - s.adjustment_impairment_cny, 0)
            AS adjustment_carrying_cny,
        coalesce(s.addition_cost_cny, 0) AS addition_cost_cny,
        coalesce(s.addition_amortisation_cny, 0) AS addition_amortisation_cny,
        coalesce(s.addition_impairment_cny, 0) AS addition_impairment_cny,
        coalesce(s.addition_cost_cny - s.addition_amortisation_cny - s.addition_impairment_cny, 0)
            AS addition_carrying_cny,
        coalesce(s.reduction_cost_cny, 0) AS reduction_cost_cny,
        coalesce(s.reduction_amortisation_cny, 0) AS reduction_amortisation_cny,
        coalesce(s.reduction_impairment_cny, 0) AS reduction_impairment_cny,
        coalesce(s.reduction_cost_cny - s.reduction_amortisation_cny - s.reduction_impairment_cny, 0)
            AS reduction_carrying_cny,
        coalesce(s.closing_cost_cny, 0) AS closing_cost_cny,
        coalesce(s.closing_amortisation_cny, 0) AS closing_amortisation_cny,
        coalesce(s.closing_impairment_cny, 0) AS closing_impairment_cny,
        coalesce(s.closing_carrying_cny, 0) AS closing_carrying_cny,
        coalesce(s.closing_development_cny, 0) AS closing_development_cny,
        coalesce(s.closing_stock_cny, 0) AS closing_stock_cny
    FROM valuation.snapshot AS s
    WHERE s.period = $period
    UNION ALL
    SELECT m.holder_code, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    FROM registry.memo_register AS m
    WHERE m.entered_date <= $period_end AND (m.left_date IS NULL OR m.left_date > $period_end)
    UNION ALL
    SELECT t.holder_code, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    FROM registry.resource_standing AS t
    WHERE t.standing = 'unassessed' OR (t.standing IN ('memo', 'card') AND t.scope_date > $period_end)
    UNION ALL
    SELECT g.holder_code, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    FROM reporting AS g
),

eliminated AS (
    SELECT
        e.report_kind, e.level, e.entity_code,
        sum(e.eliminated_transfer_cny) AS transfer_cny,
        sum(e.eliminated_count) AS closing_count,
        sum(e.eliminated_cost_cny) AS cost_cny,
        sum(e.eliminated_amortisation_cny) AS amortisation_cny,
        sum(e.eliminated_impairment_cny) AS impairment_cny
    FROM report.elimination AS e
    WHERE e.period = $period
    GROUP BY e.report_kind, e.level, e.entity_code
),

corrected AS (
    SELECT
        c.report_kind, c.level, c.entity_code,
        sum(c.corrected_count) AS closing_count,
        sum(c.corrected_cost_cny) AS cost_cny,
        sum(c.corrected_cost_cny - c.corrected_amortisation_cny - c.corrected_impairment_cny) AS carrying_cny
    FROM report.correction AS c
    WHERE c.period = $period
    GROUP BY c.report_kind, c.level, c.entity_code
),

summed AS (
    SELECT
        p.report_kind, p.level, p.entity_code,
        min(p.report_label) AS report_label,
        min(p.entity_name) AS entity_name,
        min(p.parent_code) AS parent_code,
        count(DISTINCT p.unit_code) AS unit_count,
        count(DISTINCT n.holder_code) AS reporting_count,
        sum(n.opening_count) AS opening_count,
        sum(n.opening_cost_cny) AS opening_cost_cny,
        sum(n.opening_amortisation_cny) AS opening_amortisation_cny,
        sum(n.opening_impairment_cny) AS opening_impairment_cny,
        sum(n.opening_carrying_cny) AS opening_carrying_cny,
        sum(n.adjustment_count) AS adjustment_count,
        sum(n.adjustment_cost_cny) AS adjustment_cost_cny,
        sum(n.adjustment_amortisation_cny) AS adjustment_amortisation_cny,
        sum(n.adjustment_impairment_cny) AS adjustment_impairment_cny,
        sum(n.adjustment_carrying_cny) AS adjustment_carrying_cny,
        sum(n.addition_count) AS addition_count,
        sum(n.addition_cost_cny) AS addition_cost_cny,
        sum(n.addition_amortisation_cny) AS addition_amortisation_cny,
        sum(n.addition_impairment_cny) AS addition_impairment_cny,
        sum(n.addition_carrying_cny) AS addition_carrying_cny,
        sum(n.reduction_count) AS reduction_count,
        sum(n.reduction_cost_cny) AS reduction_cost_cny,
        sum(n.reduction_amortisation_cny) AS reduction_amortisation_cny,
        sum(n.reduction_impairment_cny) AS reduction_impairment_cny,
        sum(n.reduction_carrying_cny) AS reduction_carrying_cny,
        sum(n.closing_count) AS closing_count,
        sum(n.closing_cost_cny) AS closing_cost_cny,
        sum(n.closing_amortisation_cny) AS closing_amortisation_cny,
        sum(n.closing_impairment_cny) AS closing_impairment_cny,
        sum(n.closing_carrying_cny) AS closing_carrying_cny,
        sum(n.closing_development_cny) AS closing_development_cny,
        sum(n.closing_stock_cny) AS closing_stock_cny,
        sum(n.memo_count) AS memo_count,
        sum(n.unassessed_count) AS unassessed_count
    FROM report.placement AS p
    LEFT JOIN contribution AS n ON n.holder_code = p.unit_code
    WHERE p.period = $period
    GROUP BY p.report_kind, p.level, p.entity_code
)

SELECT
    $period AS period,
    s.report_kind,
    s.level,
    s.entity_code,
    s.report_label,
    s.entity_name,
    s.parent_code,
    s.unit_count,
    s.reporting_count,
    CAST(s.opening_count AS BIGINT) AS opening_count,
    CAST(s.opening_cost_cny AS DECIMAL(20, 2)) AS opening_cost_cny,
    CAST(s.opening_amortisation_cny AS DECIMAL(20, 2)) AS opening_amortisation_cny,
    CAST(s.opening_impairment_cny AS DECIMAL(20, 2)) AS opening_impairment_cny,
    CAST(s.opening_carrying_cny AS DECIMAL(20, 2)) AS opening_carrying_cny,
    CAST(s.adjustment_count AS BIGINT) AS adjustment_count,
    CAST(s.adjustment_cost_cny AS DECIMAL(20, 2)) AS adjustment_cost_cny,
    CAST(s.adjustment_amortisation_cny AS DECIMAL(20, 2)) AS adjustment_amortisation_cny,
    CAST(s.adjustment_impairment_cny AS DECIMAL(20, 2)) AS adjustment_impairment_cny,
    CAST(s.adjustment_carrying_cny AS DECIMAL(20, 2)) AS adjustment_carrying_cny,
    CAST(s.addition_count AS BIGINT) AS addition_count,
    CAST(s.addition_cost_cny AS DECIMAL(20, 2)) AS addition_cost_cny,
    CAST(s.addition_amortisation_cny AS DECIMAL(20, 2)) AS addition_amortisation_cny,
    CAST(s.addition_impairment_cny AS DECIMAL(20, 2)) AS addition_impairment_cny,
    CAST(s.addition_carrying_cny AS DECIMAL(20, 2)) AS addition_carrying_cny,
    CAST(s.reduction_count AS BIGINT) AS reduction_count,
    CAST(s.reduction_cost_cny AS DECIMAL(20, 2)) AS reduction_cost_cny,
    CAST(s.reduction_amortisation_cny AS DECIMAL(20, 2)) AS reduction_amortisation_cny,
    CAST(s.reduction_impairment_cny AS DECIMAL(20, 2)) AS reduction_impairment_cny,
    CAST(s.reduction_carrying_cny AS DECIMAL(20, 2)) AS reduction_carrying_cny,
    CAST(s.closing_count AS BIGINT) AS closing_count,
    CAST(s.closing_cost_cny AS DECIMAL(20, 2)) AS closing_cost_cny,
    CAST(s.closing_amortisation_cny AS DECIMAL(20, 2)) AS closing_amortisation_cny,
    CAST(s.closing_impairment_cny AS DECIMAL(20, 2)) AS closing_impairment_cny,
    CAST(s.closing_carrying_cny AS DECIMAL(20, 2)) AS closing_carrying_cny,
    CAST(s.closing_development_cny AS DECIMAL(20, 2)) AS closing_development_cny,
    CAST(s.closing_stock_cny AS DECIMAL(20, 2)) AS closing_stock_cny,
    CAST(s.memo_count AS BIGINT) AS memo_count,
    CAST(s.unassessed_count AS BIGINT) AS unassessed_count,
    CAST(coalesce(e.transfer_cny, 0) AS DECIMAL(20, 2)) AS eliminated_transfer_cny,
    CAST(coalesce(e.closing_count, 0) AS BIGINT) AS eliminated_count,
    CAST(coalesce(e.cost_cny, 0) AS DECIMAL(20, 2)) AS eliminated_cost_cny,
    CAST(coalesce(e.cost_cny - e.amortisation_cny - e.impairment_cny, 0) AS DECIMAL(20, 2)) AS eliminated_carrying_cny,
    CAST(coalesce(c.closing_count, 0) AS BIGINT) AS corrected_count,
    CAST(coalesce(c.cost_cny, 0) AS DECIMAL(20, 2)) AS corrected_cost_cny,
    CAST(coalesce(c.carrying_cny, 0) AS DECIMAL(20, 2)) AS corrected_carrying_cny,
    CAST(s.closing_count - coalesce(e.closing_count, 0) + coalesce(c.closing_count, 0) AS BIGINT) AS summary_count,
    CAST(s.closing_cost_cny - coalesce(e.cost_cny, 0) + coalesce(c.cost_cny, 0) AS DECIMAL(20, 2)) AS summary_cost_cny,
    CAST(
        s.closing_carrying_cny
        - coalesce(e.cost_cny - e.amortisation_cny - e.impairment_cny, 0)
        + coalesce(c.carrying_cny, 0) AS DECIMAL(20, 2)
    ) AS summary_carrying_cny
FROM summed AS s
LEFT JOIN eliminated AS e USING (report_kind, level, entity_code)
LEFT JOIN corrected AS c USING (report_kind, level, entity_code)
