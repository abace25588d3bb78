-- What each rule came to over all its subjects when the measures were written at a snapshot.
SELECT rule_code, CAST(sum(numerator) AS BIGINT) AS numerator, CAST(sum(denominator) AS BIGINT) AS denominator
FROM lake.quality.measure AT (VERSION => {snapshot})
GROUP BY ALL
