-- What may be said of each resource and its card: whether it may be opened or shared, and what they are called.
SELECT
    s.resource_id, c.card_id, s.holder_code, s.resource_code,
    coalesce(a.open_access IN ('unconditional', 'conditional') AND a.confidential_term IS NULL, FALSE) AS is_open,
    coalesce(a.share_limit <> 'none', FALSE) AS is_shared,
    list_distinct(list_filter([s.title, c.asset_name], name -> name IS NOT NULL)) AS names
FROM catalog.resource AS s
LEFT JOIN classification.resource_access AS a USING (resource_id)
LEFT JOIN registry.asset_card AS c USING (resource_id)
