-- What counts (盘点) found: an item that is not as its card says; one counted twice on a day with two results; one
-- without a card; a card that its unit did not count in the year in which it counted others. The last count of an item
-- is the one that speaks. Each finding is the holder's to settle, within so many days as policy says.
WITH counted AS (
    SELECT r.holder_code, r.resource_code, r.issued_date, r.result, r.document_no, r.reviewer
    FROM delivered.review AS r
    WHERE r.review_kind = 'count'
    QUALIFY row_number() OVER (
        PARTITION BY r.holder_code, r.resource_code, r.document_no
        ORDER BY r.delivery_date DESC, r.delivery_id DESC, r.ordinal DESC
    ) = 1
),

-- One item a card and day; of two results the one that does not agree is taken.
item AS (
    SELECT
        c.holder_code, c.resource_code, c.issued_date,
        min(c.result) AS result,
        count(DISTINCT c.result) AS result_count,
        string_agg(DISTINCT c.document_no, '、' ORDER BY c.document_no) AS document_no,
        string_agg(DISTINCT c.reviewer, '、' ORDER BY c.reviewer) AS reviewer
    FROM counted AS c
    GROUP BY c.holder_code, c.resource_code, c.issued_date
),

last_item AS (
    SELECT i.*
    FROM item AS i
    QUALIFY row_number() OVER (PARTITION BY i.holder_code, i.resource_code ORDER BY i.issued_date DESC) = 1
),

-- The last count of a unit: the year of its last day.
round_of AS (
    SELECT i.holder_code, max(i.issued_date) AS counted_date
    FROM item AS i
    GROUP BY i.holder_code
),

card AS (
    SELECT c.*
    FROM registry.asset_card AS c
    QUALIFY row_number() OVER (PARTITION BY c.holder_code, c.resource_code ORDER BY c.card_id) = 1
),

found AS (
    SELECT
        i.holder_code, i.resource_code,
        CASE
            WHEN c.card_id IS NULL OR c.disposed_date <= i.issued_date THEN 'count_without_card'
            WHEN i.result_count > 1 THEN 'count_contradicts'
            ELSE 'count_differs'
        END AS finding_kind,
        c.card_id, i.issued_date AS finding_date, i.document_no, i.reviewer
    FROM last_item AS i
    LEFT JOIN card AS c USING (holder_code, resource_code)
    WHERE
        (c.card_id IS NULL OR c.disposed_date <= i.issued_date OR i.result = 'fail')
        -- What left after the count is settled.
        AND (c.disposed_date IS NULL OR c.disposed_date <= i.issued_date)
    UNION ALL
    SELECT
        c.holder_code, c.resource_code, 'count_missing', c.card_id, r.counted_date,
        CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR)
    FROM card AS c
    JOIN round_of AS r USING (holder_code)
    LEFT JOIN last_item AS i USING (holder_code, resource_code)
    WHERE
        c.card_status <> 'disposed'
        AND c.recognised_date <= r.counted_date
        AND (i.issued_date IS NULL OR year(i.issued_date) < year(r.counted_date))
)

SELECT
    f.holder_code,
    f.resource_code,
    f.finding_kind,
    f.card_id,
    f.finding_date,
    f.holder_code AS owner_code,
    CAST(f.finding_date + CAST(p.value AS INTEGER) AS DATE) AS due_date,
    coalesce(CAST(f.finding_date + CAST(p.value AS INTEGER) AS DATE) < h.judged_date, FALSE) AS is_overdue,
    f.document_no,
    f.reviewer,
    k.message_zh,
    k.message_en,
    k.mend_zh,
    k.mend_en
FROM found AS f
CROSS JOIN delivered.horizon AS h
LEFT JOIN policy.parameter AS p ON p.name = 'count_mend_days' AND in_force(p, f.finding_date)
LEFT JOIN policy.control_finding_kind AS k ON k.kind = f.finding_kind AND in_force(k, h.judged_date)
