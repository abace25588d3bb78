-- Units with entries that are proposed in a period; entries whose debits and credits are not equal are counted.
SELECT e.holder_code, count(*) AS entry_count, count(*) FILTER (WHERE e.debit_cny <> e.credit_cny) AS unbalanced_count
FROM (
    SELECT j.holder_code, sum(j.debit_cny) AS debit_cny, sum(j.credit_cny) AS credit_cny
    FROM finance.journal_entry AS j
    WHERE j.period = $period
    GROUP BY j.holder_code, j.card_id, j.journal_no
) AS e
GROUP BY e.holder_code
ORDER BY e.holder_code
