-- The latest month in the ledger records that stand, and in the cost records; one that lies after its delivery is a
-- slip of the pen, and no month to report.
SELECT
    (
        SELECT max(g.period) FROM delivered.ledger AS g WHERE g.period <= strftime(g.delivery_date, '%Y-%m')
    ) AS ledger_month,
    (
        SELECT strftime(max(c.posted_date), '%Y-%m')
        FROM delivered.cost AS c
        WHERE c.posted_date <= last_day(c.delivery_date)
    ) AS cost_month
