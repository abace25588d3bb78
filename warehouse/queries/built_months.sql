-- The months of which there is a snapshot of values, the latest last.
SELECT DISTINCT s.period FROM valuation.snapshot AS s ORDER BY s.period
