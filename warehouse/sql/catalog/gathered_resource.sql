-- Resources that stand in the catalogue from another deliverer or source: the same holder and code. The holder's own
-- stands, else that of the deliverer whose code comes first, so that no later delivery makes another card of it; of one
-- deliverer's sources the last delivered. Both records are on record; this one has no row in catalog.resource.
WITH several AS (
    SELECT c.record_key
    FROM landing.current_record AS c
    WHERE c.kind = 'catalog'
    GROUP BY c.record_key
    HAVING count(*) > 1
),

-- No other's body is read.
candidate AS (
    SELECT
        c.delivery_id, c.ordinal, c.deliverer_code, c.source_name, c.record_key, c.delivery_date,
        (r.body ->> '$.provider_code') AS provider_code,
        (r.body ->> '$.provider_name') AS provider_name,
        (r.body ->> '$.title') AS title
    FROM landing.current_record AS c
    JOIN several AS t USING (record_key)
    JOIN landing.record AS r ON r.delivery_id = c.delivery_id AND r.ordinal = c.ordinal
    WHERE c.kind = 'catalog' AND r.kind = 'catalog'
),

named AS (
    SELECT o.name, o.organisation_code
    FROM catalog.organisation AS o
    QUALIFY row_number() OVER (PARTITION BY o.name ORDER BY o.valid_from DESC, o.organisation_code) = 1
),

-- The holder as catalog.resource has it.
owned AS (
    SELECT
        c.delivery_id, c.ordinal, c.deliverer_code, c.source_name, c.record_key, c.delivery_date, c.title,
        coalesce(c.provider_code, n.organisation_code, d.holder_code, c.provider_name, c.deliverer_code) AS holder_code
    FROM candidate AS c
    JOIN landing.delivery AS d USING (delivery_id)
    LEFT JOIN named AS n ON n.name = CASE WHEN c.provider_code IS NULL THEN c.provider_name END
),

standing AS (
    SELECT o.*
    FROM owned AS o
    QUALIFY row_number() OVER (
        PARTITION BY o.holder_code, o.record_key
        ORDER BY
            o.deliverer_code = o.holder_code DESC,
            o.deliverer_code,
            o.delivery_date DESC,
            o.source_name
    ) = 1
)

SELECT
    o.delivery_id,
    o.ordinal,
    o.holder_code,
    o.record_key AS resource_code,
    o.title,
    o.deliverer_code,
    o.source_name,
    s.delivery_id AS other_delivery_id,
    s.ordinal AS other_ordinal,
    s.deliverer_code AS other_deliverer_code
FROM owned AS o
JOIN standing AS s
    ON s.holder_code = o.holder_code
    AND s.record_key = o.record_key
    AND (s.deliverer_code, s.source_name) <> (o.deliverer_code, o.source_name)
