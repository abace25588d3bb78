-- Shares of resources registered, of cards booked and of cards that agree with the books (登记率、入表率、账账相符率), with the
-- sums of the differences, by unit and for the city. Every registered unit has a row.
WITH version AS (
    SELECT o.organisation_code, o.name
    FROM catalog.organisation AS o
    QUALIFY row_number() OVER (
        PARTITION BY o.organisation_code
        ORDER BY o.valid_from <= last_day(CAST($period || '-01' AS DATE)) DESC, o.valid_from DESC
    ) = 1
),

item AS (
    SELECT
        r.holder_code,
        r.item_code,
        max(r.card_count) AS card_count,
        sum(CASE WHEN r.amount_kind = 'cost' THEN r.ledger_amount_cny ELSE 0 END) AS booked_cost_cny,
        count(*) FILTER (WHERE r.difference_kind <> 'matched') AS differing_count
    FROM finance.reconciliation AS r
    WHERE r.period = $period
    GROUP BY r.holder_code, r.item_code
),

contribution AS (
    SELECT
        s.holder_code,
        c.right_holder_name AS holder_name,
        CASE WHEN s.snapshot_status <> 'disposed' THEN 1 ELSE 0 END AS due_count,
        CASE WHEN s.snapshot_status IN ('valued', 'unvalued') THEN 1 ELSE 0 END AS registered_count,
        0 AS booked_count,
        0 AS agreed_count,
        0 AS differing_count,
        0 AS card_cost_cny,
        0 AS ledger_cost_cny,
        0 AS card_amortisation_cny,
        0 AS ledger_amortisation_cny,
        0 AS card_net_cny,
        0 AS ledger_net_cny
    FROM valuation.snapshot AS s
    JOIN registry.asset_card AS c ON c.card_id = s.card_id
    WHERE s.period = $period
    UNION ALL
    SELECT m.holder_code, m.holder_name, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    FROM registry.memo_register AS m
    UNION ALL
    SELECT
        i.holder_code,
        NULL,
        0,
        0,
        CASE WHEN i.booked_cost_cny <> 0 THEN i.card_count ELSE 0 END,
        CASE WHEN i.booked_cost_cny <> 0 AND i.differing_count = 0 THEN i.card_count ELSE 0 END,
        i.differing_count,
        0, 0, 0, 0, 0, 0
    FROM item AS i
    UNION ALL
    SELECT
        r.holder_code,
        r.entity_name,
        0, 0, 0, 0, 0,
        CASE WHEN r.amount_kind = 'cost' THEN r.card_amount_cny ELSE 0 END,
        CASE WHEN r.amount_kind = 'cost' THEN r.ledger_amount_cny ELSE 0 END,
        CASE WHEN r.amount_kind = 'amortisation' THEN r.card_amount_cny ELSE 0 END,
        CASE WHEN r.amount_kind = 'amortisation' THEN r.ledger_amount_cny ELSE 0 END,
        CASE WHEN r.amount_kind = 'net' THEN r.card_amount_cny ELSE 0 END,
        CASE WHEN r.amount_kind = 'net' THEN r.ledger_amount_cny ELSE 0 END
    FROM finance.reconciliation AS r
    WHERE r.period = $period
    UNION ALL
    SELECT v.organisation_code, v.name, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    FROM version AS v
),

rolled AS (
    SELECT
        'unit' AS level,
        n.holder_code AS entity_code,
        coalesce(v.name, n.holder_name) AS entity_name,
        n.due_count,
        n.registered_count,
        n.booked_count,
        n.agreed_count,
        n.differing_count,
        n.card_cost_cny,
        n.ledger_cost_cny,
        n.card_amortisation_cny,
        n.ledger_amortisation_cny,
        n.card_net_cny,
        n.ledger_net_cny
    FROM contribution AS n
    LEFT JOIN version AS v ON v.organisation_code = n.holder_code
    UNION ALL
    SELECT
        'city' AS level,
        'city' AS entity_code,
        '全市' AS entity_name,
        n.due_count,
        n.registered_count,
        n.booked_count,
        n.agreed_count,
        n.differing_count,
        n.card_cost_cny,
        n.ledger_cost_cny,
        n.card_amortisation_cny,
        n.ledger_amortisation_cny,
        n.card_net_cny,
        n.ledger_net_cny
    FROM contribution AS n
),

summed AS (
    SELECT
        r.level,
        r.entity_code,
        min(r.entity_name) AS entity_name,
        CAST(sum(r.due_count) AS BIGINT) AS due_count,
        CAST(sum(r.registered_count) AS BIGINT) AS registered_count,
        CAST(sum(r.booked_count) AS BIGINT) AS booked_count,
        CAST(sum(r.agreed_count) AS BIGINT) AS agreed_count,
        CAST(sum(r.differing_count) AS BIGINT) AS differing_count,
        CAST(sum(r.card_cost_cny) AS DECIMAL(20, 2)) AS card_cost_cny,
        CAST(sum(r.ledger_cost_cny) AS DECIMAL(20, 2)) AS ledger_cost_cny,
        CAST(sum(r.card_amortisation_cny) AS DECIMAL(20, 2)) AS card_amortisation_cny,
        CAST(sum(r.ledger_amortisation_cny) AS DECIMAL(20, 2)) AS ledger_amortisation_cny,
        CAST(sum(r.card_net_cny) AS DECIMAL(20, 2)) AS card_net_cny,
        CAST(sum(r.ledger_net_cny) AS DECIMAL(20, 2)) AS ledger_net_cny
    FROM rolled AS r
    GROUP BY r.level, r.entity_code
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
