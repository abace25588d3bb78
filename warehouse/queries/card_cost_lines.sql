-- The capitalised cost lines of a unit's cards that lack the day on which they can be used, a life or its basis,
-- or that are of a card whose way of acquisition is unknown, and that the unit itself delivered, as it did: a line is
-- known by its cells, and comes again from its own source.
SELECT d.source_name, r.body
FROM delivered.cost AS d
JOIN registry.asset_card AS a USING (holder_code, resource_code)
JOIN registry.treated_cost AS t USING (delivery_id, ordinal)
JOIN landing.record AS r ON r.delivery_id = d.delivery_id AND r.ordinal = d.ordinal
WHERE
    d.holder_code = $holder
    AND d.deliverer_code = $holder
    AND r.kind = 'costs'
    AND t.treatment = 'capitalised'
    AND a.card_status <> 'disposed'
    AND (
        d.available_date IS NULL
        OR a.acquisition IS NULL
        OR d.life_basis IS NULL
        OR (d.life_months IS NULL AND d.life_basis <> 'indefinite')
    )
ORDER BY d.source_name, d.resource_code, d.posted_date, d.voucher_no, d.line_no
