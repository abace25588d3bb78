-- What a person should look at in the costs and values of cards, and what was made of it meanwhile: what the controls
-- against inflation found in costs and in reports on values, held or not, released or not; a line of cost that comes
-- after its card was disposed of counts for nothing; of negative lines that take out more than came in, what is too
-- much counts for nothing, since no asset is worth less than nothing; a card of which no line has a life has no value;
-- an impairment of a government unit is none.
WITH left_on AS (
    SELECT e.resource_id, min(e.event_date) AS event_date
    FROM registry.card_event AS e
    WHERE e.event_effect = 'leave'
    GROUP BY e.resource_id
),

line AS (
    SELECT
        a.card_id, a.holder_code, a.resource_code,
        -- A card that is said to have left before it began is disposed of on the day of its first cost.
        CASE WHEN a.disposed_date IS NOT NULL THEN least(a.disposed_date, x.event_date) END AS left_date,
        c.posted_period, c.voucher_no, c.line_no,
        coalesce(c.available_date, c.posted_date) AS line_date,
        c.amount_cny
    FROM valuation.cost_line AS c
    JOIN registry.asset_card AS a USING (resource_id)
    LEFT JOIN left_on AS x USING (resource_id)
    WHERE c.treatment = 'capitalised' AND c.entry_no = 0 AND NOT c.is_held
),

balance AS (
    SELECT
        n.card_id, n.holder_code, n.resource_code,
        max(n.line_date) AS line_date,
        sum(n.amount_cny) AS amount_cny
    FROM line AS n
    GROUP BY n.card_id, n.holder_code, n.resource_code
),

-- What the lines of a card that stands came to, whatever reverses what: neither more nor less than their sum, less what
-- events took out.
kept AS (
    SELECT u.card_id, sum(u.amount_cny) AS amount_cny
    FROM (
        SELECT t.card_id, t.cost_cny AS amount_cny
        FROM (
            SELECT w.card_id, w.cost_cny
            FROM valuation.amortisation_term AS w
            WHERE w.book_code = 'accounting'
            QUALIFY row_number() OVER (PARTITION BY w.card_id, w.pool_no ORDER BY w.term_no DESC) = 1
        ) AS t
        UNION ALL
        SELECT m.card_id, m.amount_cny
        FROM valuation.movement AS m
        WHERE
            m.movement_kind IN (
                'development', 'development_in', 'development_out', 'completion', 'development_reversal', 'stock',
                'stock_reversal'
            )
    ) AS u
    GROUP BY u.card_id
),

eventful AS (
    SELECT DISTINCT c.card_id
    FROM registry.asset_card AS c
    JOIN registry.card_event AS e USING (resource_id)
    WHERE e.event_effect = 'leave'
    UNION ALL
    SELECT a.card_id
    FROM registry.asset_card AS a
    WHERE a.disposed_date IS NOT NULL
    UNION ALL
    SELECT DISTINCT h.card_id
    FROM valuation.cost_line AS n
    JOIN registry.asset_card AS h USING (resource_id)
    WHERE n.is_held OR n.entry_no <> 0
),

in_use AS (
    SELECT t.card_id, min(t.from_date) AS from_date
    FROM valuation.amortisation_term AS t
    WHERE t.book_code = 'accounting' AND t.cost_cny > 0
    GROUP BY t.card_id
),

taken AS (
    SELECT m.card_id, sum(-m.amount_cny) AS amount_cny
    FROM valuation.movement AS m
    LEFT JOIN in_use AS u ON u.card_id = m.card_id AND u.from_date <= m.event_date
    WHERE
        m.movement_kind = 'development_out'
        OR (m.movement_kind IN ('part_disposal', 'succession_out') AND u.card_id IS NOT NULL)
    GROUP BY m.card_id
),

-- What a card had when an event took the whole of it for an amount: direct cost and its shares of common cost.
shared AS (
    SELECT e.delivery_id, e.ordinal, sum(n.amount_cny) AS amount_cny
    FROM registry.card_event AS e
    JOIN valuation.cost_line AS n USING (resource_id)
    WHERE
        e.event_effect = 'leave'
        AND e.amount_cny IS NOT NULL
        AND n.share_no > 0
        AND n.treatment = 'capitalised'
        AND NOT n.is_held
        AND coalesce(n.available_date, n.posted_date) <= e.event_date
    GROUP BY e.delivery_id, e.ordinal
),

lifeless AS (
    SELECT
        t.card_id, t.holder_code,
        min(t.from_date) AS from_date,
        max(t.cost_cny) AS cost_cny
    FROM valuation.amortisation_term AS t
    WHERE t.book_code = 'accounting' AND NOT t.has_life
    GROUP BY t.card_id, t.holder_code
),

-- What is released of each line on the day up to which the deliveries go.
let_in AS (
    SELECT
        r.finding_kind, r.holder_code, r.posted_period, r.voucher_no, r.line_no,
        max(r.released_cny) AS released_cny
    FROM valuation.line_release AS r
    CROSS JOIN delivered.horizon AS h
    WHERE r.release_date <= h.judged_date
    GROUP BY r.finding_kind, r.holder_code, r.posted_period, r.voucher_no, r.line_no
),

-- One finding of a whole resource, however many lines it has.
controlled AS (
    SELECT
        c.finding_key, c.finding_kind, c.holder_code, c.resource_code,
        CASE WHEN count(*) = 1 THEN min(c.posted_period) ELSE '' END AS posted_period,
        CASE WHEN count(*) = 1 THEN min(c.voucher_no) ELSE '' END AS voucher_no,
        CASE WHEN count(*) = 1 THEN min(c.line_no) ELSE 0 END AS line_no,
        max(c.known_date) AS known_date,
        sum(c.amount_cny) AS amount_cny,
        coalesce(sum(c.amount_cny) FILTER (WHERE c.is_holding), 0) AS holding_cny,
        coalesce(sum(i.released_cny) FILTER (WHERE c.is_holding), 0) AS released_cny,
        min(c.other_holder_code) AS other_holder_code,
        min(c.other_resource_code) AS other_resource_code,
        min(c.seen_in) AS seen_in
    FROM valuation.cost_control AS c
    LEFT JOIN let_in AS i USING (finding_kind, holder_code, posted_period, voucher_no, line_no)
    GROUP BY c.finding_key, c.finding_kind, c.holder_code, c.resource_code
),

keyed AS (
    SELECT c.finding_key
    FROM controlled AS c
    UNION ALL
    SELECT r.finding_key
    FROM valuation.report_control AS r
),

found AS (
    SELECT
        n.card_id,
        'cost_after_disposal' AS finding_kind,
        n.posted_period, n.voucher_no, n.line_no, n.holder_code, n.resource_code,
        n.line_date AS finding_date,
        n.amount_cny,
        CAST(0 AS DECIMAL(20, 2)) AS holding_cny,
        '' AS finding_key,
        CAST(NULL AS VARCHAR) AS other_holder_code,
        CAST(NULL AS VARCHAR) AS other_resource_code,
        CAST(NULL AS VARCHAR) AS seen_in,
        CAST(NULL AS VARCHAR) AS reference_method,
        CAST(NULL AS VARCHAR) AS document_no
    FROM line AS n
    WHERE n.line_date > n.left_date
    UNION ALL
    SELECT
        b.card_id, 'reversal_beyond_cost', '', '', 0, b.holder_code, b.resource_code, b.line_date,
        CAST(-b.amount_cny AS DECIMAL(20, 2)), 0, '', NULL, NULL, NULL, NULL, NULL
    FROM balance AS b
    WHERE b.amount_cny < 0
    UNION ALL
    SELECT
        f.card_id, 'life_missing', '', '', 0, f.holder_code, a.resource_code, f.from_date, f.cost_cny, 0,
        '', NULL, NULL, NULL, NULL, NULL
    FROM lifeless AS f
    JOIN registry.asset_card AS a USING (card_id)
    UNION ALL
    SELECT
        a.card_id,
        CASE
            WHEN e.card_state = 'ended' THEN 'event_after_end'
            WHEN e.amount_cny <= 0 OR (e.event_kind = 'impairment' AND e.amount_cny IS NULL) THEN 'event_amount'
            WHEN e.event_kind = 'impairment' AND e.card_state = 'in_use' THEN 'impairment_of_government'
            ELSE 'event_not_allowed'
        END,
        '', e.document_no, CAST(e.ordinal AS INTEGER), a.holder_code, a.resource_code, e.event_date, e.amount_cny,
        0, e.delivery_id || '|' || e.ordinal, NULL, NULL, NULL, NULL, NULL
    FROM registry.card_event AS e
    JOIN registry.asset_card AS a USING (resource_id)
    WHERE e.event_effect = 'none'
    UNION ALL
    SELECT
        '', 'event_without_card', '', e.document_no, CAST(e.ordinal AS INTEGER), e.holder_code, e.resource_code,
        e.event_date, e.amount_cny, 0, e.delivery_id || '|' || e.ordinal, NULL, NULL, NULL, NULL, NULL
    FROM delivered.event AS e
    JOIN registry.resource_standing AS t USING (holder_code, resource_code)
    WHERE t.standing <> 'card' AND e.event_kind <> 'code_change'
    UNION ALL
    SELECT
        b.card_id,
        CASE WHEN t.card_id IS NULL THEN 'cost_not_conserved' ELSE 'taken_beyond_cost' END,
        '', '', 0, b.holder_code, b.resource_code, b.line_date,
        CAST(coalesce(k.amount_cny, 0) - b.amount_cny + coalesce(t.amount_cny, 0) AS DECIMAL(20, 2)), 0, '', NULL,
        NULL, NULL, NULL, NULL
    FROM balance AS b
    LEFT JOIN kept AS k USING (card_id)
    LEFT JOIN taken AS t USING (card_id)
    ANTI JOIN eventful AS v USING (card_id)
    WHERE b.amount_cny >= 0 AND coalesce(k.amount_cny, 0) <> b.amount_cny - coalesce(t.amount_cny, 0)
    UNION ALL
    SELECT
        a.card_id, 'event_without_cost', '', e.document_no, CAST(e.ordinal AS INTEGER), a.holder_code,
        a.resource_code, e.event_date, e.amount_cny, 0, e.delivery_id || '|' || e.ordinal, NULL, NULL, NULL, NULL,
        NULL
    FROM registry.card_event AS e
    JOIN registry.asset_card AS a USING (resource_id)
    LEFT JOIN in_use AS u USING (card_id)
    LEFT JOIN registry.succession AS v USING (delivery_id, ordinal)
    WHERE
        e.event_effect IN ('part', 'impair')
        AND NOT coalesce(v.is_taken_over, FALSE)
        AND (a.disposed_date IS NULL OR e.event_date < a.disposed_date)
        AND (u.from_date IS NULL OR u.from_date > e.event_date)
    UNION ALL
    SELECT
        a.card_id, 'shared_cost_left', '', e.document_no, CAST(e.ordinal AS INTEGER), a.holder_code,
        a.resource_code, e.event_date, CAST(s.amount_cny AS DECIMAL(20, 2)), 0, e.delivery_id || '|' || e.ordinal,
        NULL, NULL, NULL, NULL, NULL
    FROM registry.card_event AS e
    JOIN registry.asset_card AS a USING (resource_id)
    JOIN shared AS s USING (delivery_id, ordinal)
    WHERE s.amount_cny > 0
    UNION ALL
    SELECT
        coalesce(a.card_id, ''), t.finding_kind, '', t.document_no, CAST(t.ordinal AS INTEGER), t.holder_code,
        t.resource_code, t.event_date, t.amount_cny, 0, t.delivery_id || '|' || t.ordinal, t.counterpart_code,
        t.other_resource_code, NULL, NULL, NULL
    FROM (
        SELECT p.*, 'transfer_unmatched' AS finding_kind
        FROM valuation.transfer_pair AS p
        WHERE NOT p.is_matched
        UNION ALL
        SELECT p.*, 'transfer_date_differs'
        FROM valuation.transfer_pair AS p
        WHERE p.is_date_apart
        UNION ALL
        SELECT p.*, 'transfer_amount_differs'
        FROM valuation.transfer_pair AS p
        WHERE p.is_amount_apart
    ) AS t
    LEFT JOIN registry.asset_card AS a USING (holder_code, resource_code)
    UNION ALL
    SELECT
        coalesce(a.card_id, ''), c.finding_kind, c.posted_period, c.voucher_no, c.line_no, c.holder_code,
        c.resource_code, c.known_date, CAST(c.amount_cny AS DECIMAL(20, 2)), CAST(c.holding_cny AS DECIMAL(20, 2)),
        c.finding_key, c.other_holder_code, c.other_resource_code, c.seen_in, NULL, NULL
    FROM controlled AS c
    LEFT JOIN registry.asset_card AS a USING (holder_code, resource_code)
    UNION ALL
    SELECT
        coalesce(a.card_id, ''), r.finding_kind, '', '', 0, r.holder_code, r.resource_code, r.known_date,
        r.amount_cny, 0, r.finding_key, NULL, NULL, r.seen_in, r.reference_method, r.document_no
    FROM valuation.report_control AS r
    LEFT JOIN registry.asset_card AS a USING (holder_code, resource_code)
    UNION ALL
    SELECT
        '', 'cost_not_shared', v.posted_period, v.voucher_no, v.line_no, v.holder_code, NULL, v.posted_date,
        v.amount_cny, 0, '', NULL, NULL, v.driver, NULL, NULL
    FROM valuation.voucher_line AS v
    ANTI JOIN valuation.cost_share AS s USING (holder_code, posted_period, voucher_no, line_no)
    WHERE v.match_status = 'common' AND v.treatment = 'capitalised'
    UNION ALL
    -- A decision that releases nothing is told, since whoever made it thinks that it does.
    SELECT
        '', 'release_without_effect', '', d.decision_id, CAST(d.ordinal AS INTEGER),
        split_part(d.subject_key, '|', 1), NULL, d.decided_date, NULL, 0, d.subject_key, NULL, NULL, d.decider_name,
        NULL, NULL
    FROM (
        SELECT w.*, w.decided_by AS decider_name
        FROM delivered.decision AS w
        WHERE w.subject_kind = 'control' AND w.decision = 'release'
    ) AS d
    LEFT JOIN keyed AS c ON c.finding_key = d.subject_key
    WHERE
        c.finding_key IS NULL
        OR d.expires_date IS NULL
        OR d.expires_date < d.decided_date
        OR d.deliverer_code = split_part(d.subject_key, '|', 1)
),

stated AS (
    SELECT
        f.*,
        r.decision_id, r.decider_name, r.reason, r.release_date, r.end_date,
        CASE
            WHEN r.release_date > h.judged_date OR r.release_date IS NULL THEN 'open'
            WHEN r.end_date <= h.judged_date THEN 'expired'
            -- What came after the decision is still to be settled.
            WHEN f.holding_cny > coalesce(c.released_cny, 0) THEN 'open'
            ELSE 'released'
        END AS finding_state,
        CASE WHEN r.release_date <= h.judged_date AND r.end_date > h.judged_date THEN coalesce(c.released_cny, 0)
            ELSE 0
        END AS released_cny
    FROM found AS f
    CROSS JOIN delivered.horizon AS h
    LEFT JOIN valuation.control_release AS r USING (finding_key)
    LEFT JOIN controlled AS c ON c.finding_key = f.finding_key AND c.finding_kind = f.finding_kind
)

SELECT
    s.card_id,
    s.finding_kind,
    s.posted_period,
    s.voucher_no,
    s.line_no,
    s.holder_code,
    s.resource_code,
    s.finding_date,
    s.amount_cny,
    s.finding_key,
    s.finding_state,
    -- What is released is held no more.
    CAST(s.holding_cny - least(s.holding_cny, s.released_cny) AS DECIMAL(20, 2)) AS held_cny,
    k.protects,
    CASE WHEN k.effect = 'hold' AND s.holding_cny = 0 THEN 'review' ELSE k.effect END AS effect,
    s.other_holder_code,
    s.other_resource_code,
    s.seen_in,
    s.reference_method,
    s.document_no,
    s.decision_id,
    s.decider_name,
    s.reason,
    s.release_date,
    s.end_date,
    k.message_zh,
    k.message_en,
    k.mend_zh,
    k.mend_en
FROM stated AS s
LEFT JOIN policy.control_finding_kind AS k ON k.kind = s.finding_kind AND in_force(k, s.finding_date)
