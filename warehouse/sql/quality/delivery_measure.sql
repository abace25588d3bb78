-- The verdicts of all rules on a delivery that was not withdrawn, in one scan: a bit a rule (quality.rule).
SELECT
    t.delivery_id,
    t.deliverer_code,
    CAST(
        0/*+ each landing.delivery_outcome: + CASE WHEN {assessed} THEN {bit} ELSE 0 END */
        AS BIGINT
    ) AS assessed_rules,
    CAST(
        0/*+ each landing.delivery_outcome: + CASE WHEN {met} THEN {bit} ELSE 0 END */
        AS BIGINT
    ) AS met_rules
FROM (/*+ table landing.delivery_outcome */) AS t
