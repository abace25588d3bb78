-- The verdicts of all rules on a resource, in one scan: a bit a rule (quality.rule).
SELECT
    t.resource_id,
    t.holder_code,
    t.delivery_id,
    t.ordinal,
    CAST(
        0/*+ each catalog.resource: + CASE WHEN {assessed} THEN {bit} ELSE 0 END */
        AS BIGINT
    ) AS assessed_rules,
    CAST(
        0/*+ each catalog.resource: + CASE WHEN {met} THEN {bit} ELSE 0 END */
        AS BIGINT
    ) AS met_rules
FROM (/*+ table catalog.resource */) AS t
