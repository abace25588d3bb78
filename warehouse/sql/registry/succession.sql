-- Events of succession: a card is split into new ones, or cards are merged into one (拆分、合并; policy says what each
-- asks for, `succession_rule`). The new card takes over cost, amortisation and impairment of the former ones from that
-- day on (`valuation.taken_pool`) if the event is as it should be; else what leaves is a disposal and the new card's
-- lines of cost stand for themselves, and the first thing that is wrong is told (`registry.register_finding`). With too
-- few former cards, or stock that stays behind, it is told and taken over all the same.
WITH told AS (
    SELECT
        e.delivery_id, e.ordinal, e.holder_code, e.resource_code, e.event_kind, e.event_date, e.document_no,
        e.counterpart_code, u.former_count, u.must_agree,
        coalesce(k.current_code, e.former_code) AS former_code
    FROM delivered.event AS e
    JOIN policy.succession_rule AS u ON u.event_kind = e.event_kind AND in_force(u, e.event_date)
    LEFT JOIN delivered.code_change AS k
        ON k.holder_code = e.holder_code AND k.former_code = e.former_code AND k.current_code IS NOT NULL
    -- As in `registry.card_event`.
    QUALIFY row_number() OVER (
        PARTITION BY
            e.holder_code, e.resource_code, coalesce(k.current_code, e.former_code), e.event_kind, e.event_date,
            e.document_no
        ORDER BY e.delivery_date DESC, e.delivery_id, e.ordinal
    ) = 1
),

counted AS (
    SELECT t.holder_code, t.resource_code, t.event_kind, count(DISTINCT t.former_code) AS former_count
    FROM told AS t
    GROUP BY t.holder_code, t.resource_code, t.event_kind
),

elsewhere AS (
    SELECT DISTINCT t.delivery_id, t.ordinal
    FROM told AS t
    JOIN catalog.resource AS s ON s.resource_code = t.former_code AND s.holder_code <> t.holder_code
    ANTI JOIN catalog.resource AS o ON o.resource_code = t.former_code AND o.holder_code = t.holder_code
),

part AS (
    SELECT
        p.delivery_id, p.ordinal,
        sum(p.amount_cny) AS amount_cny,
        bool_and(p.voucher_no IS NOT NULL) AS is_covered
    FROM registry.succession_part AS p
    GROUP BY p.delivery_id, p.ordinal
),

-- What the new code cost before, beside what it takes over.
before AS (
    SELECT DISTINCT t.delivery_id, t.ordinal
    FROM told AS t
    JOIN registry.treated_cost AS c
        ON c.holder_code = t.holder_code AND c.resource_code = t.resource_code AND c.posted_date < t.event_date
    ANTI JOIN registry.succession_part AS p
        ON p.holder_code = c.holder_code
        AND p.resource_code = c.resource_code
        AND p.posted_period = strftime(c.posted_date, '%Y-%m')
        AND p.voucher_no = c.voucher_no
        AND p.line_no = c.line_no
    WHERE c.treatment = 'capitalised'
),

stocked AS (
    SELECT c.holder_code, c.resource_code
    FROM registry.treated_cost AS c
    WHERE c.treatment = 'capitalised' AND c.purpose = 'sale'
    GROUP BY c.holder_code, c.resource_code
    HAVING sum(c.amount_cny) <> 0
),

judged AS (
    SELECT
        t.*, h.event_effect, p.amount_cny,
        CASE
            WHEN x.delivery_id IS NOT NULL OR t.counterpart_code <> t.holder_code THEN 'succession_two_holders'
            WHEN h.delivery_id IS NULL OR f.recognised_date > t.event_date THEN 'succession_former_unknown'
            WHEN h.card_state = 'ended' OR f.derecognised_date <= t.event_date THEN 'succession_after_end'
            WHEN h.event_effect NOT IN ('leave', 'part') OR p.delivery_id IS NULL THEN 'succession_amount_missing'
            WHEN b.delivery_id IS NOT NULL THEN 'succession_has_cost'
            WHEN NOT p.is_covered THEN 'succession_amount_differs'
            WHEN t.must_agree = 'value_basis' AND v.value_basis <> w.value_basis THEN 'succession_basis_differs'
            WHEN n.former_count < t.former_count THEN 'succession_count_differs'
            WHEN s.holder_code IS NOT NULL AND h.event_effect = 'leave' THEN 'succession_leaves_stock'
        END AS finding_kind
    FROM told AS t
    JOIN counted AS n USING (holder_code, resource_code, event_kind)
    LEFT JOIN elsewhere AS x USING (delivery_id, ordinal)
    LEFT JOIN registry.card_event AS h USING (delivery_id, ordinal)
    LEFT JOIN registry.resource_standing AS f ON f.resource_id = h.resource_id
    LEFT JOIN part AS p USING (delivery_id, ordinal)
    LEFT JOIN before AS b USING (delivery_id, ordinal)
    LEFT JOIN registry.resource_cost AS v ON v.holder_code = t.holder_code AND v.resource_code = t.resource_code
    LEFT JOIN registry.resource_cost AS w ON w.holder_code = t.holder_code AND w.resource_code = t.former_code
    LEFT JOIN stocked AS s ON s.holder_code = t.holder_code AND s.resource_code = t.former_code
)

SELECT
    j.delivery_id,
    j.ordinal,
    j.holder_code,
    j.resource_code,
    j.former_code,
    j.event_kind,
    j.event_date,
    CAST(coalesce(j.amount_cny, 0) AS DECIMAL(20, 2)) AS amount_cny,
    j.finding_kind IS NULL
    OR j.finding_kind IN ('succession_count_differs', 'succession_leaves_stock') AS is_taken_over,
    j.finding_kind,
    j.document_no
FROM judged AS j
