-- The report of an appraiser on the income of each card that is held, by kind of income: the latest one as of the end
-- of the period, and why it gives no value where it does not. Policy bounds its rates; its years run from 1 on.
WITH setting AS (
    SELECT
        max(CASE WHEN p.name = 'appraisal_validity_months' THEN CAST(p.value AS INTEGER) END) AS validity_months,
        max(CASE WHEN p.name = 'appraisal_validity_months' THEN CAST(p.upper_bound AS INTEGER) END) AS most_months,
        max(CASE WHEN p.name = 'forecast_years' THEN p.lower_bound END) AS least_years,
        max(CASE WHEN p.name = 'forecast_years' THEN p.upper_bound END) AS most_years,
        max(CASE WHEN p.name = 'discount_rate' THEN p.lower_bound END) AS lower_rate,
        max(CASE WHEN p.name = 'discount_rate' THEN p.upper_bound END) AS upper_rate,
        max(CASE WHEN p.name = 'risk_free_rate' THEN p.lower_bound END) AS lower_free,
        max(CASE WHEN p.name = 'risk_free_rate' THEN p.upper_bound END) AS upper_free,
        max(CASE WHEN p.name = 'risk_premium' THEN p.lower_bound END) AS lower_premium,
        max(CASE WHEN p.name = 'risk_premium' THEN p.upper_bound END) AS upper_premium,
        max(CASE WHEN p.name = 'share_rate' THEN p.lower_bound END) AS lower_share,
        max(CASE WHEN p.name = 'share_rate' THEN p.upper_bound END) AS upper_share
    FROM policy.valuation_parameter AS p
    WHERE in_force(p, $period_end)
),

-- One year of one report counts once, as it was delivered last.
forecast AS (
    SELECT f.*
    FROM delivered.forecast AS f
    WHERE f.appraisal_date <= $period_end
    QUALIFY row_number() OVER (
        PARTITION BY f.holder_code, f.resource_code, f.income_kind, f.document_no, f.year_no
        ORDER BY f.delivery_date DESC, f.delivery_id, f.ordinal
    ) = 1
),

report AS (
    SELECT
        f.holder_code, f.resource_code, f.income_kind, f.document_no,
        max(f.appraiser) AS appraiser,
        min(f.appraiser) AS other_appraiser,
        max(f.appraisal_date) AS appraisal_date,
        min(f.appraisal_date) AS other_date,
        max(f.valid_to) AS valid_to,
        count(DISTINCT f.valid_to) AS end_count,
        count(f.valid_to) AS ended_count,
        count(*) AS year_count,
        min(f.year_no) AS first_year,
        max(f.year_no) AS last_year,
        max(f.discount_rate) AS discount_rate,
        min(f.discount_rate) AS other_rate,
        bool_or(
            CASE f.income_kind
                WHEN 'share' THEN f.share_rate IS NULL
                WHEN 'excess' THEN f.contributory_cost_cny IS NULL
                WHEN 'incremental' THEN f.income_without_cny IS NULL
                ELSE FALSE
            END
        ) AS is_input_missing,
        bool_or(f.income_kind = 'share' AND (f.share_rate < t.lower_share OR f.share_rate > t.upper_share))
            AS is_share_out,
        bool_or(
            f.discount_rate < t.lower_rate OR f.discount_rate > t.upper_rate
            OR f.risk_free_rate < t.lower_free OR f.risk_free_rate > t.upper_free
            OR f.risk_premium < t.lower_premium OR f.risk_premium > t.upper_premium
        ) AS is_rate_out,
        bool_or(f.risk_free_rate + f.risk_premium <> f.discount_rate) AS do_parts_differ
    FROM forecast AS f
    CROSS JOIN setting AS t
    GROUP BY f.holder_code, f.resource_code, f.income_kind, f.document_no
),

latest AS (
    SELECT
        s.card_id, r.*, t.least_years, t.most_years,
        CAST(
            least(
                coalesce(r.valid_to, r.appraisal_date + to_months(t.validity_months)),
                r.appraisal_date + to_months(t.most_months)
            ) AS DATE
        ) AS valid_until_date,
        b.blocked_by IS NOT NULL AS is_blocked
    FROM report AS r
    JOIN registry.asset_card AS c ON c.holder_code = r.holder_code AND c.resource_code = r.resource_code
    JOIN valuation.snapshot AS s ON s.card_id = c.card_id
    CROSS JOIN setting AS t
    LEFT JOIN valuation.report_block AS b
        ON b.period = $period
        AND b.holder_code = r.holder_code
        AND b.resource_code = r.resource_code
        AND b.reference_method = r.income_kind
        AND b.document_no = r.document_no
    WHERE s.period = $period AND s.snapshot_status IN ('valued', 'unvalued')
    QUALIFY row_number() OVER (
        PARTITION BY s.card_id, r.income_kind
        ORDER BY b.blocked_by IS NOT NULL, r.appraisal_date DESC, r.document_no DESC
    ) = 1
)

SELECT
    $period AS period,
    n.card_id,
    n.income_kind,
    n.holder_code,
    n.resource_code,
    n.document_no,
    n.appraiser,
    n.appraisal_date,
    n.valid_until_date,
    n.year_count,
    n.discount_rate,
    CASE
        WHEN n.is_blocked THEN 'held_by_control'
        WHEN
            n.appraiser <> n.other_appraiser
            OR n.appraisal_date <> n.other_date
            OR n.end_count > 1
            OR n.ended_count NOT IN (0, n.year_count)
            THEN 'appraisal_inconsistent'
        WHEN n.valid_until_date < $period_end THEN 'appraisal_expired'
        WHEN n.first_year <> 1 OR n.last_year <> n.year_count THEN 'years_incomplete'
        WHEN n.year_count < n.least_years OR n.year_count > n.most_years THEN 'years_out_of_bounds'
        WHEN n.discount_rate <> n.other_rate THEN 'rates_differ'
        WHEN n.is_rate_out THEN 'rate_out_of_bounds'
        WHEN n.do_parts_differ THEN 'rate_parts_differ'
        WHEN n.is_input_missing THEN 'input_missing'
        WHEN n.is_share_out THEN 'share_out_of_bounds'
    END AS no_value_reason
FROM latest AS n
