-- Units that owe a kind of delivery (policy/owed_delivery.csv) of which nothing stands, neither about nor from them.
SELECT DISTINCT o.organisation_code, w.kind, o.name
FROM (
    FROM catalog.organisation
    QUALIFY row_number() OVER (PARTITION BY organisation_code ORDER BY valid_from DESC) = 1
) AS o
CROSS JOIN delivered.horizon AS h
JOIN policy.owed_delivery AS w ON w.unit_kind = o.unit_kind AND in_force(w, h.judged_date)
WHERE o.valid_to IS NULL
    AND NOT EXISTS (FROM landing.current_record AS c WHERE c.kind = w.kind AND c.deliverer_code = o.organisation_code)
    AND NOT EXISTS (FROM catalog.resource AS r WHERE w.kind = 'catalog' AND r.holder_code = o.organisation_code)
ORDER BY ALL
