-- Each card at the end of the last year, twice: as it was booked, and what is late, that is how today's knowledge
-- differs. Booked is what the unit's first closing from last December on says; of a unit without one nothing is late.
-- Policy says whether what is late adjusts the opening or is a movement of the year. A card that was booked and has
-- lost its value since, as its life is not known any more, is reckoned at nothing.
WITH version AS (
    SELECT o.organisation_code, o.accounting_system
    FROM catalog.organisation AS o
    QUALIFY row_number() OVER (
        PARTITION BY o.organisation_code
        ORDER BY o.valid_from <= $period_end DESC, o.valid_from DESC
    ) = 1
),

base AS (
    SELECT p.*
    FROM valuation.closed_period AS p
    WHERE
        p.is_whole
        AND p.is_in_order
        AND p.period >= strftime($year_start - INTERVAL 1 DAY, '%Y-%m')
        AND p.period < $period
    QUALIFY row_number() OVER (PARTITION BY p.holder_code ORDER BY p.period) = 1
),

booked AS (
    SELECT
        c.card_id, c.holder_code, c.resource_code, b.period AS booked_period,
        b.period < strftime($year_start, '%Y-%m') AS is_of_last_year,
        c.opening_count, c.opening_cost_cny, c.opening_amortisation_cny, c.opening_impairment_cny,
        c.closing_count, c.closing_cost_cny, c.closing_amortisation_cny, c.closing_impairment_cny
    FROM base AS b
    JOIN delivered.closing AS c
        ON c.delivery_id = b.delivery_id AND c.holder_code = b.holder_code AND c.period = b.period
    WHERE c.card_id IS NOT NULL
),

reckoned AS (
    SELECT
        c.card_id, c.holder_code, c.resource_code,
        CAST(c.recognised_date < $year_start AND (c.disposed_date IS NULL OR c.disposed_date >= $year_start) AS BIGINT)
            AS card_count,
        b.cost_cny, b.amortisation_cny, b.impairment_cny,
        e.card_id IS NOT NULL AND NOT (e.has_cost AND e.has_life) AS is_unvalued
    FROM registry.asset_card AS c
    LEFT JOIN valuation.balance AS b
        ON b.period = $period AND b.card_id = c.card_id AND b.book_code = 'accounting' AND b.balance_kind = 'opening'
    LEFT JOIN valuation.balance AS e
        ON e.period = $period AND e.card_id = c.card_id AND e.book_code = 'accounting' AND e.balance_kind = 'closing'
),

card AS (
    SELECT r.card_id, r.holder_code, r.resource_code
    FROM reckoned AS r
    UNION ALL
    SELECT b.card_id, b.holder_code, b.resource_code
    FROM booked AS b
    ANTI JOIN reckoned AS r USING (card_id)
),

compared AS (
    SELECT
        c.card_id, c.holder_code, c.resource_code,
        w.period AS booked_period,
        CASE
            WHEN w.period IS NULL THEN r.card_count
            WHEN b.is_of_last_year THEN b.closing_count
            ELSE b.opening_count
        END AS opening_count,
        CASE
            WHEN w.period IS NULL THEN r.cost_cny
            WHEN b.is_of_last_year THEN b.closing_cost_cny
            ELSE b.opening_cost_cny
        END AS opening_cost_cny,
        CASE
            WHEN w.period IS NULL THEN r.amortisation_cny
            WHEN b.is_of_last_year THEN b.closing_amortisation_cny
            ELSE b.opening_amortisation_cny
        END AS opening_amortisation_cny,
        CASE
            WHEN w.period IS NULL THEN r.impairment_cny
            WHEN b.is_of_last_year THEN b.closing_impairment_cny
            ELSE b.opening_impairment_cny
        END AS opening_impairment_cny,
        r.card_count,
        CASE WHEN w.period IS NULL OR NOT r.is_unvalued THEN r.cost_cny END AS cost_cny,
        CASE WHEN w.period IS NULL OR NOT r.is_unvalued THEN r.amortisation_cny END AS amortisation_cny,
        CASE WHEN w.period IS NULL OR NOT r.is_unvalued THEN r.impairment_cny END AS impairment_cny
    FROM card AS c
    LEFT JOIN reckoned AS r USING (card_id)
    LEFT JOIN booked AS b USING (card_id)
    LEFT JOIN base AS w ON w.holder_code = coalesce(b.holder_code, c.holder_code)
),

filled AS (
    SELECT
        c.card_id, c.holder_code, c.resource_code, c.booked_period,
        coalesce(c.opening_count, 0) AS opening_count,
        coalesce(c.opening_cost_cny, 0) AS opening_cost_cny,
        coalesce(c.opening_amortisation_cny, 0) AS opening_amortisation_cny,
        coalesce(c.opening_impairment_cny, 0) AS opening_impairment_cny,
        coalesce(c.card_count, 0) - coalesce(c.opening_count, 0) AS late_count,
        coalesce(c.cost_cny, 0) - coalesce(c.opening_cost_cny, 0) AS late_cost_cny,
        coalesce(c.amortisation_cny, 0) - coalesce(c.opening_amortisation_cny, 0) AS late_amortisation_cny,
        coalesce(c.impairment_cny, 0) - coalesce(c.opening_impairment_cny, 0) AS late_impairment_cny
    FROM compared AS c
)

SELECT
    $period AS period,
    f.card_id,
    f.holder_code,
    f.resource_code,
    f.booked_period,
    coalesce(l.booked_as, 'opening_adjustment') AS booked_as,
    CAST(f.opening_count AS BIGINT) AS opening_count,
    CAST(f.opening_cost_cny AS DECIMAL(20, 2)) AS opening_cost_cny,
    CAST(f.opening_amortisation_cny AS DECIMAL(20, 2)) AS opening_amortisation_cny,
    CAST(f.opening_impairment_cny AS DECIMAL(20, 2)) AS opening_impairment_cny,
    CAST(f.late_count AS BIGINT) AS late_count,
    CAST(f.late_cost_cny AS DECIMAL(20, 2)) AS late_cost_cny,
    CAST(f.late_amortisation_cny AS DECIMAL(20, 2)) AS late_amortisation_cny,
    CAST(f.late_impairment_cny AS DECIMAL(20, 2)) AS late_impairment_cny
FROM filled AS f
LEFT JOIN version AS o ON o.organisation_code = f.holder_code
LEFT JOIN policy.late_booking AS l
    ON l.accounting_system = coalesce(o.accounting_system, 'unknown') AND in_force(l, $period_end)
