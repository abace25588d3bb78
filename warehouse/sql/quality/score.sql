-- What a holder, a district and the city score: sums over their resources, by dimension and in all, so that no score is outside those of
-- its resources. A holder that is not registered is in no district.
WITH holder AS (
    SELECT
        s.holder_code,
        count(*) AS resource_count,
        CAST(sum(s.normativity_met) AS BIGINT) AS normativity_met,
        CAST(sum(s.normativity_assessed) AS BIGINT) AS normativity_assessed,
        CAST(sum(s.completeness_met) AS BIGINT) AS completeness_met,
        CAST(sum(s.completeness_assessed) AS BIGINT) AS completeness_assessed,
        CAST(sum(s.accuracy_met) AS BIGINT) AS accuracy_met,
        CAST(sum(s.accuracy_assessed) AS BIGINT) AS accuracy_assessed,
        CAST(sum(s.consistency_met) AS BIGINT) AS consistency_met,
        CAST(sum(s.consistency_assessed) AS BIGINT) AS consistency_assessed,
        CAST(sum(s.timeliness_met) AS BIGINT) AS timeliness_met,
        CAST(sum(s.timeliness_assessed) AS BIGINT) AS timeliness_assessed,
        CAST(sum(s.accessibility_met) AS BIGINT) AS accessibility_met,
        CAST(sum(s.accessibility_assessed) AS BIGINT) AS accessibility_assessed,
        CAST(sum(s.met_weight) AS BIGINT) AS met_weight,
        CAST(sum(s.assessed_weight) AS BIGINT) AS assessed_weight
    FROM quality.resource_score AS s
    GROUP BY s.holder_code
),

registered AS (
    SELECT o.organisation_code, o.district_code
    FROM catalog.organisation AS o
    QUALIFY row_number() OVER (PARTITION BY o.organisation_code ORDER BY o.valid_from DESC) = 1
),

subject AS (
    SELECT
        'holder' AS subject_kind,
        s.holder_code AS subject_key,
        s.resource_count,
        s.normativity_met,
        s.normativity_assessed,
        s.completeness_met,
        s.completeness_assessed,
        s.accuracy_met,
        s.accuracy_assessed,
        s.consistency_met,
        s.consistency_assessed,
        s.timeliness_met,
        s.timeliness_assessed,
        s.accessibility_met,
        s.accessibility_assessed,
        s.met_weight,
        s.assessed_weight
    FROM holder AS s
    UNION ALL
    SELECT
        'district' AS subject_kind,
        g.district_code AS subject_key,
        CAST(sum(s.resource_count) AS BIGINT) AS resource_count,
        CAST(sum(s.normativity_met) AS BIGINT) AS normativity_met,
        CAST(sum(s.normativity_assessed) AS BIGINT) AS normativity_assessed,
        CAST(sum(s.completeness_met) AS BIGINT) AS completeness_met,
        CAST(sum(s.completeness_assessed) AS BIGINT) AS completeness_assessed,
        CAST(sum(s.accuracy_met) AS BIGINT) AS accuracy_met,
        CAST(sum(s.accuracy_assessed) AS BIGINT) AS accuracy_assessed,
        CAST(sum(s.consistency_met) AS BIGINT) AS consistency_met,
        CAST(sum(s.consistency_assessed) AS BIGINT) AS consistency_assessed,
        CAST(sum(s.timeliness_met) AS BIGINT) AS timeliness_met,
        CAST(sum(s.timeliness_assessed) AS BIGINT) AS timeliness_assessed,
        CAST(sum(s.accessibility_met) AS BIGINT) AS accessibility_met,
        CAST(sum(s.accessibility_assessed) AS BIGINT) AS accessibility_assessed,
        CAST(sum(s.met_weight) AS BIGINT) AS met_weight,
        CAST(sum(s.assessed_weight) AS BIGINT) AS assessed_weight
    FROM holder AS s
    JOIN registered AS g ON g.organisation_code = s.holder_code
    WHERE g.district_code IS NOT NULL
    GROUP BY g.district_code
    UNION ALL
    SELECT
        'city' AS subject_kind,
        'city' AS subject_key,
        CAST(sum(s.resource_count) AS BIGINT) AS resource_count,
        CAST(sum(s.normativity_met) AS BIGINT) AS normativity_met,
        CAST(sum(s.normativity_assessed) AS BIGINT) AS normativity_assessed,
        CAST(sum(s.completeness_met) AS BIGINT) AS completeness_met,
        CAST(sum(s.completeness_assessed) AS BIGINT) AS completeness_assessed,
        CAST(sum(s.accuracy_met) AS BIGINT) AS accuracy_met,
        CAST(sum(s.accuracy_assessed) AS BIGINT) AS accuracy_assessed,
        CAST(sum(s.consistency_met) AS BIGINT) AS consistency_met,
        CAST(sum(s.consistency_assessed) AS BIGINT) AS consistency_assessed,
        CAST(sum(s.timeliness_met) AS BIGINT) AS timeliness_met,
        CAST(sum(s.timeliness_assessed) AS BIGINT) AS timeliness_assessed,
        CAST(sum(s.accessibility_met) AS BIGINT) AS accessibility_met,
        CAST(sum(s.accessibility_assessed) AS BIGINT) AS accessibility_assessed,
        CAST(sum(s.met_weight) AS BIGINT) AS met_weight,
        CAST(sum(s.assessed_weight) AS BIGINT) AS assessed_weight
    FROM holder AS s
    HAVING count(*) > 0
),

dimension AS (
    SELECT i.dimension_code, CAST(sum(i.weight) AS BIGINT) AS weight
    FROM quality.indicator AS i
    GROUP BY i.dimension_code
    UNION ALL
    SELECT 'all' AS dimension_code, CAST(sum(i.weight) AS BIGINT) AS weight
    FROM quality.indicator AS i
),

weighed AS (
    SELECT
        s.subject_kind,
        s.subject_key,
        d.dimension_code,
        s.resource_count,
        CASE d.dimension_code
            WHEN '01' THEN s.normativity_met
            WHEN '02' THEN s.completeness_met
            WHEN '03' THEN s.accuracy_met
            WHEN '04' THEN s.consistency_met
            WHEN '05' THEN s.timeliness_met
            WHEN '06' THEN s.accessibility_met
            ELSE s.met_weight
        END AS met_weight,
        CASE d.dimension_code
            WHEN '01' THEN s.normativity_assessed
            WHEN '02' THEN s.completeness_assessed
            WHEN '03' THEN s.accuracy_assessed
            WHEN '04' THEN s.consistency_assessed
            WHEN '05' THEN s.timeliness_assessed
            WHEN '06' THEN s.accessibility_assessed
            ELSE s.assessed_weight
        END AS assessed_weight,
        d.weight * s.resource_count AS full_weight
    FROM subject AS s
    CROSS JOIN dimension AS d
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
        THEN CAST(CAST(w.met_weight * 10000 // w.assessed_weight AS DECIMAL(7,0)) * 0.01 AS DECIMAL(5,2))
    END AS score_pct,
    CASE
        WHEN w.full_weight > 0
        THEN CAST(CAST(w.assessed_weight * 10000 // w.full_weight AS DECIMAL(7,0)) * 0.01 AS DECIMAL(5,2))
    END AS assessed_pct
FROM weighed AS w
