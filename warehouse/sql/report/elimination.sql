-- What a summary counts twice and so leaves out (抵销), for each entity that has both sides in the same report: an asset
-- that was transferred between two of its units, which both tell: the addition of one is the reduction of the other.
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
)

SELECT
    $period AS period,
    f.report_kind,
    f.level,
    f.entity_code,
    p.elimination_kind,
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
