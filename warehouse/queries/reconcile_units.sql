-- Each unit of a period's reconciliation: its cards, the items that differ (a card counts once), the sums of cards less
-- books, and since when the oldest difference has stood.
SELECT
    r.holder_code,
    min(r.entity_name) AS entity_name,
    CAST(sum(r.card_count) FILTER (WHERE r.amount_kind = 'cost') AS BIGINT) AS card_count,
    count(DISTINCT r.item_code) FILTER (WHERE r.difference_kind <> 'matched') AS differing_count,
    coalesce(sum(r.difference_cny) FILTER (WHERE r.amount_kind = 'cost'), 0) AS difference_cost_cny,
    coalesce(sum(r.difference_cny) FILTER (WHERE r.amount_kind = 'net'), 0) AS difference_net_cny,
    min(d.since_period) AS since_period,
    coalesce(arg_min(d.is_maybe_older, d.since_period || CASE WHEN d.is_maybe_older THEN '0' ELSE '1' END), FALSE)
        AS is_maybe_older
FROM finance.reconciliation AS r
LEFT JOIN finance.difference AS d USING (period, holder_code, item_code, amount_kind)
WHERE r.period = $period
GROUP BY r.holder_code
ORDER BY r.holder_code
