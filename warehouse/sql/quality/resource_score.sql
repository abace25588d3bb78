-- What a resource scores: the weight of the rules that it meets, of the weight of those that were assessed on it (quality.rule). A rule on
-- fields, delivered tables or their columns counts with the share of those that meet it, cut off to a millionth of the whole. What was not assessed is in neither sum, so
-- that the rest bears its weight; assessed_pct says how much of the whole that rest is.
WITH weight AS (
    SELECT
        count(*) AS rule_count/*+ each *: , max(q.weight) FILTER (WHERE q.rule_code = '{code}') AS w_{code} */
    FROM quality.rule AS q
),

whole AS (
    SELECT CAST(sum(i.weight) AS BIGINT) AS weight
    FROM quality.indicator AS i
),

field AS (
    SELECT
        f.resource_id/*+ each catalog.resource_field: , count(*) FILTER (WHERE f.met_rules & {bit} > 0) AS met_{code} *//*+ each catalog.resource_field: , count(*) FILTER (WHERE f.assessed_rules & {bit} > 0) AS of_{code} */
    FROM quality.field_measure AS f
    GROUP BY f.resource_id
),

content_table AS (
    SELECT
        m.resource_id/*+ each catalog.content_table: , count(*) FILTER (WHERE m.met_rules & {bit} > 0) AS met_{code} *//*+ each catalog.content_table: , count(*) FILTER (WHERE m.assessed_rules & {bit} > 0) AS of_{code} */
    FROM quality.content_table_measure AS m
    WHERE m.resource_id IS NOT NULL
    GROUP BY m.resource_id
),

content_column AS (
    SELECT
        m.resource_id/*+ each catalog.content_column: , count(*) FILTER (WHERE m.met_rules & {bit} > 0) AS met_{code} *//*+ each catalog.content_column: , count(*) FILTER (WHERE m.assessed_rules & {bit} > 0) AS of_{code} */
    FROM quality.content_column_measure AS m
    WHERE m.resource_id IS NOT NULL
    GROUP BY m.resource_id
),

scored AS (
    SELECT
        r.resource_id,
        r.holder_code,
        CAST(
            0/*+ each catalog.resource 01: + CASE WHEN r.met_rules & {bit} > 0 THEN w.w_{code} ELSE 0 END *//*+ each catalog.resource_field 01: + CASE WHEN f.of_{code} > 0 THEN w.w_{code} * f.met_{code} // f.of_{code} ELSE 0 END *//*+ each catalog.content_table 01: + CASE WHEN x.of_{code} > 0 THEN w.w_{code} * x.met_{code} // x.of_{code} ELSE 0 END *//*+ each catalog.content_column 01: + CASE WHEN y.of_{code} > 0 THEN w.w_{code} * y.met_{code} // y.of_{code} ELSE 0 END */
            AS BIGINT
        ) AS normativity_met,
        CAST(
            0/*+ each catalog.resource 01: + CASE WHEN r.assessed_rules & {bit} > 0 THEN w.w_{code} ELSE 0 END *//*+ each catalog.resource_field 01: + CASE WHEN f.of_{code} > 0 THEN w.w_{code} ELSE 0 END *//*+ each catalog.content_table 01: + CASE WHEN x.of_{code} > 0 THEN w.w_{code} ELSE 0 END *//*+ each catalog.content_column 01: + CASE WHEN y.of_{code} > 0 THEN w.w_{code} ELSE 0 END */
            AS BIGINT
        ) AS normativity_assessed,
        CAST(
            0/*+ each catalog.resource 02: + CASE WHEN r.met_rules & {bit} > 0 THEN w.w_{code} ELSE 0 END *//*+ each catalog.resource_field 02: + CASE WHEN f.of_{code} > 0 THEN w.w_{code} * f.met_{code} // f.of_{code} ELSE 0 END *//*+ each catalog.content_table 02: + CASE WHEN x.of_{code} > 0 THEN w.w_{code} * x.met_{code} // x.of_{code} ELSE 0 END *//*+ each catalog.content_column 02: + CASE WHEN y.of_{code} > 0 THEN w.w_{code} * y.met_{code} // y.of_{code} ELSE 0 END */
            AS BIGINT
        ) AS completeness_met,
        CAST(
            0/*+ each catalog.resource 02: + CASE WHEN r.assessed_rules & {bit} > 0 THEN w.w_{code} ELSE 0 END *//*+ each catalog.resource_field 02: + CASE WHEN f.of_{code} > 0 THEN w.w_{code} ELSE 0 END *//*+ each catalog.content_table 02: + CASE WHEN x.of_{code} > 0 THEN w.w_{code} ELSE 0 END *//*+ each catalog.content_column 02: + CASE WHEN y.of_{code} > 0 THEN w.w_{code} ELSE 0 END */
            AS BIGINT
        ) AS completeness_assessed,
        CAST(
            0/*+ each catalog.resource 03: + CASE WHEN r.met_rules & {bit} > 0 THEN w.w_{code} ELSE 0 END *//*+ each catalog.resource_field 03: + CASE WHEN f.of_{code} > 0 THEN w.w_{code} * f.met_{code} // f.of_{code} ELSE 0 END *//*+ each catalog.content_table 03: + CASE WHEN x.of_{code} > 0 THEN w.w_{code} * x.met_{code} // x.of_{code} ELSE 0 END *//*+ each catalog.content_column 03: + CASE WHEN y.of_{code} > 0 THEN w.w_{code} * y.met_{code} // y.of_{code} ELSE 0 END */
            AS BIGINT
        ) AS accuracy_met,
        CAST(
            0/*+ each catalog.resource 03: + CASE WHEN r.assessed_rules & {bit} > 0 THEN w.w_{code} ELSE 0 END *//*+ each catalog.resource_field 03: + CASE WHEN f.of_{code} > 0 THEN w.w_{code} ELSE 0 END *//*+ each catalog.content_table 03: + CASE WHEN x.of_{code} > 0 THEN w.w_{code} ELSE 0 END *//*+ each catalog.content_column 03: + CASE WHEN y.of_{code} > 0 THEN w.w_{code} ELSE 0 END */
            AS BIGINT
        ) AS accuracy_assessed,
        CAST(
            0/*+ each catalog.resource 04: + CASE WHEN r.met_rules & {bit} > 0 THEN w.w_{code} ELSE 0 END *//*+ each catalog.resource_field 04: + CASE WHEN f.of_{code} > 0 THEN w.w_{code} * f.met_{code} // f.of_{code} ELSE 0 END *//*+ each catalog.content_table 04: + CASE WHEN x.of_{code} > 0 THEN w.w_{code} * x.met_{code} // x.of_{code} ELSE 0 END *//*+ each catalog.content_column 04: + CASE WHEN y.of_{code} > 0 THEN w.w_{code} * y.met_{code} // y.of_{code} ELSE 0 END */
            AS BIGINT
        ) AS consistency_met,
        CAST(
            0/*+ each catalog.resource 04: + CASE WHEN r.assessed_rules & {bit} > 0 THEN w.w_{code} ELSE 0 END *//*+ each catalog.resource_field 04: + CASE WHEN f.of_{code} > 0 THEN w.w_{code} ELSE 0 END *//*+ each catalog.content_table 04: + CASE WHEN x.of_{code} > 0 THEN w.w_{code} ELSE 0 END *//*+ each catalog.content_column 04: + CASE WHEN y.of_{code} > 0 THEN w.w_{code} ELSE 0 END */
            AS BIGINT
        ) AS consistency_assessed,
        CAST(
            0/*+ each catalog.resource 05: + CASE WHEN r.met_rules & {bit} > 0 THEN w.w_{code} ELSE 0 END *//*+ each catalog.resource_field 05: + CASE WHEN f.of_{code} > 0 THEN w.w_{code} * f.met_{code} // f.of_{code} ELSE 0 END *//*+ each catalog.content_table 05: + CASE WHEN x.of_{code} > 0 THEN w.w_{code} * x.met_{code} // x.of_{code} ELSE 0 END *//*+ each catalog.content_column 05: + CASE WHEN y.of_{code} > 0 THEN w.w_{code} * y.met_{code} // y.of_{code} ELSE 0 END */
            AS BIGINT
        ) AS timeliness_met,
        CAST(
            0/*+ each catalog.resource 05: + CASE WHEN r.assessed_rules & {bit} > 0 THEN w.w_{code} ELSE 0 END *//*+ each catalog.resource_field 05: + CASE WHEN f.of_{code} > 0 THEN w.w_{code} ELSE 0 END *//*+ each catalog.content_table 05: + CASE WHEN x.of_{code} > 0 THEN w.w_{code} ELSE 0 END *//*+ each catalog.content_column 05: + CASE WHEN y.of_{code} > 0 THEN w.w_{code} ELSE 0 END */
            AS BIGINT
        ) AS timeliness_assessed,
        CAST(
            0/*+ each catalog.resource 06: + CASE WHEN r.met_rules & {bit} > 0 THEN w.w_{code} ELSE 0 END *//*+ each catalog.resource_field 06: + CASE WHEN f.of_{code} > 0 THEN w.w_{code} * f.met_{code} // f.of_{code} ELSE 0 END *//*+ each catalog.content_table 06: + CASE WHEN x.of_{code} > 0 THEN w.w_{code} * x.met_{code} // x.of_{code} ELSE 0 END *//*+ each catalog.content_column 06: + CASE WHEN y.of_{code} > 0 THEN w.w_{code} * y.met_{code} // y.of_{code} ELSE 0 END */
            AS BIGINT
        ) AS accessibility_met,
        CAST(
            0/*+ each catalog.resource 06: + CASE WHEN r.assessed_rules & {bit} > 0 THEN w.w_{code} ELSE 0 END *//*+ each catalog.resource_field 06: + CASE WHEN f.of_{code} > 0 THEN w.w_{code} ELSE 0 END *//*+ each catalog.content_table 06: + CASE WHEN x.of_{code} > 0 THEN w.w_{code} ELSE 0 END *//*+ each catalog.content_column 06: + CASE WHEN y.of_{code} > 0 THEN w.w_{code} ELSE 0 END */
            AS BIGINT
        ) AS accessibility_assessed
    FROM quality.resource_measure AS r
    CROSS JOIN weight AS w
    LEFT JOIN field AS f ON f.resource_id = r.resource_id
    LEFT JOIN content_table AS x ON x.resource_id = r.resource_id
    LEFT JOIN content_column AS y ON y.resource_id = r.resource_id
),

summed AS (
    SELECT
        s.resource_id,
        s.holder_code,
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
        s.normativity_met
        + s.completeness_met
        + s.accuracy_met
        + s.consistency_met
        + s.timeliness_met
        + s.accessibility_met AS met_weight,
        s.normativity_assessed
        + s.completeness_assessed
        + s.accuracy_assessed
        + s.consistency_assessed
        + s.timeliness_assessed
        + s.accessibility_assessed AS assessed_weight
    FROM scored AS s
)

SELECT
    s.resource_id,
    s.holder_code,
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
    s.assessed_weight,
    CASE
        WHEN s.assessed_weight > 0
        THEN CAST(CAST(s.met_weight * 10000 // s.assessed_weight AS DECIMAL(7,0)) * 0.01 AS DECIMAL(5,2))
    END AS score_pct,
    CASE
        WHEN t.weight > 0
        THEN CAST(CAST(s.assessed_weight * 10000 // t.weight AS DECIMAL(7,0)) * 0.01 AS DECIMAL(5,2))
    END AS assessed_pct
FROM summed AS s
CROSS JOIN whole AS t
