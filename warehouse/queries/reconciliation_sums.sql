-- Differences of a period, cards less books: cost, amortisation, net.
SELECT
    coalesce(sum(r.difference_cny) FILTER (WHERE r.amount_kind = 'cost'), 0) AS cost,
    coalesce(sum(r.difference_cny) FILTER (WHERE r.amount_kind = 'amortisation'), 0) AS amortisation,
    coalesce(sum(r.difference_cny) FILTER (WHERE r.amount_kind = 'net'), 0) AS net
FROM finance.reconciliation AS r
WHERE r.period = $period
