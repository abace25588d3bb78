-- Contracts on the use of each card's resource, with what came in on them. A contract that names several resources says
-- so (`resource_count`): what came in is of the contract, and is not shared among them. Codes that were changed since
-- are read as the present ones.
WITH named AS (
    SELECT c.*, t.code
    FROM delivered.contract AS c, unnest(regexp_split_to_array(c.resource_codes, '[;；,，、\s]+')) AS t(code)
    QUALIFY row_number() OVER (
        PARTITION BY c.holder_code, c.contract_no, t.code
        ORDER BY c.delivery_date DESC, c.delivery_id DESC, c.ordinal DESC
    ) = 1
),

received AS (
    SELECT
        r.holder_code, r.contract_no,
        sum(CASE r.state WHEN 'received' THEN r.amount_cny WHEN 'refunded' THEN -r.amount_cny ELSE 0 END)
            AS amount_cny
    FROM delivered.receipt AS r
    WHERE r.contract_no IS NOT NULL
    GROUP BY r.holder_code, r.contract_no
),

unit AS (
    SELECT o.organisation_code, o.name
    FROM catalog.organisation AS o
    QUALIFY row_number() OVER (PARTITION BY o.organisation_code ORDER BY o.valid_from DESC) = 1
)

SELECT
    a.card_id,
    n.contract_no,
    a.holder_code,
    n.counterpart_code,
    u.name AS counterpart_name,
    n.purpose_label AS contract_purpose_label,
    n.payment,
    n.signed_date,
    n.valid_from,
    n.valid_to,
    CAST(len(regexp_split_to_array(n.resource_codes, '[;；,，、\s]+')) AS BIGINT) AS named_resource_count,
    CAST(coalesce(r.amount_cny, 0) AS DECIMAL(20, 2)) AS received_cny,
    n.delivery_id,
    n.ordinal
FROM named AS n
LEFT JOIN delivered.code_change AS k
    ON k.holder_code = n.holder_code AND k.former_code = n.code AND k.current_code IS NOT NULL
JOIN registry.asset_card AS a
    ON a.holder_code = n.holder_code AND a.resource_code = coalesce(k.current_code, n.code)
LEFT JOIN received AS r ON r.holder_code = n.holder_code AND r.contract_no = n.contract_no
LEFT JOIN unit AS u ON u.organisation_code = n.counterpart_code
QUALIFY row_number() OVER (
    PARTITION BY a.card_id, n.contract_no ORDER BY n.delivery_id DESC, n.ordinal DESC, n.code
) = 1
