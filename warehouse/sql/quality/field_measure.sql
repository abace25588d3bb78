-- The verdicts of all rules on a field, in one scan: a bit a rule (quality.rule).
SELECT
    t.resource_id,
    t.field_no,
    t.holder_code,
    CAST(
        0/*+ each catalog.resource_field: + CASE WHEN {assessed} THEN {bit} ELSE 0 END */
        AS BIGINT
    ) AS assessed_rules,
    CAST(
        0/*+ each catalog.resource_field: + CASE WHEN {met} THEN {bit} ELSE 0 END */
        AS BIGINT
    ) AS met_rules
FROM (/*+ table catalog.resource_field */) AS t
