-- Form R5 (own id): asset cards against the books (账账相符), by entity: how many cards agree, both sums of cost,
-- amortisation and net, and the differences.
WITH item AS (
    SELECT
        r.holder_code, r.item_code,
        max(r.card_count) AS card_count,
        CASE WHEN bool_or(r.difference_kind <> 'matched') THEN 1 ELSE 0 END AS differing_count
    FROM finance.reconciliation AS r
    WHERE r.period = $period
    GROUP BY r.holder_code, r.item_code
),

contribution AS (
    SELECT
        i.holder_code, i.card_count, i.differing_count,
        CASE WHEN i.differing_count = 0 THEN 1 ELSE 0 END AS agreed_count,
        NULL AS amount_kind,
        0 AS card_amount_cny,
        0 AS ledger_amount_cny
    FROM item AS i
    UNION ALL
    SELECT r.holder_code, 0, 0, 0, r.amount_kind, r.card_amount_cny, r.ledger_amount_cny
    FROM finance.reconciliation AS r
    WHERE r.period = $period
),

summed AS (
    SELECT
        p.report_kind, p.level, p.entity_code,
        min(p.report_label) AS report_label,
        min(p.entity_name) AS entity_name,
        min(p.parent_code) AS parent_code,
        sum(n.card_count) AS card_count,
        sum(n.agreed_count) AS agreed_count,
        sum(n.differing_count) AS differing_count,
        sum(n.card_amount_cny) FILTER (WHERE n.amount_kind = 'cost') AS card_cost_cny,
        sum(n.ledger_amount_cny) FILTER (WHERE n.amount_kind = 'cost') AS ledger_cost_cny,
        sum(n.card_amount_cny) FILTER (WHERE n.amount_kind = 'amortisation') AS card_amortisation_cny,
        sum(n.ledger_amount_cny) FILTER (WHERE n.amount_kind = 'amortisation') AS ledger_amortisation_cny,
        sum(n.card_amount_cny) FILTER (WHERE n.amount_kind = 'net') AS card_net_cny,
        sum(n.ledger_amount_cny) FILTER (WHERE n.amount_kind = 'net') AS ledger_net_cny
    FROM report.placement AS p
    JOIN contribution AS n ON n.holder_code = p.unit_code
    WHERE p.period = $period
    GROUP BY p.report_kind, p.level, p.entity_code
)

SELECT
    $period AS period,
    s.report_kind,
    s.level,
    s.entity_code,
    s.report_label,
    s.entity_name,
    s.parent_code,
    CAST(s.card_count AS BIGINT) AS card_count,
    CAST(s.agreed_count AS BIGINT) AS agreed_count,
    CAST(s.differing_count AS BIGINT) AS differing_count,
    CAST(coalesce(s.card_cost_cny, 0) AS DECIMAL(20, 2)) AS card_cost_cny,
    CAST(coalesce(s.ledger_cost_cny, 0) AS DECIMAL(20, 2)) AS ledger_cost_cny,
    CAST(coalesce(s.card_cost_cny, 0) - coalesce(s.ledger_cost_cny, 0) AS DECIMAL(20, 2)) AS difference_cost_cny,
    CAST(coalesce(s.card_amortisation_cny, 0) AS DECIMAL(20, 2)) AS card_amortisation_cny,
    CAST(coalesce(s.ledger_amortisation_cny, 0) AS DECIMAL(20, 2)) AS ledger_amortisation_cny,
    CAST(coalesce(s.card_amortisation_cny, 0) - coalesce(s.ledger_amortisation_cny, 0) AS DECIMAL(20, 2))
        AS difference_amortisation_cny,
    CAST(coalesce(s.card_net_cny, 0) AS DECIMAL(20, 2)) AS card_net_cny,
    CAST(coalesce(s.ledger_net_cny, 0) AS DECIMAL(20, 2)) AS ledger_net_cny,
    CAST(coalesce(s.card_net_cny, 0) - coalesce(s.ledger_net_cny, 0) AS DECIMAL(20, 2)) AS difference_net_cny
FROM summed AS s
