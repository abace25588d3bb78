-- Form R1 (own id; no official form is known): opening, additions, reductions and closing of public data assets, from unit
-- to department to district to city. Every registered unit has a row; a holder that is not registered stands under
-- “unregistered”, so that the sums of the levels are equal.
WITH version AS (
    SELECT o.organisation_code, o.name, o.department_code, o.district_code, o.district_name
    FROM catalog.organisation AS o
    QUALIFY row_number() OVER (
        PARTITION BY o.organisation_code
        ORDER BY o.valid_from <= last_day(CAST($period || '-01' AS DATE)) DESC, o.valid_from DESC
    ) = 1
),

contribution AS (
    SELECT
        s.holder_code,
        c.right_holder_name AS holder_name,
        CAST(
            c.recognised_date < date_trunc('year', CAST($period || '-01' AS DATE))
            AND (c.disposed_date IS NULL OR c.disposed_date >= date_trunc('year', CAST($period || '-01' AS DATE)))
            AS INTEGER
        ) AS opening_count,
        CAST(
            c.recognised_date BETWEEN date_trunc('year', CAST($period || '-01' AS DATE))
            AND last_day(CAST($period || '-01' AS DATE))
            AS INTEGER
        ) AS addition_count,
        CAST(
            s.snapshot_status = 'disposed'
            AND c.disposed_date >= date_trunc('year', CAST($period || '-01' AS DATE))
            AS INTEGER
        ) AS reduction_count,
        CAST(s.snapshot_status IN ('valued', 'unvalued') AS INTEGER) AS closing_count,
        s.opening_cost_cny,
        s.addition_cost_cny,
        s.reduction_cost_cny,
        s.closing_cost_cny,
        s.opening_amortisation_cny,
        s.addition_amortisation_cny,
        s.reduction_amortisation_cny,
        s.closing_amortisation_cny,
        CAST(s.snapshot_status = 'not_yet_recognised' AS INTEGER) AS memo_count
    FROM valuation.snapshot AS s
    JOIN registry.asset_card AS c ON c.card_id = s.card_id
    WHERE s.period = $period
    UNION ALL
    SELECT m.holder_code, m.holder_name, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
    FROM registry.memo_register AS m
    UNION ALL
    SELECT v.organisation_code, v.name, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    FROM version AS v
),

-- Units are placed by their own record alone, so that a unit's row traces to that unit's records only.
unit AS (
    SELECT
        n.holder_code AS unit_code,
        coalesce(v.name, n.holder_name) AS unit_name,
        coalesce(v.department_code, 'unregistered') AS department_code,
        n.opening_count,
        n.addition_count,
        n.reduction_count,
        n.closing_count,
        n.opening_cost_cny,
        n.addition_cost_cny,
        n.reduction_cost_cny,
        n.closing_cost_cny,
        n.opening_amortisation_cny,
        n.addition_amortisation_cny,
        n.reduction_amortisation_cny,
        n.closing_amortisation_cny,
        n.memo_count
    FROM contribution AS n
    LEFT JOIN version AS v ON v.organisation_code = n.holder_code
),

-- A department's units are counted in the department's district, wherever they lie themselves.
department AS (
    SELECT
        u.department_code,
        coalesce(p.name, CASE WHEN u.department_code = 'unregistered' THEN '未登记单位' ELSE u.department_code END)
            AS department_name,
        coalesce(p.district_code, 'unregistered') AS district_code,
        coalesce(p.district_name, '未登记单位') AS district_name,
        u.opening_count,
        u.addition_count,
        u.reduction_count,
        u.closing_count,
        u.opening_cost_cny,
        u.addition_cost_cny,
        u.reduction_cost_cny,
        u.closing_cost_cny,
        u.opening_amortisation_cny,
        u.addition_amortisation_cny,
        u.reduction_amortisation_cny,
        u.closing_amortisation_cny,
        u.memo_count
    FROM unit AS u
    LEFT JOIN version AS p ON p.organisation_code = u.department_code
),

rolled AS (
    SELECT
        'unit' AS level,
        u.unit_code AS entity_code,
        u.unit_name AS entity_name,
        u.department_code AS parent_code,
        u.opening_count,
        u.addition_count,
        u.reduction_count,
        u.closing_count,
        u.opening_cost_cny,
        u.addition_cost_cny,
        u.reduction_cost_cny,
        u.closing_cost_cny,
        u.opening_amortisation_cny,
        u.addition_amortisation_cny,
        u.reduction_amortisation_cny,
        u.closing_amortisation_cny,
        u.memo_count
    FROM unit AS u
    UNION ALL
    SELECT
        'department' AS level,
        d.department_code AS entity_code,
        d.department_name AS entity_name,
        d.district_code AS parent_code,
        d.opening_count,
        d.addition_count,
        d.reduction_count,
        d.closing_count,
        d.opening_cost_cny,
        d.addition_cost_cny,
        d.reduction_cost_cny,
        d.closing_cost_cny,
        d.opening_amortisation_cny,
        d.addition_amortisation_cny,
        d.reduction_amortisation_cny,
        d.closing_amortisation_cny,
        d.memo_count
    FROM department AS d
    UNION ALL
    SELECT
        'district' AS level,
        d.district_code AS entity_code,
        d.district_name AS entity_name,
        'city' AS parent_code,
        d.opening_count,
        d.addition_count,
        d.reduction_count,
        d.closing_count,
        d.opening_cost_cny,
        d.addition_cost_cny,
        d.reduction_cost_cny,
        d.closing_cost_cny,
        d.opening_amortisation_cny,
        d.addition_amortisation_cny,
        d.reduction_amortisation_cny,
        d.closing_amortisation_cny,
        d.memo_count
    FROM department AS d
    UNION ALL
    SELECT
        'city' AS level,
        'city' AS entity_code,
        '全市' AS entity_name,
        NULL AS parent_code,
        u.opening_count,
        u.addition_count,
        u.reduction_count,
        u.closing_count,
        u.opening_cost_cny,
        u.addition_cost_cny,
        u.reduction_cost_cny,
        u.closing_cost_cny,
        u.opening_amortisation_cny,
        u.addition_amortisation_cny,
        u.reduction_amortisation_cny,
        u.closing_amortisation_cny,
        u.memo_count
    FROM unit AS u
)

SELECT
    $period AS period,
    r.level,
    r.entity_code,
    min(r.entity_name) AS entity_name,
    min(r.parent_code) AS parent_code,
    CAST(sum(r.opening_count) AS BIGINT) AS opening_count,
    CAST(coalesce(sum(r.opening_cost_cny), 0) AS DECIMAL(20, 2)) AS opening_cost_cny,
    CAST(coalesce(sum(r.opening_amortisation_cny), 0) AS DECIMAL(20, 2)) AS opening_amortisation_cny,
    CAST(coalesce(sum(r.opening_cost_cny), 0) - coalesce(sum(r.opening_amortisation_cny), 0) AS DECIMAL(20, 2)) AS opening_carrying_cny,
    CAST(sum(r.addition_count) AS BIGINT) AS addition_count,
    CAST(coalesce(sum(r.addition_cost_cny), 0) AS DECIMAL(20, 2)) AS addition_cost_cny,
    CAST(coalesce(sum(r.addition_amortisation_cny), 0) AS DECIMAL(20, 2)) AS addition_amortisation_cny,
    CAST(coalesce(sum(r.addition_cost_cny), 0) - coalesce(sum(r.addition_amortisation_cny), 0) AS DECIMAL(20, 2)) AS addition_carrying_cny,
    CAST(sum(r.reduction_count) AS BIGINT) AS reduction_count,
    CAST(coalesce(sum(r.reduction_cost_cny), 0) AS DECIMAL(20, 2)) AS reduction_cost_cny,
    CAST(coalesce(sum(r.reduction_amortisation_cny), 0) AS DECIMAL(20, 2)) AS reduction_amortisation_cny,
    CAST(coalesce(sum(r.reduction_cost_cny), 0) - coalesce(sum(r.reduction_amortisation_cny), 0) AS DECIMAL(20, 2)) AS reduction_carrying_cny,
    CAST(sum(r.closing_count) AS BIGINT) AS closing_count,
    CAST(coalesce(sum(r.closing_cost_cny), 0) AS DECIMAL(20, 2)) AS closing_cost_cny,
    CAST(coalesce(sum(r.closing_amortisation_cny), 0) AS DECIMAL(20, 2)) AS closing_amortisation_cny,
    CAST(coalesce(sum(r.closing_cost_cny), 0) - coalesce(sum(r.closing_amortisation_cny), 0) AS DECIMAL(20, 2)) AS closing_carrying_cny,
    CAST(sum(r.memo_count) AS BIGINT) AS memo_count
FROM rolled AS r
GROUP BY r.level, r.entity_code
