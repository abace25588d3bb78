-- The register against what is there (账实相符), as of the day up to which the deliveries go: costs, evidence, events or
-- balances of a resource that the catalogue does not have (so that it has no card, or lost it with its record); cards
-- of which no content can be found, neither a table that was delivered nor a distribution; cards whose content is older
-- than its update cycle allows. What the catalogue states no cycle of, or none with a lag, is not judged by it.
WITH named AS (
    SELECT c.holder_code, c.resource_code, c.delivery_date, c.amount_cny
    FROM registry.treated_cost AS c
    WHERE c.treatment = 'capitalised'
    UNION ALL
    SELECT e.holder_code, e.resource_code, e.delivery_date, CAST(0 AS DECIMAL(20, 2))
    FROM delivered.evidence AS e
    UNION ALL
    SELECT v.holder_code, v.resource_code, v.delivery_date, CAST(0 AS DECIMAL(20, 2))
    FROM delivered.event AS v
    UNION ALL
    SELECT g.holder_code, g.resource_code, g.delivery_date, CAST(0 AS DECIMAL(20, 2))
    FROM delivered.ledger AS g
),

unrecorded AS (
    SELECT
        n.holder_code, n.resource_code,
        max(n.delivery_date) AS since_date,
        sum(n.amount_cny) AS amount_cny
    FROM named AS n
    LEFT JOIN catalog.resource AS s
        ON s.holder_code = n.holder_code AND s.resource_code = n.resource_code
    WHERE n.resource_code IS NOT NULL AND s.resource_id IS NULL
    GROUP BY n.holder_code, n.resource_code
),

content AS (
    SELECT t.resource_id, max(t.delivery_date) AS delivery_date
    FROM catalog.content_table AS t
    WHERE t.resource_id IS NOT NULL
    GROUP BY t.resource_id
),

-- A card and the day of its newest content, as the catalogue or a delivery of the content has it.
held AS (
    SELECT
        c.card_id, c.holder_code, c.resource_code, c.recognised_date, s.update_cycle, s.distribution_count,
        t.resource_id IS NOT NULL AS has_table,
        CASE
            WHEN t.delivery_date IS NULL OR s.modified_date > t.delivery_date THEN s.modified_date
            ELSE t.delivery_date
        END AS content_date
    FROM registry.asset_card AS c
    JOIN catalog.resource AS s USING (resource_id)
    LEFT JOIN content AS t USING (resource_id)
    WHERE c.card_status <> 'disposed'
    QUALIFY row_number() OVER (PARTITION BY c.holder_code, c.resource_code ORDER BY c.card_id) = 1
),

found AS (
    SELECT
        u.holder_code, u.resource_code, 'record_missing' AS finding_kind, NULL AS card_id, u.since_date,
        CAST(u.amount_cny AS DECIMAL(20, 2)) AS amount_cny
    FROM unrecorded AS u
    UNION ALL
    SELECT h.holder_code, h.resource_code, 'content_missing', h.card_id, h.recognised_date, NULL
    FROM held AS h
    WHERE NOT h.has_table AND coalesce(h.distribution_count, 0) = 0
    UNION ALL
    SELECT h.holder_code, h.resource_code, 'content_outdated', h.card_id, h.content_date, NULL
    FROM held AS h
    CROSS JOIN delivered.horizon AS n
    JOIN policy.update_cycle_lag AS y ON y.update_cycle = h.update_cycle AND in_force(y, n.judged_date)
    WHERE
        (h.has_table OR h.distribution_count > 0)
        AND h.content_date + y.max_lag_days < n.judged_date
)

SELECT
    f.holder_code,
    f.resource_code,
    f.finding_kind,
    f.card_id,
    f.since_date AS finding_date,
    f.amount_cny,
    k.message_zh,
    k.message_en,
    k.mend_zh,
    k.mend_en
FROM found AS f
CROSS JOIN delivered.horizon AS n
LEFT JOIN policy.control_finding_kind AS k ON k.kind = f.finding_kind AND in_force(k, n.judged_date)
