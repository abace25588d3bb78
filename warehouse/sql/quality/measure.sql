-- One rule so far: the record equation, a delivery a row. The dimensions of GB/T 36344 are not built yet.
SELECT
    'record_equation' AS rule_code,
    'delivery' AS subject_kind,
    o.delivery_id AS subject_key,
    o.accepted_count + o.rejected_count + o.unchanged_count + o.held_count AS numerator,
    o.in_count AS denominator,
    o.accepted_count + o.rejected_count + o.unchanged_count + o.held_count = o.in_count AS is_passed
FROM landing.delivery_outcome AS o
