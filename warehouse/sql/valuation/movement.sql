-- Dated movements of cost: a capitalised cost line enters when it is available and its card is recognised, and
-- leaves when the card is disposed of. Openings, additions and reductions of every period come from these dates.
WITH addition AS (
    SELECT
        a.card_id, a.holder_code, c.voucher_no, c.line_no,
        greatest(c.available_date, a.recognised_date) AS movement_date,
        a.disposed_date, c.amount_cny, c.life_months
    FROM valuation.cost_line AS c
    JOIN registry.asset_card AS a USING (resource_id)
    WHERE c.treatment = 'capitalised'
)

SELECT
    m.card_id,
    m.voucher_no,
    m.line_no,
    'addition' AS movement_kind,
    m.holder_code,
    m.movement_date,
    m.amount_cny,
    m.life_months
FROM addition AS m
UNION ALL
SELECT
    m.card_id,
    m.voucher_no,
    m.line_no,
    'disposal' AS movement_kind,
    m.holder_code,
    greatest(m.disposed_date, m.movement_date) AS movement_date,
    -m.amount_cny AS amount_cny,
    m.life_months
FROM addition AS m
WHERE m.disposed_date IS NOT NULL
