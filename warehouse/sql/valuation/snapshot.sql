-- The value of each card at the end of a period, by cost (straight line, integer cents, cumulative first), with the
-- opening at 1 January and the movements of the year. No cost, no value: such a card is counted and its amounts are
-- empty.
WITH tranche AS (
    SELECT
        a.card_id, a.posted_period, a.voucher_no, a.line_no, a.part_no,
        a.movement_date AS added_date,
        d.movement_date AS disposed_date,
        CAST(a.amount_cny * 100 AS HUGEINT) AS cost,
        -- What was reversed on the day of its addition moved nothing.
        coalesce(d.movement_kind = 'reversal' AND d.movement_date = a.movement_date, FALSE) AS is_void
    FROM valuation.movement AS a
    LEFT JOIN valuation.movement AS d
        ON d.movement_kind <> 'addition'
        AND d.card_id = a.card_id
        AND d.posted_period = a.posted_period
        AND d.voucher_no = a.voucher_no
        AND d.line_no = a.line_no
        AND d.part_no = a.part_no
        AND d.movement_date <= $period_end
    WHERE a.movement_kind = 'addition' AND a.movement_date <= $period_end
),

-- Months amortised: from the month of addition, none in the month of disposal (domain.md 5.2, unverified). Of a part
-- the cost counts once, in its first term.
amortised AS (
    SELECT
        t.card_id, t.added_date, t.disposed_date, m.term_months,
        CASE WHEN m.term_no = 1 AND NOT t.is_void THEN t.cost ELSE 0 END AS cost,
        CASE WHEN t.is_void THEN 0 ELSE CAST(m.base_cny * 100 AS HUGEINT) END AS base,
        greatest(0, least(
            m.term_months,
            least(datediff('month', t.added_date, $year_start), m.months_until) - m.months_before
        )) AS opening_months,
        greatest(0, least(
            m.term_months,
            least(datediff('month', t.added_date, coalesce(t.disposed_date, $period_end + 1)), m.months_until)
            - m.months_before
        )) AS closing_months
    FROM tranche AS t
    JOIN valuation.amortisation_term AS m USING (card_id, posted_period, voucher_no, line_no, part_no)
),

amount AS (
    SELECT
        m.card_id, m.cost,
        (m.base * m.opening_months + m.term_months // 2) // m.term_months AS opening_amortisation,
        (m.base * m.closing_months + m.term_months // 2) // m.term_months AS latest_amortisation,
        m.added_date < $year_start AND (m.disposed_date IS NULL OR m.disposed_date >= $year_start) AS is_opening,
        m.added_date >= $year_start AS is_addition,
        coalesce(m.disposed_date >= $year_start, FALSE) AS is_reduction,
        m.disposed_date IS NULL AS is_closing
    FROM amortised AS m
),

total AS (
    SELECT
        n.card_id,
        CAST(sum(CASE WHEN n.is_opening THEN n.cost ELSE 0 END) AS DECIMAL(20, 0)) AS opening_cost,
        CAST(sum(CASE WHEN n.is_addition THEN n.cost ELSE 0 END) AS DECIMAL(20, 0)) AS addition_cost,
        CAST(sum(CASE WHEN n.is_reduction THEN n.cost ELSE 0 END) AS DECIMAL(20, 0)) AS reduction_cost,
        CAST(sum(CASE WHEN n.is_closing THEN n.cost ELSE 0 END) AS DECIMAL(20, 0)) AS closing_cost,
        CAST(sum(CASE WHEN n.is_opening THEN n.opening_amortisation ELSE 0 END) AS DECIMAL(20, 0))
            AS opening_amortisation,
        CAST(sum(CASE WHEN n.is_reduction THEN n.latest_amortisation ELSE 0 END) AS DECIMAL(20, 0))
            AS reduction_amortisation,
        CAST(sum(CASE WHEN n.is_closing THEN n.latest_amortisation ELSE 0 END) AS DECIMAL(20, 0))
            AS closing_amortisation
    FROM amount AS n
    GROUP BY n.card_id
)

SELECT
    $period AS period,
    c.card_id,
    c.holder_code,
    CASE
        WHEN c.recognised_date > $period_end THEN 'not_yet_recognised'
        WHEN c.disposed_date <= $period_end THEN 'disposed'
        WHEN t.card_id IS NULL THEN 'unvalued'
        ELSE 'valued'
    END AS snapshot_status,
    'cost' AS valuation_method,
    CAST(t.opening_cost * 0.01 AS DECIMAL(20, 2)) AS opening_cost_cny,
    CAST(t.addition_cost * 0.01 AS DECIMAL(20, 2)) AS addition_cost_cny,
    CAST(t.reduction_cost * 0.01 AS DECIMAL(20, 2)) AS reduction_cost_cny,
    CAST(t.closing_cost * 0.01 AS DECIMAL(20, 2)) AS closing_cost_cny,
    CAST(t.opening_amortisation * 0.01 AS DECIMAL(20, 2)) AS opening_amortisation_cny,
    CAST((t.closing_amortisation + t.reduction_amortisation - t.opening_amortisation) * 0.01 AS DECIMAL(20, 2))
        AS addition_amortisation_cny,
    CAST(t.reduction_amortisation * 0.01 AS DECIMAL(20, 2)) AS reduction_amortisation_cny,
    CAST(t.closing_amortisation * 0.01 AS DECIMAL(20, 2)) AS closing_amortisation_cny,
    CAST((t.closing_cost - t.closing_amortisation) * 0.01 AS DECIMAL(20, 2)) AS closing_carrying_cny
FROM registry.asset_card AS c
LEFT JOIN total AS t USING (card_id)
