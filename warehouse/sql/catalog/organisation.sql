-- Organisations as delivered: an effective-dated tree, one row a version.
SELECT
    o.organisation_code,
    o.valid_from,
    o.valid_to,
    o.name,
    o.level,
    o.district_code,
    coalesce(o.district_name, o.district_code) AS district_name,
    o.unit_kind,
    o.parent_code,
    coalesce(o.department_code, o.organisation_code) AS department_code,
    o.accounting_system,
    o.delivery_id,
    o.ordinal
FROM delivered.organisation AS o
QUALIFY row_number() OVER (
    PARTITION BY o.organisation_code, o.valid_from ORDER BY o.delivery_date DESC, o.delivery_id, o.ordinal
) = 1
