-- Facts and outcome of deliveries, as their receipts show them; of a delivery that was withdrawn there is no outcome.
SELECT
    d.delivery_id, d.deliverer_code, d.holder_code, d.source_name, d.kind, d.delivery_date, d.sequence, d.mode,
    d.status, d.status_reason, o.in_count, o.accepted_count, o.rejected_count, o.unchanged_count, o.held_count,
    o.deleted_count, o.warned_count
FROM landing.delivery AS d
LEFT JOIN landing.delivery_outcome AS o USING (delivery_id)
WHERE list_contains($deliveries, d.delivery_id)
