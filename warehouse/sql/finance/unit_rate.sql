-- Shares of resources registered, of cards booked and of cards that agree with the books (登记率、入表率、账账相符率), with the
-- sums of the differences, by unit and for the city. Every registered unit has a row.
WITH item AS (
    SELECT
        r.holder_code, r.item_code,
        max(r.card_count) AS card_count,
        sum(CASE WHEN r.amount_kind IN ('cost', 'development', 'stock') THEN abs(r.ledger_amount_cny) ELSE 0 END)
            AS booked_cost_cny,
        -- A card counts once, in however many of its amounts it differs.
        CASE WHEN bool_or(r.difference_kind <> 'matched') THEN 1 ELSE 0 END AS differing_count
    FROM finance.reconciliation AS r
    WHERE r.period = $period
    GROUP BY r.holder_code, r.item_code
),

contribution AS (
    SELECT
        s.holder_code,
        CASE WHEN s.snapshot_status IN ('valued', 'unvalued') THEN 1 ELSE 0 END AS due_count,
        CASE WHEN s.snapshot_status IN ('valued', 'unvalued') THEN 1 ELSE 0 END AS registered_count,
        0 AS booked_count,
        0 AS agreed_count,
        0 AS differing_count,
        NULL AS amount_kind,
        0 AS card_amount_cny,
        0 AS ledger_amount_cny
    FROM valuation.snapshot AS s
    WHERE s.period = $period
    UNION ALL
    SELECT m.holder_code, 1, 0, 0, 0, 0, NULL, 0, 0
    FROM registry.memo_register AS m
    WHERE m.entered_date <= $period_end AND (m.left_date IS NULL OR m.left_date > $period_end)
    UNION ALL
    SELECT
        i.holder_code,
        0,
        0,
        CASE WHEN i.booked_cost_cny <> 0 THEN i.card_count ELSE 0 END,
        CASE WHEN i.booked_cost_cny <> 0 AND i.differing_count = 0 THEN i.card_count ELSE 0 END,
        i.differing_count,
        NULL,
        0,
        0
    FROM item AS i
    UNION ALL
    SELECT r.holder_code, 0, 0, 0, 0, 0, r.amount_kind, r.card_amount_cny, r.ledger_amount_cny
    FROM finance.reconciliation AS r
    WHERE r.period = $period
),

summed AS (
    SELECT
        p.level, p.entity_code,
        min(p.entity_name) AS entity_name,
        CAST(coalesce(sum(n.due_count), 0) AS BIGINT) AS due_count,
        CAST(coalesce(sum(n.registered_count), 0) AS BIGINT) AS registered_count,
        CAST(coalesce(sum(n.booked_count), 0) AS BIGINT) AS booked_count,
        CAST(coalesce(sum(n.agreed_count), 0) AS BIGINT) AS agreed_count,
        CAST(coalesce(sum(n.differing_count), 0) AS BIGINT) AS differing_count,
        CAST(coalesce(sum(n.card_amount_cny) FILTER (WHERE n.amount_kind = 'cost'), 0) AS DECIMAL(20, 2))
            AS card_cost_cny,
        CAST(coalesce(sum(n.ledger_amount_cny) FILTER (WHERE n.amount_kind = 'cost'), 0) AS DECIMAL(20, 2))
            AS ledger_cost_cny,
        CAST(coalesce(sum(n.card_amount_cny) FILTER (WHERE n.amount_kind = 'amortisation'), 0) AS DECIMAL(20, 2))
            AS card_amortisation_cny,
        CAST(coalesce(sum(n.ledger_amount_cny) FILTER (WHERE n.amount_kind = 'amortisation'), 0) AS DECIMAL(20, 2))
            AS ledger_amortisation_cny,
        CAST(coalesce(sum(n.card_amount_cny) FILTER (WHERE n.amount_kind = 'net'), 0) AS DECIMAL(20, 2))
            AS card_net_cny,
        CAST(coalesce(sum(n.ledger_amount_cny) FILTER (WHERE n.amount_kind = 'net'), 0) AS DECIMAL(20, 2))
            AS ledger_net_cny
    FROM catalog.roll_up AS p
    LEFT JOIN contribution AS n ON n.holder_code = p.unit_code
    WHERE
        p.level IN ('unit', 'city')
        AND p.valid_from <= $period_end
        AND (p.valid_to IS NULL OR p.valid_to > $period_end)
    GROUP BY p.level, p.entity_code
)

-- Percentages are hundredths in whole numbers, half up.
SELECT
    $period AS period,
    s.level,
    s.entity_code,
    s.entity_name,
    s.due_count,
    s.registered_count,
    s.booked_count,
    s.agreed_count,
    s.differing_count,
    CASE WHEN s.due_count > 0
        THEN CAST((s.registered_count * 10000 + s.due_count // 2) // s.due_count * 0.01 AS DECIMAL(5, 2))
    END AS registered_pct,
    CASE WHEN s.registered_count > 0
        THEN CAST((s.booked_count * 10000 + s.registered_count // 2) // s.registered_count * 0.01 AS DECIMAL(5, 2))
    END AS booked_pct,
    CASE WHEN s.registered_count > 0
        THEN CAST((s.agreed_count * 10000 + s.registered_count // 2) // s.registered_count * 0.01 AS DECIMAL(5, 2))
    END AS agreed_pct,
    s.card_cost_cny,
    s.ledger_cost_cny,
    CAST(s.card_cost_cny - s.ledger_cost_cny AS DECIMAL(20, 2)) AS difference_cost_cny,
    s.card_amortisation_cny,
    s.ledger_amortisation_cny,
    CAST(s.card_amortisation_cny - s.ledger_amortisation_cny AS DECIMAL(20, 2)) AS difference_amortisation_cny,
    s.card_net_cny,
    s.ledger_net_cny,
    CAST(s.card_net_cny - s.ledger_net_cny AS DECIMAL(20, 2)) AS difference_net_cny
FROM summed AS s
