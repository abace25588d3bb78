-- What each card that is held would be worth by each method, beside its book value, with the range in which it moves
-- (`valuation.sensitivity`; by comparables also the cheapest and the dearest), the evidence that was used, and why
-- there is no value where there is none. None of it is ever booked, and no model of the books or of a form reads it.
WITH found AS (
    SELECT u.*
    FROM (
        SELECT
            m.card_id, 'cost' AS reference_method, m.value_cny, m.value_cny AS low_cny, m.value_cny AS high_cny,
            m.no_value_reason,
            CAST(NULL AS VARCHAR) AS document_no,
            CAST(NULL AS VARCHAR) AS appraiser,
            CAST(NULL AS DATE) AS appraisal_date,
            CAST(NULL AS DATE) AS valid_until_date
        FROM valuation.cost_method AS m
        WHERE m.period = $period
        UNION ALL
        SELECT
            m.card_id, 'expert', m.value_cny, m.value_cny, m.value_cny, m.no_value_reason,
            CAST(NULL AS VARCHAR),
            CAST(NULL AS VARCHAR),
            CAST(NULL AS DATE),
            CAST(NULL AS DATE)
        FROM valuation.expert_method AS m
        WHERE m.period = $period
        UNION ALL
        SELECT
            m.card_id, m.income_kind, m.value_cny, m.value_cny, m.value_cny, m.no_value_reason, m.document_no,
            m.appraiser, m.appraisal_date, m.valid_until_date
        FROM valuation.income_method AS m
        WHERE m.period = $period
        UNION ALL
        SELECT
            m.card_id, 'market', m.value_cny, m.low_cny, m.high_cny, m.no_value_reason, m.document_no, m.appraiser,
            m.appraisal_date, m.valid_until_date
        FROM valuation.market_method AS m
        WHERE m.period = $period
        UNION ALL
        SELECT
            a.card_id, 'appraisal', a.value_cny, a.value_cny, a.value_cny, a.no_value_reason, a.document_no,
            a.appraiser, a.appraisal_date, a.valid_until_date
        FROM valuation.appraisal AS a
        WHERE a.period = $period
    ) AS u
),

ranged AS (
    SELECT
        s.card_id, s.reference_method,
        min(least(s.decreased_value_cny, s.increased_value_cny)) AS low_cny,
        max(greatest(s.decreased_value_cny, s.increased_value_cny)) AS high_cny
    FROM valuation.sensitivity AS s
    WHERE s.period = $period
    GROUP BY s.card_id, s.reference_method
),

placed AS (
    SELECT
        s.card_id, s.holder_code, s.closing_carrying_cny,
        d.method, d.position, d.name_zh, d.name_en, d.formula, d.needs_zh, d.needs_en,
        f.value_cny, f.document_no, f.appraiser, f.appraisal_date, f.valid_until_date,
        least(f.low_cny, g.low_cny) AS low_cny,
        greatest(f.high_cny, g.high_cny) AS high_cny,
        CASE WHEN d.method IN ('cost', 'expert') THEN q.score_pct END AS score_pct,
        CASE
            WHEN f.card_id IS NOT NULL THEN f.no_value_reason
            WHEN d.method IN ('cost', 'expert') THEN 'cost_missing'
            WHEN d.method = 'market' THEN 'no_comparable'
            WHEN d.method = 'appraisal' THEN 'no_appraisal'
            ELSE 'no_forecast'
        END AS no_value_reason
    FROM valuation.snapshot AS s
    JOIN policy.valuation_method AS d ON in_force(d, $period_end)
    LEFT JOIN found AS f ON f.card_id = s.card_id AND f.reference_method = d.method
    LEFT JOIN ranged AS g ON g.card_id = s.card_id AND g.reference_method = d.method
    LEFT JOIN valuation.quality_adjustment AS q ON q.period = s.period AND q.card_id = s.card_id
    WHERE s.period = $period AND s.snapshot_status IN ('valued', 'unvalued')
)

SELECT
    $period AS period,
    p.card_id,
    p.method AS reference_method,
    p.holder_code,
    p.position AS method_position,
    p.name_zh AS method_name_zh,
    p.name_en AS method_name_en,
    p.formula,
    p.closing_carrying_cny,
    p.value_cny,
    CASE WHEN p.value_cny IS NOT NULL THEN p.low_cny END AS low_cny,
    CASE WHEN p.value_cny IS NOT NULL THEN p.high_cny END AS high_cny,
    p.value_cny IS NOT NULL AS has_evidence,
    p.no_value_reason,
    r.message_zh,
    r.message_en,
    r.mend_zh,
    r.mend_en,
    p.needs_zh AS evidence_needed_zh,
    p.needs_en AS evidence_needed_en,
    p.score_pct,
    p.document_no,
    p.appraiser,
    p.appraisal_date,
    p.valid_until_date
FROM placed AS p
LEFT JOIN policy.valuation_reason AS r ON r.reason = p.no_value_reason AND in_force(r, $period_end)
