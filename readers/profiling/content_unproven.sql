-- Columns that nothing proves harmless: the detectors saw a part of their values alone, the $most that come first (0: all of them), or a
-- value has more digits in a row than may be shown ($digits).
SELECT d.column_no
FROM distinct_value AS d
GROUP BY d.column_no
HAVING ($most > 0 AND count(*) > $most) OR bool_or(regexp_matches(d.value, $digits))
