-- What a summary counts twice and so leaves out (抵销), for each entity that has both sides in the same report: an asset
-- that was transferred between two of its units, which both tell (the addition of one is the reduction of the other);
-- and a card of which it was decided that another unit has the same asset, as long as both stand in the books.
WITH transferred AS (
    SELECT
        'transfer' AS elimination_kind,
        t.holder_code AS from_code,
        t.resource_code AS from_resource_code,
        t.counterpart_code AS to_code,
        t.other_resource_code AS to_resource_code,
        t.document_no,
        t.event_date AS basis_date,
        least(t.amount_cny, t.other_amount_cny) AS cost_cny
    FROM valuation.transfer_pair AS t
    WHERE
        t.event_kind = 'transfer_out'
        AND t.is_matched
        AND t.event_date >= $year_start
        AND t.event_date <= $period_end
),

-- The decision that speaks for a period is the last one until some months after it: a report is checked afterwards.
decided AS (
    SELECT c.*
    FROM registry.double_count AS c
    JOIN policy.parameter AS p ON p.name = 'report_decision_months' AND in_force(p, $period_end)
    WHERE
        (c.finding_kind IS NULL OR c.finding_kind = 'double_count_left_out')
        AND c.decided_date <= $period_end + to_months(CAST(p.value AS INTEGER))
    QUALIFY row_number() OVER (
        PARTITION BY c.pair_key
        ORDER BY c.decided_date DESC, c.delivery_date DESC, c.delivery_id DESC, c.ordinal DESC
    ) = 1
),

confirmed AS (
    SELECT d.*
    FROM decided AS d
    WHERE d.decision = 'pass' AND (d.expires_date IS NULL OR d.expires_date > $period_end)
),

-- What stands in the books of a resource, should it have several cards.
stood AS (
    SELECT
        s.holder_code, s.resource_code,
        sum(s.closing_count) AS closing_count,
        sum(s.closing_cost_cny) AS cost_cny,
        sum(s.closing_amortisation_cny) AS amortisation_cny,
        sum(s.closing_impairment_cny) AS impairment_cny
    FROM valuation.snapshot AS s
    WHERE s.period = $period AND s.closing_count > 0
    GROUP BY s.holder_code, s.resource_code
),

doubled AS (
    SELECT
        c.holder_code, c.resource_code, c.other_holder_code, c.other_resource_code, c.decision_id, c.decided_date,
        s.closing_count, s.cost_cny, s.amortisation_cny, s.impairment_cny
    FROM confirmed AS c
    ANTI JOIN confirmed AS x ON x.holder_code = c.other_holder_code AND x.resource_code = c.other_resource_code
    JOIN stood AS s ON s.holder_code = c.holder_code AND s.resource_code = c.resource_code
    JOIN stood AS o ON o.holder_code = c.other_holder_code AND o.resource_code = c.other_resource_code
),

pair AS (
    SELECT
        t.elimination_kind, t.from_code, t.from_resource_code, t.to_code, t.to_resource_code, t.document_no,
        t.basis_date,
        0 AS eliminated_count,
        t.cost_cny AS eliminated_transfer_cny,
        0 AS eliminated_cost_cny,
        0 AS eliminated_amortisation_cny,
        0 AS eliminated_impairment_cny
    FROM transferred AS t
    UNION ALL
    SELECT
        'double_count', d.holder_code, d.resource_code, d.other_holder_code, d.other_resource_code, d.decision_id,
        d.decided_date, d.closing_count, 0, d.cost_cny, d.amortisation_cny, d.impairment_cny
    FROM doubled AS d
)

SELECT
    $period AS period,
    f.report_kind,
    f.level,
    f.entity_code,
    p.elimination_kind,
    CASE p.elimination_kind WHEN 'transfer' THEN '无偿划转' ELSE '重复计量' END AS elimination_label,
    p.from_code,
    p.from_resource_code,
    p.basis_date,
    p.to_code,
    p.to_resource_code,
    p.document_no,
    CAST(p.eliminated_count AS BIGINT) AS eliminated_count,
    CAST(coalesce(p.eliminated_transfer_cny, 0) AS DECIMAL(20, 2)) AS eliminated_transfer_cny,
    CAST(coalesce(p.eliminated_cost_cny, 0) AS DECIMAL(20, 2)) AS eliminated_cost_cny,
    CAST(coalesce(p.eliminated_amortisation_cny, 0) AS DECIMAL(20, 2)) AS eliminated_amortisation_cny,
    CAST(coalesce(p.eliminated_impairment_cny, 0) AS DECIMAL(20, 2)) AS eliminated_impairment_cny
FROM pair AS p
JOIN report.placement AS f ON f.period = $period AND f.unit_code = p.from_code AND f.level <> 'unit'
JOIN report.placement AS t
    ON t.period = $period
    AND t.unit_code = p.to_code
    AND t.level = f.level
    AND t.entity_code = f.entity_code
    AND t.report_kind = f.report_kind
-- Of a card that is the same as several others an entity leaves out one.
QUALIFY
    p.elimination_kind = 'transfer'
    OR row_number() OVER (
        PARTITION BY f.report_kind, f.level, f.entity_code, p.elimination_kind, p.from_code, p.from_resource_code
        ORDER BY p.basis_date, p.document_no, p.to_code, p.to_resource_code
    ) = 1
