-- The reports of appraisers on the value of a resource, by method: appraisals, forecasts of income, comparable sales.
-- `basis_cny` is what a report rests on, to be compared with the report before it: the appraised amount, the income of
-- all its years, the adjusted prices of its comparables.
WITH forecast AS (
    SELECT f.*
    FROM delivered.forecast AS f
    QUALIFY row_number() OVER (
        PARTITION BY f.holder_code, f.resource_code, f.income_kind, f.document_no, f.year_no
        ORDER BY f.delivery_date DESC, f.delivery_id, f.ordinal
    ) = 1
),

comparable AS (
    SELECT d.*
    FROM delivered.comparable AS d
    QUALIFY row_number() OVER (
        PARTITION BY d.holder_code, d.resource_code, d.document_no, coalesce(d.part_no, 1), d.comparable_no
        ORDER BY d.delivery_date DESC, d.delivery_id, d.ordinal
    ) = 1
),

-- In cents. A factor of more than ten is out of any bounds, and would not fit.
priced AS (
    SELECT
        c.*,
        CAST(c.transacted_cny * 100 AS HUGEINT)
        * CAST(least(10, greatest(0, c.quality_factor)) * 1000000 AS HUGEINT) // 1000000
        * CAST(least(10, greatest(0, c.supply_factor)) * 1000000 AS HUGEINT) // 1000000
        * CAST(least(10, greatest(0, c.date_factor)) * 1000000 AS HUGEINT) // 1000000
        * CAST(least(10, greatest(0, c.capacity_factor)) * 1000000 AS HUGEINT) // 1000000
        * CAST(least(10, greatest(0, c.other_factor)) * 1000000 AS HUGEINT) // 1000000 AS adjusted
    FROM comparable AS c
),

report AS (
    SELECT
        r.holder_code, r.resource_code,
        'appraisal' AS reference_method,
        r.document_no,
        coalesce(r.reviewer, '') AS appraiser,
        r.issued_date AS appraisal_date,
        r.valid_to,
        CAST(coalesce(r.amount_cny, 0) * 100 AS HUGEINT) AS amount,
        r.delivery_date
    FROM delivered.review AS r
    WHERE r.review_kind = 'appraisal'
    UNION ALL
    SELECT
        f.holder_code, f.resource_code, f.income_kind, f.document_no, f.appraiser, f.appraisal_date, f.valid_to,
        CAST(f.income_cny * 100 AS HUGEINT), f.delivery_date
    FROM forecast AS f
    UNION ALL
    SELECT
        p.holder_code, p.resource_code, 'market', p.document_no, p.appraiser, p.appraisal_date, p.valid_to, p.adjusted,
        p.delivery_date
    FROM priced AS p
)

SELECT
    u.holder_code,
    u.resource_code,
    u.reference_method,
    u.document_no,
    max(u.appraiser) AS appraiser,
    max(u.appraisal_date) AS appraisal_date,
    max(u.valid_to) AS valid_to,
    -- What an amount cannot hold is as much as it can.
    CAST(
        least(CAST(99999999999999999999 AS HUGEINT), greatest(0, CAST(sum(u.amount) AS HUGEINT))) * 0.01
        AS DECIMAL(20, 2)
    ) AS basis_cny,
    max(u.delivery_date) AS known_date
FROM report AS u
GROUP BY u.holder_code, u.resource_code, u.reference_method, u.document_no
