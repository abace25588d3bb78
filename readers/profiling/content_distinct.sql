-- The distinct values of each column of a delivered table (content: text columns c1, c2 ...), with the number of rows that have them.
CREATE OR REPLACE TEMP TABLE distinct_value AS
SELECT CAST(substr(u.name, 2) AS BIGINT) AS column_no, u.value, count(*) AS n
FROM (UNPIVOT content ON COLUMNS(*) INTO NAME name VALUE value) AS u
GROUP BY ALL
