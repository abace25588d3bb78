-- Dated movements of cost. A capitalised line of more than nothing enters when it is available and its card is
-- recognised. What is taken out again leaves with its amortisation, so each line stands here in the parts that leave
-- together: a negative line reverses the line of its amount, else it takes of the oldest cost, as a disposal of a part
-- does; the disposal of the card takes what is left. What a negative line has too much is a finding, not a value.
WITH line AS (
    SELECT
        a.card_id, a.holder_code, c.posted_period, c.voucher_no, c.line_no,
        greatest(c.available_date, a.recognised_date) AS movement_date,
        a.disposed_date, c.amount_cny, c.life_months
    FROM valuation.cost_line AS c
    JOIN registry.asset_card AS a USING (resource_id)
    WHERE c.treatment = 'capitalised'
),

positive AS (
    SELECT
        n.*,
        row_number() OVER (
            PARTITION BY n.card_id, n.amount_cny
            ORDER BY n.movement_date, n.posted_period, n.voucher_no, n.line_no
        ) AS turn
    FROM line AS n
    WHERE n.amount_cny >= 0
),

negative AS (
    SELECT
        n.card_id, n.posted_period, n.voucher_no, n.line_no, n.movement_date,
        -n.amount_cny AS amount_cny,
        row_number() OVER (
            PARTITION BY n.card_id, n.amount_cny
            ORDER BY n.movement_date, n.posted_period, n.voucher_no, n.line_no
        ) AS turn
    FROM line AS n
    WHERE n.amount_cny < 0
),

partial_disposal AS (
    SELECT a.card_id, e.event_date, e.amount_cny
    FROM delivered.event AS e
    JOIN registry.asset_card AS a USING (holder_code, resource_code)
    WHERE
        e.event_kind = 'disposal'
        AND e.amount_cny > 0
        AND (a.disposed_date IS NULL OR e.event_date < a.disposed_date)
    QUALIFY row_number() OVER (
        PARTITION BY a.card_id, e.event_date ORDER BY e.delivery_date DESC, e.delivery_id, e.ordinal
    ) = 1
),

taking AS (
    SELECT
        n.card_id,
        'reversal' AS movement_kind,
        n.movement_date AS taken_date,
        n.amount_cny,
        n.posted_period || '|' || n.voucher_no || '|' || n.line_no AS place
    FROM negative AS n
    ANTI JOIN positive AS p USING (card_id, amount_cny, turn)
    UNION ALL
    SELECT e.card_id, 'disposal', e.event_date, e.amount_cny, ''
    FROM partial_disposal AS e
),

-- Cost and what takes of it, each laid end to end: a part is where the two lie over each other.
cost AS (
    SELECT
        p.*,
        sum(p.amount_cny) OVER (
            PARTITION BY p.card_id
            ORDER BY p.movement_date, p.posted_period, p.voucher_no, p.line_no
            ROWS UNBOUNDED PRECEDING
        ) AS cost_end
    FROM positive AS p
    ANTI JOIN negative AS n USING (card_id, amount_cny, turn)
),

taken AS (
    SELECT
        t.*,
        sum(t.amount_cny) OVER (
            PARTITION BY t.card_id ORDER BY t.taken_date, t.movement_kind, t.place ROWS UNBOUNDED PRECEDING
        ) AS taken_end
    FROM taking AS t
),

whole_taking AS (
    SELECT t.card_id, sum(t.amount_cny) AS taken_cny
    FROM taking AS t
    GROUP BY t.card_id
),

part AS (
    SELECT
        p.card_id, p.holder_code, p.posted_period, p.voucher_no, p.line_no,
        1 AS part_no,
        p.movement_date, p.disposed_date, p.life_months, p.amount_cny,
        'reversal' AS movement_kind,
        n.movement_date AS taken_date
    FROM positive AS p
    JOIN negative AS n USING (card_id, amount_cny, turn)
    UNION ALL
    SELECT
        c.card_id, c.holder_code, c.posted_period, c.voucher_no, c.line_no,
        row_number() OVER (
            PARTITION BY c.card_id, c.posted_period, c.voucher_no, c.line_no ORDER BY t.taken_end
        ),
        c.movement_date, c.disposed_date, c.life_months,
        least(c.cost_end, t.taken_end) - greatest(c.cost_end - c.amount_cny, t.taken_end - t.amount_cny),
        t.movement_kind, t.taken_date
    FROM cost AS c
    JOIN taken AS t
        ON t.card_id = c.card_id
        AND t.taken_end > c.cost_end - c.amount_cny
        AND t.taken_end - t.amount_cny < c.cost_end
    WHERE c.amount_cny > 0
    UNION ALL
    SELECT
        c.card_id, c.holder_code, c.posted_period, c.voucher_no, c.line_no, 0, c.movement_date, c.disposed_date,
        c.life_months,
        c.amount_cny - least(c.amount_cny, greatest(0, coalesce(w.taken_cny, 0) - (c.cost_end - c.amount_cny))),
        NULL, NULL
    FROM cost AS c
    LEFT JOIN whole_taking AS w USING (card_id)
    WHERE c.amount_cny = 0 OR c.cost_end > coalesce(w.taken_cny, 0)
),

ended AS (
    SELECT
        p.*,
        CASE WHEN p.disposed_date <= coalesce(p.taken_date, p.disposed_date) THEN 'disposal' ELSE p.movement_kind END
            AS end_kind,
        -- least() and greatest() pass over NULL.
        least(p.disposed_date, p.taken_date) AS end_date
    FROM part AS p
)

SELECT
    m.card_id,
    m.posted_period,
    m.voucher_no,
    m.line_no,
    m.part_no,
    'addition' AS movement_kind,
    m.holder_code,
    m.movement_date,
    CAST(m.amount_cny AS DECIMAL(20, 2)) AS amount_cny,
    m.life_months
FROM ended AS m
UNION ALL
SELECT
    m.card_id,
    m.posted_period,
    m.voucher_no,
    m.line_no,
    m.part_no,
    m.end_kind AS movement_kind,
    m.holder_code,
    greatest(m.end_date, m.movement_date) AS movement_date,
    CAST(-m.amount_cny AS DECIMAL(20, 2)) AS amount_cny,
    m.life_months
FROM ended AS m
WHERE m.end_date IS NOT NULL
