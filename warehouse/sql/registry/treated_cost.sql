-- Delivered lines of cost with the treatment that policy gives their phase on the day of posting: what is capitalised,
-- said once, for cards, their events and fields, for recognition and for the books. The way of acquisition is the
-- delivered one, else what policy derives from the phase, else unknown. A line at nominal amount (名义金额) is of that
-- very amount, and never amortised; one of another amount counts as cost. What an enterprise spends on development of
-- its own is expensed where a test of CAS 6 article 9 is not met on the day of posting (policy development_test, which
-- also says what a test that is not shown does); a negative line is not tested: it takes back what was booked.
WITH acquired AS (
    SELECT
        d.*,
        t.treatment,
        coalesce(d.acquisition, r.acquisition) AS acquired_by,
        d.acquisition IS NULL AND r.acquisition IS NOT NULL AS is_derived
    FROM delivered.cost AS d
    JOIN policy.cost_treatment AS t ON t.phase = d.phase AND in_force(t, d.posted_date)
    LEFT JOIN policy.acquisition_rule AS r ON r.phase = d.phase AND in_force(r, d.posted_date)
),

shown AS (
    SELECT
        a.delivery_id, a.ordinal, t.development_test, t.when_unknown,
        coalesce(s.result, 'unknown') AS result
    FROM acquired AS a
    JOIN catalog.organisation AS o
        ON o.organisation_code = a.holder_code
        AND o.valid_from <= a.posted_date
        AND (o.valid_to IS NULL OR o.valid_to > a.posted_date)
    JOIN policy.development_test AS t
        ON t.accounting_system = coalesce(o.accounting_system, 'unknown') AND in_force(t, a.posted_date)
    LEFT JOIN registry.development_test AS s
        ON s.holder_code = a.holder_code
        AND s.resource_code = a.resource_code
        AND s.development_test = t.development_test
        AND coalesce(s.holds_from_date, DATE '-infinity') <= a.posted_date
        AND coalesce(s.holds_to_date, DATE 'infinity') > a.posted_date
    WHERE
        a.treatment = 'capitalised'
        AND a.acquired_by = 'self_developed'
        AND a.resource_code IS NOT NULL
        AND a.amount_cny > 0
),

tested AS (
    SELECT
        s.delivery_id, s.ordinal,
        string_agg(s.development_test, ';' ORDER BY s.development_test) FILTER (WHERE s.result = 'fail')
            AS failed_tests,
        string_agg(s.development_test, ';' ORDER BY s.development_test) FILTER (WHERE s.result = 'unknown')
            AS unknown_tests,
        bool_or(s.result = 'fail' OR (s.result = 'unknown' AND s.when_unknown = 'expense')) AS is_expensed
    FROM shown AS s
    GROUP BY s.delivery_id, s.ordinal
)

SELECT
    a.delivery_id,
    a.ordinal,
    a.holder_code,
    a.resource_code,
    a.voucher_no,
    a.line_no,
    a.cost_kind,
    a.phase,
    CASE WHEN x.is_expensed THEN 'expensed' ELSE a.treatment END AS treatment,
    x.failed_tests,
    x.unknown_tests,
    a.acquired_by AS acquisition,
    a.is_derived AS is_acquisition_derived,
    CASE WHEN q.nominal_cny = a.amount_cny THEN 'nominal_amount' ELSE 'original_cost' END AS value_basis,
    coalesce(a.purpose, 'use') AS purpose,
    a.amount_cny,
    a.posted_date,
    a.available_date,
    a.life_months,
    CASE WHEN q.nominal_cny = a.amount_cny THEN 'indefinite' ELSE a.life_basis END AS life_basis,
    a.life_basis_label,
    a.driver,
    a.delivery_date
FROM acquired AS a
LEFT JOIN tested AS x USING (delivery_id, ordinal)
LEFT JOIN policy.acquisition AS q ON q.acquisition = a.acquired_by AND in_force(q, a.posted_date)
