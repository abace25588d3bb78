-- What was booked in some months, by unit and kind of change, of single cards too where these are asked for: how many
-- cards, the amounts, and the voucher lines that it follows from with the places where they were delivered.
WITH booked AS (
    SELECT m.*
    FROM valuation.month_movement AS m
    WHERE m.period = $period AND m.booking_month >= $first AND m.booking_month <= $last
),

named AS (
    SELECT DISTINCT b.holder_code, b.card_id, b.entry_kind, unnest(string_split(b.follows_from, '、')) AS line_name
    FROM booked AS b
),

delivered_line AS (
    SELECT n.card_id, n.entry_kind, n.line_name, v.delivery_id, v.ordinal
    FROM named AS n
    JOIN valuation.voucher_line AS v
        ON v.holder_code = n.holder_code AND v.posted_period || ' ' || v.voucher_no || '/' || v.line_no = n.line_name
    UNION ALL
    SELECT n.card_id, n.entry_kind, n.line_name, e.delivery_id, e.ordinal
    FROM named AS n
    JOIN registry.asset_card AS c ON c.card_id = n.card_id
    JOIN delivered.event AS e
        ON e.holder_code = n.holder_code AND e.document_no = n.line_name AND e.resource_code = c.resource_code
),

line AS (
    SELECT
        d.card_id, d.entry_kind, d.line_name, d.delivery_id,
        r.source_file || ' ' || r.source_pointer AS place
    FROM delivered_line AS d
    JOIN landing.record AS r ON r.delivery_id = d.delivery_id AND r.ordinal = d.ordinal
),

place AS (
    SELECT
        n.card_id, n.entry_kind, count(*) AS line_count,
        arg_min(n.line_name || ' ← ' || n.delivery_id || ' ' || n.place, (n.line_name, n.delivery_id)) AS first_line
    FROM line AS n
    GROUP BY n.card_id, n.entry_kind
),

per_card AS (
    SELECT
        b.holder_code, b.card_id, b.entry_kind,
        sum(b.cost_cny) AS cost_cny,
        sum(b.amortisation_cny) AS amortisation_cny,
        sum(b.impairment_cny) AS impairment_cny,
        sum(b.development_cny) AS development_cny,
        sum(b.stock_cny) AS stock_cny,
        any_value(b.follows_from ORDER BY b.booking_month) AS follows_from
    FROM booked AS b
    GROUP BY b.holder_code, b.card_id, b.entry_kind
)

SELECT
    c.holder_code,
    CASE WHEN list_contains($cards, c.card_id) THEN c.card_id END AS card_id,
    c.entry_kind,
    count(*) AS card_count,
    sum(c.cost_cny) AS cost_cny,
    sum(c.amortisation_cny) AS amortisation_cny,
    sum(c.impairment_cny) AS impairment_cny,
    sum(c.development_cny) AS development_cny,
    sum(c.stock_cny) AS stock_cny,
    coalesce(sum(p.line_count), 0) AS line_count,
    coalesce(min(p.first_line), min(c.follows_from), '') AS first_source
FROM per_card AS c
LEFT JOIN place AS p USING (card_id, entry_kind)
GROUP BY ALL
ORDER BY ALL
