-- The latest month in the ledger records that stand, and in the cost records.
SELECT
    (SELECT max(g.period) FROM delivered.ledger AS g) AS ledger_month,
    (SELECT strftime(max(c.posted_date), '%Y-%m') FROM delivered.cost AS c) AS cost_month
