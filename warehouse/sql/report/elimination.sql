-- What a summary counts twice and so leaves out (抵销), for each entity that has both sides in the same report: an asset
-- that was transferred between two of its units, which both tell (the addition of one is the reduction of the other);
-- and a card of which the finance authority confirmed, by refusing its finding, that another unit has the same.
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

confirmed AS (
    SELECT d.subject_key, d.decision, d.decision_id, d.decided_date
    FROM delivered.decision AS d
    WHERE
        d.subject_kind = 'control'
        AND d.decided_date <= $period_end
        AND d.deliverer_code <> split_part(d.subject_key, '|', 1)
    QUALIFY row_number() OVER (
        PARTITION BY d.subject_key
        ORDER BY d.decided_date DESC, d.delivery_date DESC, d.delivery_id DESC, d.ordinal DESC
    ) = 1
),

doubled AS (
    SELECT
        f.holder_code, f.resource_code, f.other_holder_code, f.other_resource_code, f.card_id,
        c.decision_id, c.decided_date
    FROM valuation.control_finding AS f
    JOIN confirmed AS c ON c.subject_key = f.finding_key
    WHERE
        f.finding_kind IN ('near_duplicate', 'content_on_two_cards')
        AND c.decision IN ('fail', 'refuse')
        AND f.other_holder_code <> f.holder_code
    QUALIFY row_number() OVER (PARTITION BY f.card_id ORDER BY f.finding_kind, f.finding_key) = 1
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
        d.decided_date, s.closing_count, 0, s.closing_cost_cny, s.closing_amortisation_cny, s.closing_impairment_cny
    FROM doubled AS d
    JOIN valuation.snapshot AS s ON s.period = $period AND s.card_id = d.card_id
    WHERE s.closing_count > 0
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
    p.eliminated_count,
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
