-- What a person should look at in the costs of cards, and what was made of it meanwhile: a line of cost that comes
-- after its card was disposed of counts for nothing; of negative lines that take out more than came in, what is too
-- much counts for nothing, since no asset is worth less than nothing; a card of which no line has a life has no value;
-- an impairment of a government unit is none.
WITH line AS (
    SELECT
        a.card_id, a.holder_code, a.resource_code, a.disposed_date, c.posted_period, c.voucher_no, c.line_no,
        coalesce(c.available_date, c.posted_date) AS line_date,
        c.amount_cny
    FROM valuation.cost_line AS c
    JOIN registry.asset_card AS a USING (resource_id)
    WHERE c.treatment = 'capitalised'
),

balance AS (
    SELECT
        n.card_id, n.holder_code, n.resource_code,
        max(n.line_date) AS line_date,
        sum(n.amount_cny) AS amount_cny
    FROM line AS n
    GROUP BY n.card_id, n.holder_code, n.resource_code
),

lifeless AS (
    SELECT
        t.card_id, t.holder_code,
        min(t.from_date) AS from_date,
        max(t.cost_cny) AS cost_cny
    FROM valuation.amortisation_term AS t
    WHERE NOT t.has_life
    GROUP BY t.card_id, t.holder_code
),

found AS (
    SELECT
        n.card_id,
        'cost_after_disposal' AS finding_kind,
        n.posted_period, n.voucher_no, n.line_no, n.holder_code, n.resource_code,
        n.line_date AS finding_date,
        n.amount_cny
    FROM line AS n
    WHERE n.line_date > n.disposed_date
    UNION ALL
    SELECT
        b.card_id, 'reversal_beyond_cost', '', '', 0, b.holder_code, b.resource_code, b.line_date,
        CAST(-b.amount_cny AS DECIMAL(20, 2))
    FROM balance AS b
    WHERE b.amount_cny < 0
    UNION ALL
    SELECT f.card_id, 'life_missing', '', '', 0, f.holder_code, a.resource_code, f.from_date, f.cost_cny
    FROM lifeless AS f
    JOIN registry.asset_card AS a USING (card_id)
    UNION ALL
    SELECT
        a.card_id,
        CASE
            WHEN e.card_state = 'ended' THEN 'event_after_end'
            WHEN e.event_kind = 'impairment' AND e.card_state = 'in_use' THEN 'impairment_of_government'
            ELSE 'event_not_allowed'
        END,
        '', e.document_no, CAST(e.ordinal AS INTEGER), a.holder_code, a.resource_code, e.event_date, e.amount_cny
    FROM registry.card_event AS e
    JOIN registry.asset_card AS a USING (resource_id)
    WHERE e.effect = 'none'
)

SELECT
    f.card_id,
    f.finding_kind,
    f.posted_period,
    f.voucher_no,
    f.line_no,
    f.holder_code,
    f.resource_code,
    f.finding_date,
    f.amount_cny,
    k.message_zh,
    k.message_en,
    k.mend_zh,
    k.mend_en
FROM found AS f
LEFT JOIN policy.control_finding_kind AS k ON k.kind = f.finding_kind AND in_force(k, f.finding_date)
