SELECT
    o.delivery_id,
    o.deliverer_code,
    o.source_name,
    o.kind,
    o.status,
    o.in_count,
    o.accepted_count,
    o.rejected_count,
    o.unchanged_count,
    o.held_count,
    o.deleted_count,
    o.warned_count
FROM landing.delivery_outcome AS o
