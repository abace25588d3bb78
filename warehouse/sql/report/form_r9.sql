-- Form R9 (own id): progress by entity: units that are to report and that did, resources registered, booked and agreed
-- with the books, and what is still to be assessed.
WITH item AS (
    SELECT
        r.holder_code, r.item_code,
        max(r.card_count) AS card_count,
        sum(CASE WHEN r.amount_kind IN ('cost', 'development', 'stock') THEN abs(r.ledger_amount_cny) ELSE 0 END)
            AS booked_cost_cny,
        CASE WHEN bool_or(r.difference_kind <> 'matched') THEN 1 ELSE 0 END AS differing_count
    FROM finance.reconciliation AS r
    WHERE r.period = $period
    GROUP BY r.holder_code, r.item_code
),

reporting AS (
    SELECT r.holder_code, 1 AS has_catalogue, 0 AS has_books
    FROM catalog.resource AS r
    QUALIFY row_number() OVER (PARTITION BY r.holder_code ORDER BY r.resource_id) = 1
    UNION ALL
    SELECT g.holder_code, 0, 1
    FROM delivered.ledger AS g
    WHERE g.period = $period
    QUALIFY row_number() OVER (PARTITION BY g.holder_code ORDER BY g.delivery_id, g.ordinal) = 1
),

contribution AS (
    SELECT
        g.holder_code, g.has_catalogue, g.has_books,
        0 AS card_count,
        0 AS memo_count,
        0 AS unassessed_count,
        0 AS booked_count,
        0 AS agreed_count
    FROM reporting AS g
    UNION ALL
    SELECT s.holder_code, 0, 0, s.closing_count, 0, 0, 0, 0
    FROM valuation.snapshot AS s
    WHERE s.period = $period
    UNION ALL
    SELECT m.holder_code, 0, 0, 0, 1, 0, 0, 0
    FROM registry.memo_register AS m
    WHERE m.entered_date <= $period_end AND (m.left_date IS NULL OR m.left_date > $period_end)
    UNION ALL
    SELECT t.holder_code, 0, 0, 0, 0, 1, 0, 0
    FROM registry.resource_standing AS t
    WHERE t.standing = 'unassessed' OR (t.standing IN ('memo', 'card') AND t.scope_date > $period_end)
    UNION ALL
    SELECT
        i.holder_code, 0, 0, 0, 0, 0,
        CASE WHEN i.booked_cost_cny <> 0 THEN i.card_count ELSE 0 END,
        CASE WHEN i.booked_cost_cny <> 0 AND i.differing_count = 0 THEN i.card_count ELSE 0 END
    FROM item AS i
),

summed AS (
    SELECT
        p.report_kind, p.level, p.entity_code,
        min(p.report_label) AS report_label,
        min(p.entity_name) AS entity_name,
        min(p.parent_code) AS parent_code,
        count(DISTINCT p.unit_code) AS unit_count,
        count(DISTINCT CASE WHEN n.has_catalogue = 1 OR n.has_books = 1 THEN n.holder_code END) AS reporting_count,
        count(DISTINCT CASE WHEN n.has_catalogue = 1 THEN n.holder_code END) AS catalogue_count,
        count(DISTINCT CASE WHEN n.has_books = 1 THEN n.holder_code END) AS books_count,
        sum(n.card_count) AS card_count,
        sum(n.memo_count) AS memo_count,
        sum(n.unassessed_count) AS unassessed_count,
        sum(n.booked_count) AS booked_count,
        sum(n.agreed_count) AS agreed_count
    FROM report.placement AS p
    LEFT JOIN contribution AS n ON n.holder_code = p.unit_code
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
    s.unit_count,
    s.reporting_count,
    s.catalogue_count,
    s.books_count,
    CAST(s.card_count AS BIGINT) AS card_count,
    CAST(s.booked_count AS BIGINT) AS booked_count,
    CAST(s.agreed_count AS BIGINT) AS agreed_count,
    CAST(s.memo_count AS BIGINT) AS memo_count,
    CAST(s.unassessed_count AS BIGINT) AS unassessed_count
FROM summed AS s
