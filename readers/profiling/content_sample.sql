-- The values that detectors judge: all of a column, or the $most that come first by their hash; 0 is all.
SELECT d.column_no, d.value, d.n
FROM distinct_value AS d
QUALIFY $most = 0 OR row_number() OVER (PARTITION BY d.column_no ORDER BY md5(d.value)) <= $most
ORDER BY d.column_no, d.value
