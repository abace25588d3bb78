-- Resources that have capitalised cost: the first day on which some of it can be used (until then they are in
-- development), how the asset was acquired, as the first line says that says it, and whether all of it is at nominal
-- amount. What has no capitalised cost is not here.
WITH line AS (
    SELECT c.*
    FROM registry.treated_cost AS c
    WHERE c.treatment = 'capitalised' AND c.resource_code IS NOT NULL
),

acquired AS (
    SELECT n.holder_code, n.resource_code, n.acquisition
    FROM line AS n
    WHERE n.acquisition IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY n.holder_code, n.resource_code
        ORDER BY coalesce(n.available_date, n.posted_date), n.posted_date, n.delivery_id, n.ordinal
    ) = 1
),

summed AS (
    SELECT
        n.holder_code, n.resource_code,
        min(n.available_date) AS available_date,
        bool_and(n.value_basis = 'nominal_amount') AS is_nominal
    FROM line AS n
    GROUP BY n.holder_code, n.resource_code
)

SELECT
    s.holder_code,
    s.resource_code,
    s.available_date,
    a.acquisition,
    CASE WHEN s.is_nominal THEN 'nominal_amount' ELSE 'original_cost' END AS value_basis
FROM summed AS s
LEFT JOIN acquired AS a USING (holder_code, resource_code)
