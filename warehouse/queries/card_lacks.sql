-- What the cards of a unit that are not disposed of lack, field by field, with the kind and column that would fill it.
SELECT
    a.card_id, a.resource_code, a.asset_name, p.block, p.label_zh, p.note_zh, p.kind, p."column", p.code,
    d.label_zh AS column_label
FROM registry.asset_card AS a
CROSS JOIN delivered.horizon AS h
JOIN policy.card_field AS p ON in_force(p, h.judged_date)
LEFT JOIN policy.delivery_column AS d ON d.kind = p.kind AND d."column" = p."column" AND in_force(d, h.judged_date)
ANTI JOIN registry.card_field AS f ON f.card_id = a.card_id AND f.card_field = p.field
WHERE a.holder_code = $holder AND a.card_status <> 'disposed' AND NOT p.is_optional
ORDER BY a.resource_code, p.position
