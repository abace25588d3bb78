SELECT
    f.resource_id,
    f.field_no,
    f.holder_code,
    f.field_name,
    f.english_name,
    f.data_type,
    f.length,
    f.key_label,
    f.nullable_label,
    f.description,
    count(*) OVER (PARTITION BY f.resource_id, f.field_name) AS same_name_count
FROM catalog.resource_field AS f
