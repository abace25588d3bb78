-- The list of a count (盘点): each card that has not left, once, with its last count. Its headings are those of the
-- template of reviews, so that the list with its answers filled in is what comes back.
WITH counted AS (
    SELECT r.*
    FROM delivered.review AS r
    WHERE r.review_kind = 'count'
    QUALIFY row_number() OVER (
        PARTITION BY r.holder_code, r.resource_code
        ORDER BY r.issued_date DESC, r.delivery_date DESC, r.delivery_id DESC, r.ordinal DESC
    ) = 1
)

SELECT
    c.card_id,
    c.holder_code,
    s.holder_name,
    c.resource_code,
    c.asset_name,
    c.card_status,
    '盘点' AS review_kind_label,
    CAST(NULL AS VARCHAR) AS count_answer,
    CAST(NULL AS DATE) AS count_answer_date,
    CAST(NULL AS VARCHAR) AS count_answer_document_no,
    r.result AS counted_result,
    r.issued_date AS counted_date
FROM registry.asset_card AS c
JOIN catalog.resource AS s USING (resource_id)
LEFT JOIN counted AS r ON r.holder_code = c.holder_code AND r.resource_code = c.resource_code
WHERE c.card_status <> 'disposed'
QUALIFY row_number() OVER (PARTITION BY c.card_id ORDER BY c.resource_id) = 1
