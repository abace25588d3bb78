-- What was shown of the tests that an enterprise's development must meet to be capitalised (CAS 6 article 9; policy
-- development_test), as dated states: each statement holds until the next one or until its paper ends, and the first
-- one speaks for what came before it too, since such a paper is about the work that led to it.
WITH stated AS (
    SELECT
        e.holder_code, e.resource_code, e.criterion AS development_test, e.issued_date, e.statement, e.valid_to,
        e.document_no, e.delivery_id, e.ordinal
    FROM delivered.evidence AS e
    JOIN policy.development_test AS t ON t.development_test = e.criterion AND in_force(t, e.issued_date)
    QUALIFY row_number() OVER (
        PARTITION BY e.holder_code, e.resource_code, e.criterion, e.issued_date
        ORDER BY e.delivery_date DESC, e.delivery_id DESC, e.ordinal DESC
    ) = 1
),

ordered AS (
    SELECT
        s.*,
        row_number() OVER (
            PARTITION BY s.holder_code, s.resource_code, s.development_test ORDER BY s.issued_date
        ) AS turn,
        lead(s.issued_date) OVER (
            PARTITION BY s.holder_code, s.resource_code, s.development_test ORDER BY s.issued_date
        ) AS next_date
    FROM stated AS s
)

SELECT
    o.holder_code,
    o.resource_code,
    o.development_test,
    o.issued_date AS effective_date,
    o.statement AS result,
    CASE WHEN o.turn > 1 THEN o.issued_date END AS holds_from_date,
    -- least() passes over NULL.
    least(o.next_date, CAST(o.valid_to + 1 AS DATE)) AS holds_to_date,
    o.document_no,
    o.delivery_id,
    o.ordinal
FROM ordered AS o
