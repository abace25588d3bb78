-- Items of a period's reconciliation by kind: a card counts once, by the kind of its cost if that differs, else by
-- that of another amount.
SELECT i.difference_kind, count(*) AS item_count
FROM (
    SELECT r.difference_kind
    FROM finance.reconciliation AS r
    WHERE r.period = $period
    QUALIFY row_number() OVER (
        PARTITION BY r.holder_code, r.item_code
        ORDER BY r.difference_kind = 'matched', r.amount_kind <> 'cost', r.amount_kind
    ) = 1
) AS i
GROUP BY i.difference_kind
ORDER BY i.difference_kind
