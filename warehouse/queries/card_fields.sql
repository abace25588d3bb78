-- The fields of cards in the order of policy, with what each rests on; what is not known has no value. A field that a
-- card may go without is left out where it is not known.
SELECT
    a.card_id, p.block, p.field, p.label_zh, p.label_en, f.field_value, f.source_kind, f.source_reference,
    f.delivery_id, f.ordinal
FROM registry.asset_card AS a
CROSS JOIN delivered.horizon AS h
JOIN policy.card_field AS p ON in_force(p, h.judged_date)
LEFT JOIN registry.card_field AS f ON f.card_id = a.card_id AND f.card_field = p.field
WHERE list_contains($cards, a.card_id) AND (f.card_id IS NOT NULL OR NOT p.is_optional)
ORDER BY a.card_id, p.position
