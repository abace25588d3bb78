-- The list of public data assets (公共数据资产目录清单) at the end of a month, card by card, with the unit, department and
-- district that each counts for then; distinct from the list of resources, which holds what is no asset too.
WITH place AS (
    SELECT p.unit_code, p.level, p.entity_code, p.entity_name
    FROM catalog.roll_up AS p
    WHERE p.valid_from <= $period_end AND (p.valid_to IS NULL OR p.valid_to > $period_end)
)

SELECT
    $period AS period,
    s.card_id,
    r.entity_code AS district_entity_code,
    r.entity_name AS district_entity_name,
    d.entity_name AS department_name,
    s.holder_code,
    coalesce(u.entity_name, c.right_holder_name) AS entity_name,
    c.resource_code,
    c.asset_name,
    CASE WHEN s.closing_development_cny > 0 AND coalesce(s.closing_cost_cny, 0) = 0 THEN '开发中' ELSE '在用' END
        AS card_status_label,
    c.recognised_date,
    c.value_basis,
    c.grade_label,
    q.share_type_label,
    q.open_type_label,
    q.update_cycle_label,
    s.closing_cost_cny,
    s.closing_amortisation_cny,
    s.closing_impairment_cny,
    s.closing_carrying_cny,
    s.closing_development_cny,
    s.closing_stock_cny
FROM valuation.snapshot AS s
JOIN registry.asset_card AS c USING (card_id)
JOIN catalog.resource AS q USING (resource_id)
LEFT JOIN place AS u ON u.unit_code = s.holder_code AND u.level = 'unit'
LEFT JOIN place AS d ON d.unit_code = s.holder_code AND d.level = 'department'
LEFT JOIN place AS r ON r.unit_code = s.holder_code AND r.level = 'district'
WHERE s.period = $period AND s.snapshot_status IN ('valued', 'unvalued')
