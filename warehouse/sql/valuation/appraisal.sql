-- The latest appraisal of each card that is held, and whether its value may be shown: never booked, it stands beside
-- the book value and is the evidence that a factor above 1 asks for. However long it says that it is in force, it is
-- not beyond policy's bound. One that a control blocks gives way to the one before it.
WITH setting AS (
    SELECT
        CAST(max(p.value) AS INTEGER) AS validity_months,
        CAST(max(p.upper_bound) AS INTEGER) AS most_months
    FROM policy.valuation_parameter AS p
    WHERE p.name = 'appraisal_validity_months' AND in_force(p, $period_end)
),

latest AS (
    SELECT
        s.card_id, s.holder_code, r.document_no, r.reviewer, r.issued_date, r.result, r.amount_cny,
        CAST(
            least(
                coalesce(r.valid_to, r.issued_date + to_months(t.validity_months)),
                r.issued_date + to_months(t.most_months)
            ) AS DATE
        ) AS valid_until_date,
        b.blocked_by IS NOT NULL AS is_blocked
    FROM valuation.snapshot AS s
    JOIN registry.asset_card AS c USING (card_id)
    JOIN delivered.review AS r ON r.holder_code = c.holder_code AND r.resource_code = c.resource_code
    CROSS JOIN setting AS t
    LEFT JOIN valuation.report_block AS b
        ON b.period = $period
        AND b.holder_code = r.holder_code
        AND b.resource_code = r.resource_code
        AND b.reference_method = 'appraisal'
        AND b.document_no = r.document_no
    WHERE
        s.period = $period
        AND s.snapshot_status IN ('valued', 'unvalued')
        AND r.review_kind = 'appraisal'
        AND r.issued_date <= $period_end
    QUALIFY row_number() OVER (
        PARTITION BY s.card_id
        ORDER BY
            b.blocked_by IS NOT NULL,
            r.issued_date DESC, r.delivery_date DESC, r.document_no, r.delivery_id, r.ordinal
    ) = 1
),

judged AS (
    SELECT
        n.*,
        CASE
            WHEN n.is_blocked THEN 'held_by_control'
            WHEN n.result <> 'pass' THEN 'appraisal_failed'
            WHEN n.valid_until_date < $period_end THEN 'appraisal_expired'
            WHEN n.amount_cny IS NULL THEN 'appraisal_without_amount'
            WHEN n.amount_cny <= 0 THEN 'value_not_positive'
        END AS reason
    FROM latest AS n
)

SELECT
    $period AS period,
    j.card_id,
    j.holder_code,
    j.document_no,
    j.reviewer AS appraiser,
    j.issued_date AS appraisal_date,
    j.valid_until_date,
    CASE WHEN j.reason IS NULL THEN j.amount_cny END AS value_cny,
    j.reason AS no_value_reason
FROM judged AS j
