-- Units that owe a kind of delivery (policy/owed_delivery.csv) of which nothing stands, neither about nor from them.
SELECT DISTINCT o.organisation_code, (e.body ->> '$.kind') AS kind, o.name
FROM (
    FROM catalog.organisation
    QUALIFY row_number() OVER (PARTITION BY organisation_code ORDER BY valid_from DESC) = 1
) AS o
JOIN policy.entry AS e ON e.list_name = 'owed_delivery' AND (e.body ->> '$.unit_kind') = o.unit_kind
WHERE o.valid_to IS NULL
    AND NOT EXISTS (
        FROM landing.current_record AS c
        WHERE c.kind = (e.body ->> '$.kind') AND c.deliverer_code = o.organisation_code
    )
    AND NOT EXISTS (FROM catalog.resource AS r WHERE (e.body ->> '$.kind') = 'catalog' AND r.holder_code = o.organisation_code)
ORDER BY ALL
