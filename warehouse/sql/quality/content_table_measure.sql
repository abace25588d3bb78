-- The verdicts of all rules on a delivered table, in one scan: a bit a rule (quality.rule).
SELECT
    t.table_id,
    t.resource_id,
    t.holder_code,
    CAST(
        0/*+ each catalog.content_table: + CASE WHEN {assessed} THEN {bit} ELSE 0 END */
        AS BIGINT
    ) AS assessed_rules,
    CAST(
        0/*+ each catalog.content_table: + CASE WHEN {met} THEN {bit} ELSE 0 END */
        AS BIGINT
    ) AS met_rules
FROM (/*+ table catalog.content_table */) AS t
