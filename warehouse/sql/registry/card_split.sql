-- Splits of cards (拆分): a part of an old card, or all of it in parts, becomes new cards. What leaves the old card is
-- the event's amount, with its share of amortisation (`registry.card_event`); the new card takes it over from that day
-- on by lines of cost of its own, which keep the day from which the old card could be used and its life: so cost and
-- amortisation of all of them together stay what they were. `is_clear`: the event counts, and the new code had no cost
-- before. `taken_over_cny`: what such lines of the new card come to.
WITH line AS (
    SELECT
        e.delivery_id, e.ordinal,
        sum(CASE WHEN c.available_date <= e.event_date THEN c.amount_cny ELSE 0 END) AS amount_cny,
        bool_or(c.posted_date < e.event_date) AS has_cost_before
    FROM delivered.event AS e
    JOIN registry.treated_cost AS c USING (holder_code, resource_code)
    WHERE e.event_kind = 'split' AND c.treatment = 'capitalised'
    GROUP BY e.delivery_id, e.ordinal
)

SELECT
    e.delivery_id,
    e.ordinal,
    e.holder_code,
    e.resource_code,
    h.resource_code AS former_code,
    e.event_date,
    coalesce(h.event_effect IN ('leave', 'part') AND NOT coalesce(n.has_cost_before, FALSE), FALSE) AS is_clear,
    e.amount_cny,
    CAST(coalesce(n.amount_cny, 0) AS DECIMAL(20, 2)) AS taken_over_cny,
    e.document_no
FROM delivered.event AS e
LEFT JOIN registry.card_event AS h USING (delivery_id, ordinal)
LEFT JOIN line AS n USING (delivery_id, ordinal)
WHERE e.event_kind = 'split'
