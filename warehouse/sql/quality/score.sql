-- What a holder, a district and the city score, by dimension and in all: sums over their resources, so that no
-- score is outside those of its resources. A holder that is not registered is in no district.
WITH resource_sum AS (
    SELECT r.holder_code, count(*) AS resource_count
    FROM quality.resource_measure AS r
    GROUP BY r.holder_code
),

scored AS (
    SELECT
        s.holder_code, s.dimension_code,
        sum(s.met_weight) AS met_weight,
        sum(s.assessed_weight) AS assessed_weight
    FROM quality.resource_score AS s
    GROUP BY s.holder_code, s.dimension_code
),

dimension AS (
    SELECT n.dimension_code, CAST(sum(i.weight) AS BIGINT) AS weight
    FROM quality.indicator AS i, unnest([i.dimension_code, 'all']) AS n(dimension_code)
    GROUP BY n.dimension_code
),

subject AS (
    SELECT
        CASE p.level WHEN 'unit' THEN 'holder' ELSE p.level END AS subject_kind,
        p.entity_code AS subject_key,
        d.dimension_code,
        CAST(sum(n.resource_count) AS BIGINT) AS resource_count,
        CAST(sum(s.met_weight) AS BIGINT) AS met_weight,
        CAST(sum(s.assessed_weight) AS BIGINT) AS assessed_weight,
        CAST(sum(d.weight * n.resource_count) AS BIGINT) AS full_weight
    FROM resource_sum AS n
    CROSS JOIN dimension AS d
    CROSS JOIN delivered.horizon AS h
    JOIN catalog.roll_up AS p
        ON p.unit_code = n.holder_code
        AND p.valid_from <= h.judged_date
        AND (p.valid_to IS NULL OR p.valid_to > h.judged_date)
    LEFT JOIN scored AS s ON s.holder_code = n.holder_code AND s.dimension_code = d.dimension_code
    WHERE p.level IN ('unit', 'city') OR (p.level = 'district' AND p.entity_code <> 'unregistered')
    GROUP BY p.level, p.entity_code, d.dimension_code
)

SELECT
    w.subject_kind,
    w.subject_key,
    w.dimension_code,
    w.resource_count,
    w.met_weight,
    w.assessed_weight,
    w.full_weight,
    CASE
        WHEN w.assessed_weight > 0
        THEN CAST(CAST(w.met_weight * 10000 // w.assessed_weight AS DECIMAL(7, 0)) * 0.01 AS DECIMAL(5, 2))
    END AS score_pct,
    CASE
        WHEN w.full_weight > 0
        THEN CAST(CAST(w.assessed_weight * 10000 // w.full_weight AS DECIMAL(7, 0)) * 0.01 AS DECIMAL(5, 2))
    END AS assessed_pct
FROM subject AS w
