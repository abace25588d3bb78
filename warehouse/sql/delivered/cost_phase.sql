-- The other phases that a cost record which stands was delivered in before: research that became development is not
-- capitalised without a person's word. One row a phase, of the last version in it.
SELECT
    k.delivery_id,
    k.ordinal,
    v.code AS earlier_phase,
    p.delivery_id AS source_delivery_id,
    p.ordinal AS source_ordinal
FROM landing.current_record AS k
JOIN landing.record_change AS c USING (deliverer_code, source_name, kind, record_key)
JOIN landing.delivery AS d ON d.delivery_id = c.delivery_id
JOIN landing.record AS p ON p.delivery_id = c.prior_delivery_id AND p.ordinal = c.prior_ordinal
JOIN delivered.cost AS n ON n.delivery_id = k.delivery_id AND n.ordinal = k.ordinal
JOIN policy.code_value AS v
    ON v.code_list = 'cost_phase' AND v.label = (p.body ->> '$.phase') AND in_force(v, d.delivery_date)
WHERE k.kind = 'costs' AND c.kind = 'costs' AND p.kind = 'costs' AND c.change = 'update' AND v.code <> n.phase
QUALIFY row_number() OVER (
    PARTITION BY k.delivery_id, k.ordinal, v.code ORDER BY d.delivery_date DESC, d.sequence DESC
) = 1
