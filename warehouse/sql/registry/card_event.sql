-- What happened to the resources that have a card, in order, and what each event did. Policy says what an event of a
-- kind does to a card that is in development or in use (`event_rule`); what it does not list, and what comes after the
-- card has left, counts for nothing and is told. An event that says how much of the cost it takes out, and not all,
-- takes out a part; an amount that is not positive is none. Told by two in one paper, it is one event. A succession (a
-- split or a merge, `succession_rule`) is what happens to the former card; there is an event for each new one.
WITH told AS (
    SELECT
        t.resource_id,
        t.resource_code AS card_code,
        u.event_kind IS NOT NULL AS is_succession,
        coalesce(u.amount_rule = 'stated', FALSE) AS must_state_amount,
        e.*
    FROM delivered.event AS e
    LEFT JOIN policy.succession_rule AS u ON u.event_kind = e.event_kind AND in_force(u, e.event_date)
    LEFT JOIN delivered.code_change AS k
        ON k.holder_code = e.holder_code AND k.former_code = e.former_code AND k.current_code IS NOT NULL
    JOIN registry.resource_standing AS t
        ON t.holder_code = e.holder_code
        AND t.resource_code
        = CASE WHEN u.event_kind IS NOT NULL THEN coalesce(k.current_code, e.former_code) ELSE e.resource_code END
    WHERE t.standing = 'card' AND e.event_kind <> 'code_change'
    QUALIFY row_number() OVER (
        PARTITION BY
            t.resource_id, e.event_kind, e.event_date, e.document_no,
            CASE WHEN u.event_kind IS NOT NULL THEN e.resource_code END
        ORDER BY e.delivery_date DESC, e.delivery_id, e.ordinal
    ) = 1
),

placed AS (
    SELECT
        e.resource_id, e.holder_code, e.card_code AS resource_code, e.event_kind, e.event_date, e.amount_cny,
        e.counterpart_code, e.document_no, e.delivery_id, e.ordinal, e.is_succession, e.must_state_amount,
        -- A card without cost is in use.
        CASE
            WHEN a.holder_code IS NULL OR a.available_date <= e.event_date THEN 'in_use'
            ELSE 'in_development'
        END AS card_state,
        coalesce(o.accounting_system, 'unknown') AS accounting_system
    FROM told AS e
    LEFT JOIN registry.resource_cost AS a ON a.holder_code = e.holder_code AND a.resource_code = e.card_code
    LEFT JOIN catalog.organisation AS o
        ON o.organisation_code = e.holder_code
        AND o.valid_from <= e.event_date
        AND coalesce(o.valid_to, DATE 'infinity') > e.event_date
),

ruled AS (
    SELECT p.*, r.effect
    FROM placed AS p
    LEFT JOIN policy.event_rule AS r
        ON r.event_kind = p.event_kind
        AND r.card_state = p.card_state
        AND r.accounting_system IN ('any', p.accounting_system)
        AND in_force(r, p.event_date)
    QUALIFY row_number() OVER (
        PARTITION BY p.delivery_id, p.ordinal ORDER BY r.accounting_system = 'any', r.accounting_system
    ) = 1
),

leaving AS (
    SELECT r.delivery_id, r.ordinal, sum(c.amount_cny) AS cost_cny
    FROM ruled AS r
    JOIN registry.treated_cost AS c
        ON c.holder_code = r.holder_code
        AND c.resource_code = r.resource_code
        AND c.treatment = 'capitalised'
        AND (
            coalesce(c.available_date, c.posted_date) <= r.event_date
            -- What goes over to another card takes its development along.
            OR (r.is_succession AND c.posted_date <= r.event_date)
        )
    WHERE r.effect = 'leave'
    GROUP BY r.delivery_id, r.ordinal
),

measured AS (
    SELECT
        r.*,
        r.effect = 'leave'
        AND (
            (r.amount_cny IS NULL AND NOT r.must_state_amount)
            OR sum(CASE WHEN r.effect = 'leave' AND r.amount_cny > 0 THEN r.amount_cny ELSE 0 END) OVER (
                PARTITION BY r.resource_id ORDER BY r.event_date, r.delivery_id, r.ordinal ROWS UNBOUNDED PRECEDING
            ) >= coalesce(x.cost_cny, 0)
        )
        AND coalesce(r.amount_cny, 1) > 0 AS is_whole
    FROM ruled AS r
    LEFT JOIN leaving AS x USING (delivery_id, ordinal)
),

ended AS (
    SELECT
        m.*,
        coalesce(
            max(CASE WHEN m.is_whole THEN 1 ELSE 0 END) OVER (
                PARTITION BY m.resource_id ORDER BY m.event_date, m.delivery_id, m.ordinal
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ),
            0
        ) = 1 AS is_after_end
    FROM measured AS m
)

SELECT
    e.delivery_id,
    e.ordinal,
    e.resource_id,
    e.holder_code,
    e.resource_code,
    e.event_kind,
    e.event_date,
    CASE WHEN e.is_after_end THEN 'ended' ELSE e.card_state END AS card_state,
    CASE
        WHEN e.is_after_end OR e.effect IS NULL OR e.amount_cny <= 0 THEN 'none'
        WHEN e.amount_cny IS NULL AND (e.effect = 'impair' OR e.must_state_amount) THEN 'none'
        WHEN e.effect = 'leave' AND NOT e.is_whole AND (e.is_succession OR e.card_state = 'in_use') THEN 'part'
        WHEN e.effect = 'leave' AND NOT e.is_whole THEN 'none'
        ELSE e.effect
    END AS event_effect,
    e.amount_cny,
    e.counterpart_code,
    e.document_no
FROM ended AS e
