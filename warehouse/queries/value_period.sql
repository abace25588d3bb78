-- The latest period of which there are reference values, if any.
SELECT max(v.period) AS period
FROM valuation.reference_value AS v
