-- Transfers between units (无偿调出、无偿调入), each with that of the other side: of one paper, else the next in order
-- between the two. What left is the cost of the card, or its carrying amount; what came is what the event says, else
-- what was capitalised of the resource around that day. One without the other, another amount, and days further apart
-- than policy allows are findings for both (`valuation.control_finding`).
WITH told AS (
    SELECT e.*
    FROM delivered.event AS e
    WHERE e.event_kind IN ('transfer_out', 'transfer_in')
    QUALIFY row_number() OVER (
        PARTITION BY e.holder_code, e.resource_code, e.event_kind, e.event_date, e.document_no
        ORDER BY e.delivery_date DESC, e.delivery_id, e.ordinal
    ) = 1
),

allowed AS (
    SELECT e.*, CAST(p.value AS INTEGER) AS tolerance_days
    FROM told AS e
    LEFT JOIN policy.parameter AS p ON p.name = 'transfer_tolerance_days' AND in_force(p, e.event_date)
),

gone AS (
    SELECT
        a.holder_code, a.resource_code, t.from_date,
        sum(t.left_cost_cny) AS cost_cny,
        sum(t.left_cost_cny - t.left_amortisation_cny - t.left_impairment_cny) AS carrying_cny
    FROM valuation.amortisation_term AS t
    JOIN registry.asset_card AS a USING (card_id)
    WHERE t.book_code = 'accounting' AND t.left_cost_cny > 0
    GROUP BY a.holder_code, a.resource_code, t.from_date
),

sent AS (
    SELECT
        e.holder_code AS from_code, e.counterpart_code AS to_code, e.resource_code, e.event_date, e.document_no,
        e.tolerance_days, e.delivery_id, e.ordinal,
        coalesce(e.amount_cny, g.cost_cny) AS cost_cny,
        g.carrying_cny,
        row_number() OVER (
            PARTITION BY e.holder_code, e.counterpart_code, e.document_no
            ORDER BY e.event_date, e.delivery_id, e.ordinal
        ) AS paper_turn
    FROM allowed AS e
    LEFT JOIN gone AS g
        ON g.holder_code = e.holder_code
        AND g.resource_code = e.resource_code
        AND g.from_date = date_trunc('month', e.event_date)
    WHERE e.event_kind = 'transfer_out'
),

booked AS (
    SELECT e.delivery_id, e.ordinal, sum(v.amount_cny) AS amount_cny
    FROM allowed AS e
    JOIN valuation.voucher_line AS v
        ON v.holder_code = e.holder_code
        AND v.resource_code = e.resource_code
        AND abs(datediff('day', e.event_date, v.posted_date)) <= coalesce(e.tolerance_days, 0)
    WHERE e.event_kind = 'transfer_in' AND v.treatment = 'capitalised'
    GROUP BY e.delivery_id, e.ordinal
),

taken AS (
    SELECT
        e.counterpart_code AS from_code, e.holder_code AS to_code, e.resource_code, e.event_date, e.document_no,
        e.delivery_id, e.ordinal,
        coalesce(e.amount_cny, b.amount_cny) AS cost_cny,
        row_number() OVER (
            PARTITION BY e.counterpart_code, e.holder_code, e.document_no
            ORDER BY e.event_date, e.delivery_id, e.ordinal
        ) AS paper_turn
    FROM allowed AS e
    LEFT JOIN booked AS b USING (delivery_id, ordinal)
    WHERE e.event_kind = 'transfer_in'
),

of_paper AS (
    SELECT
        s.delivery_id, s.ordinal,
        t.delivery_id AS in_delivery_id,
        t.ordinal AS in_ordinal
    FROM sent AS s
    JOIN taken AS t USING (from_code, to_code, document_no, paper_turn)
),

sent_otherwise AS (
    SELECT
        s.delivery_id, s.ordinal, s.from_code, s.to_code,
        row_number() OVER (
            PARTITION BY s.from_code, s.to_code ORDER BY s.event_date, s.delivery_id, s.ordinal
        ) AS turn
    FROM sent AS s
    ANTI JOIN of_paper AS p USING (delivery_id, ordinal)
),

taken_otherwise AS (
    SELECT
        t.delivery_id AS in_delivery_id,
        t.ordinal AS in_ordinal,
        t.from_code, t.to_code,
        row_number() OVER (
            PARTITION BY t.from_code, t.to_code ORDER BY t.event_date, t.delivery_id, t.ordinal
        ) AS turn
    FROM taken AS t
    ANTI JOIN of_paper AS p ON p.in_delivery_id = t.delivery_id AND p.in_ordinal = t.ordinal
),

pair AS (
    SELECT p.delivery_id, p.ordinal, p.in_delivery_id, p.in_ordinal
    FROM of_paper AS p
    UNION ALL
    SELECT s.delivery_id, s.ordinal, t.in_delivery_id, t.in_ordinal
    FROM sent_otherwise AS s
    JOIN taken_otherwise AS t USING (from_code, to_code, turn)
),

compared AS (
    SELECT
        s.delivery_id, s.ordinal, t.delivery_id AS in_delivery_id, t.ordinal AS in_ordinal,
        s.from_code, s.to_code, s.document_no,
        s.resource_code, s.event_date, s.cost_cny,
        t.resource_code AS in_resource_code,
        t.event_date AS in_date,
        t.cost_cny AS in_cost_cny,
        t.document_no AS in_document_no,
        abs(datediff('day', s.event_date, t.event_date)) > coalesce(s.tolerance_days, 0) AS is_date_apart,
        -- What neither side says is not compared.
        coalesce(t.cost_cny <> s.cost_cny AND t.cost_cny <> coalesce(s.carrying_cny, s.cost_cny), FALSE)
            AS is_amount_apart
    FROM pair AS p
    JOIN sent AS s ON s.delivery_id = p.delivery_id AND s.ordinal = p.ordinal
    JOIN taken AS t ON t.delivery_id = p.in_delivery_id AND t.ordinal = p.in_ordinal
),

faced AS (
    SELECT
        c.delivery_id, c.ordinal, c.from_code AS holder_code, c.resource_code,
        'transfer_out' AS event_kind,
        c.event_date, c.to_code AS counterpart_code, c.document_no, c.cost_cny AS amount_cny,
        c.in_resource_code AS other_resource_code,
        c.in_date AS other_event_date,
        c.in_cost_cny AS other_amount_cny,
        TRUE AS is_matched,
        c.is_date_apart, c.is_amount_apart
    FROM compared AS c
    UNION ALL
    SELECT
        c.in_delivery_id, c.in_ordinal, c.to_code, c.in_resource_code, 'transfer_in', c.in_date, c.from_code,
        c.in_document_no, c.in_cost_cny, c.resource_code, c.event_date, c.cost_cny, TRUE, c.is_date_apart,
        c.is_amount_apart
    FROM compared AS c
    UNION ALL
    SELECT
        s.delivery_id, s.ordinal, s.from_code, s.resource_code, 'transfer_out', s.event_date, s.to_code, s.document_no,
        s.cost_cny, CAST(NULL AS VARCHAR), CAST(NULL AS DATE), CAST(NULL AS DECIMAL(20, 2)), FALSE, FALSE, FALSE
    FROM sent AS s
    ANTI JOIN pair AS p USING (delivery_id, ordinal)
    UNION ALL
    SELECT
        t.delivery_id, t.ordinal, t.to_code, t.resource_code, 'transfer_in', t.event_date, t.from_code, t.document_no,
        t.cost_cny, CAST(NULL AS VARCHAR), CAST(NULL AS DATE), CAST(NULL AS DECIMAL(20, 2)), FALSE, FALSE, FALSE
    FROM taken AS t
    ANTI JOIN pair AS p ON p.in_delivery_id = t.delivery_id AND p.in_ordinal = t.ordinal
)

SELECT
    f.delivery_id,
    f.ordinal,
    f.holder_code,
    f.resource_code,
    f.event_kind,
    f.event_date,
    f.counterpart_code,
    f.document_no,
    CAST(f.amount_cny AS DECIMAL(20, 2)) AS amount_cny,
    f.other_resource_code,
    f.other_event_date,
    CAST(f.other_amount_cny AS DECIMAL(20, 2)) AS other_amount_cny,
    f.is_matched,
    f.is_date_apart,
    f.is_amount_apart
FROM faced AS f
