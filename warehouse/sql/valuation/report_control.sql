-- Reports on the value of a resource that ran into a control on reference values (policy paragraph 8, domain.md 6).
-- What a control blocks is not used: the value stays that of the report before it, or there is none
-- (`valuation.report_block`).
WITH setting AS (
    SELECT
        h.judged_date,
        max(CASE WHEN p.name = 'appraisal_validity_months' THEN CAST(p.value AS INTEGER) END) AS validity_months,
        max(CASE WHEN p.name = 'quality_gate_score_pct' THEN p.value END) AS gate_pct
    FROM delivered.horizon AS h
    JOIN policy.valuation_parameter AS p ON in_force(p, h.judged_date)
    GROUP BY h.judged_date
),

limits AS (
    SELECT
        h.judged_date,
        max(CASE WHEN l.name = 'forecast_receipts_max_pct' THEN CAST(l.value AS HUGEINT) END) AS forecast_pct,
        max(CASE WHEN l.name = 'forecast_receipts_min_months' THEN CAST(l.value AS BIGINT) END) AS least_months,
        max(CASE WHEN l.name = 'value_jump_max_pct' THEN CAST(l.value AS HUGEINT) END) AS jump_pct
    FROM delivered.horizon AS h
    JOIN policy.control_limit AS l ON in_force(l, h.judged_date)
    GROUP BY h.judged_date
),

factor AS (
    SELECT
        c.holder_code, c.resource_code, c.document_no, c.comparable_no, c.delivery_date, c.appraisal_date,
        x.item['name'] AS factor_name,
        x.item['factor'] AS factor,
        x.item['basis'] AS basis
    FROM delivered.comparable AS c,
        unnest(
            [
                {'name': 'market_quality_factor', 'factor': c.quality_factor, 'basis': c.quality_basis},
                {'name': 'market_supply_factor', 'factor': c.supply_factor, 'basis': c.supply_basis},
                {'name': 'market_date_factor', 'factor': c.date_factor, 'basis': c.date_basis},
                {'name': 'market_capacity_factor', 'factor': c.capacity_factor, 'basis': c.capacity_basis},
                {'name': 'market_other_factor', 'factor': c.other_factor, 'basis': c.other_basis}
            ]
        ) AS x(item)
),

-- Who may not appraise for a holder: itself, units above and below it, those that it sells to or is paid by.
party AS (
    SELECT u.holder_code, u.party_code, min(u.known_date) AS known_date
    FROM (
        SELECT DISTINCT
            v.holder_code,
            v.holder_code AS party_code,
            DATE '0001-01-01' AS known_date
        FROM valuation.value_report AS v
        UNION ALL
        SELECT s.spoken_for, s.speaker_code, DATE '0001-01-01'
        FROM landing.speaker AS s
        WHERE s.capacity = 'superior'
        UNION ALL
        SELECT s.speaker_code, s.spoken_for, DATE '0001-01-01'
        FROM landing.speaker AS s
        WHERE s.capacity = 'superior'
        UNION ALL
        SELECT c.holder_code, c.counterpart_code, c.delivery_date
        FROM delivered.contract AS c
        UNION ALL
        SELECT r.holder_code, r.payer_code, r.delivery_date
        FROM delivered.receipt AS r
        WHERE r.payer_code IS NOT NULL
    ) AS u
    GROUP BY u.holder_code, u.party_code
),

-- A party by its code and by its names.
called AS (
    SELECT p.holder_code, p.party_code, p.party_code AS name, p.known_date
    FROM party AS p
    UNION ALL
    SELECT DISTINCT p.holder_code, p.party_code, o.name, p.known_date
    FROM party AS p
    JOIN catalog.organisation AS o ON o.organisation_code = p.party_code
),

sold AS (
    SELECT c.holder_code, trim(t.code) AS resource_code, c.contract_no, c.known_date
    FROM valuation.sales_circle AS c,
        unnest(regexp_split_to_array(c.resource_codes, '[;；,，、\s]+')) AS t(code)
),

-- What was received by contract, in cents, shared alike among the resources of the contract.
received AS (
    SELECT
        c.holder_code, t.code AS resource_code, r.received_date,
        CASE WHEN r.state = 'refunded' THEN -1 ELSE 1 END
        * (
            CAST(r.amount_cny * 100 AS HUGEINT)
            // greatest(1, len(regexp_split_to_array(c.resource_codes, '[;；,，、\s]+')))
        ) AS amount
    FROM delivered.receipt AS r
    JOIN delivered.contract AS c USING (holder_code, contract_no),
        unnest(regexp_split_to_array(c.resource_codes, '[;；,，、\s]+')) AS t(code)
    WHERE r.state IN ('received', 'refunded')
),

-- The income that a report forecast up to now, in cents times twelve months.
forecast AS (
    SELECT
        f.holder_code, f.resource_code, f.income_kind, f.document_no, l.judged_date, l.forecast_pct,
        l.least_months,
        min(f.appraisal_date) AS appraisal_date,
        sum(
            CAST(f.income_cny * 100 AS HUGEINT)
            * least(
                12, greatest(0, datediff('month', f.appraisal_date, l.judged_date) - 12 * (f.year_no - 1))
            )
        ) AS amount
    FROM delivered.forecast AS f
    CROSS JOIN limits AS l
    -- Incremental income is the holder's own saving: no receipt shows it.
    WHERE f.income_kind <> 'incremental' AND datediff('month', f.appraisal_date, l.judged_date) >= l.least_months
    GROUP BY
        f.holder_code, f.resource_code, f.income_kind, f.document_no, l.judged_date, l.forecast_pct, l.least_months
),

backtest AS (
    SELECT
        f.holder_code, f.resource_code, f.income_kind, f.document_no, f.appraisal_date, f.amount, f.forecast_pct,
        f.least_months,
        coalesce(sum(r.amount), 0) AS received
    FROM forecast AS f
    LEFT JOIN received AS r
        ON r.holder_code = f.holder_code
        AND r.resource_code = f.resource_code
        AND r.received_date > f.appraisal_date
        AND r.received_date <= f.judged_date
    GROUP BY
        f.holder_code, f.resource_code, f.income_kind, f.document_no, f.appraisal_date, f.amount, f.forecast_pct,
        f.least_months
),

followed AS (
    SELECT
        v.*,
        lag(v.basis_cny) OVER (
            PARTITION BY v.holder_code, v.resource_code, v.reference_method ORDER BY v.appraisal_date, v.document_no
        ) AS before_cny,
        lag(v.appraisal_date) OVER (
            PARTITION BY v.holder_code, v.resource_code, v.reference_method ORDER BY v.appraisal_date, v.document_no
        ) AS before_date,
        lag(v.document_no) OVER (
            PARTITION BY v.holder_code, v.resource_code, v.reference_method ORDER BY v.appraisal_date, v.document_no
        ) AS before_no
    FROM valuation.value_report AS v
),

-- What was spent on it between the two explains as much of the rise; an event that came meanwhile explains all of it.
grown AS (
    SELECT
        f.holder_code, f.resource_code, f.reference_method, f.document_no, f.before_no, f.before_cny, f.before_date,
        f.basis_cny, f.appraisal_date, f.known_date,
        coalesce(sum(c.amount_cny), 0) AS spent_cny
    FROM followed AS f
    LEFT JOIN valuation.cost_line AS c
        ON c.holder_code = f.holder_code
        AND c.resource_code = f.resource_code
        AND c.posted_date > f.before_date
        AND c.posted_date <= f.appraisal_date
        AND c.treatment = 'capitalised'
        AND NOT c.is_held
    WHERE f.before_cny > 0
    GROUP BY
        f.holder_code, f.resource_code, f.reference_method, f.document_no, f.before_no, f.before_cny, f.before_date,
        f.basis_cny, f.appraisal_date, f.known_date
),

refreshed AS (
    SELECT
        s.holder_code, s.resource_code, s.update_cycle,
        greatest(s.modified_date, s.issued_date, max(t.delivery_date)) AS fresh_date
    FROM catalog.resource AS s
    LEFT JOIN catalog.content_table AS t USING (resource_id)
    GROUP BY s.holder_code, s.resource_code, s.resource_id, s.update_cycle, s.modified_date, s.issued_date
),

found AS (
    SELECT
        CASE WHEN f.factor < p.lower_bound OR f.factor > p.upper_bound THEN 'factor_out_of_bounds'
            ELSE 'factor_without_evidence'
        END AS finding_kind,
        f.holder_code, f.resource_code,
        'market' AS reference_method,
        f.document_no,
        f.delivery_date AS known_date,
        f.comparable_no || ': ' || p.name_zh AS seen_in
    FROM factor AS f
    JOIN policy.valuation_parameter AS p ON p.name = f.factor_name AND in_force(p, f.appraisal_date)
    WHERE
        f.factor < p.lower_bound
        OR f.factor > p.upper_bound
        OR (f.factor > p.value AND coalesce(f.basis, '') = '')
    UNION ALL
    SELECT
        'appraiser_not_independent', v.holder_code, v.resource_code, v.reference_method, v.document_no,
        greatest(v.known_date, c.known_date), v.appraiser
    FROM valuation.value_report AS v
    JOIN called AS c ON c.holder_code = v.holder_code AND c.name = trim(v.appraiser)
    UNION ALL
    SELECT
        'appraisal_expired', v.holder_code, v.resource_code, v.reference_method, v.document_no,
        coalesce(v.valid_to, CAST(v.appraisal_date + to_months(t.validity_months) AS DATE)) + 1,
        CAST(coalesce(v.valid_to, CAST(v.appraisal_date + to_months(t.validity_months) AS DATE)) AS VARCHAR)
    FROM valuation.value_report AS v
    CROSS JOIN setting AS t
    -- Of several only the last is missed.
    ANTI JOIN valuation.value_report AS n
        ON n.holder_code = v.holder_code
        AND n.resource_code = v.resource_code
        AND n.reference_method = v.reference_method
        AND n.appraisal_date > v.appraisal_date
    WHERE coalesce(v.valid_to, CAST(v.appraisal_date + to_months(t.validity_months) AS DATE)) < t.judged_date
    UNION ALL
    SELECT
        'circular_sales', v.holder_code, v.resource_code, v.reference_method, v.document_no,
        greatest(v.known_date, s.known_date), s.contract_no
    FROM valuation.value_report AS v
    JOIN sold AS s USING (holder_code, resource_code)
    WHERE v.reference_method <> 'incremental'
    UNION ALL
    SELECT
        'forecast_above_receipts', b.holder_code, b.resource_code, b.income_kind, b.document_no,
        CAST(b.appraisal_date + to_months(b.least_months) AS DATE),
        CAST(CAST(b.received * 0.01 AS DECIMAL(20, 2)) AS VARCHAR)
    FROM backtest AS b
    WHERE b.amount * 100 > greatest(0, b.received) * 12 * b.forecast_pct
    UNION ALL
    SELECT
        'value_jump', g.holder_code, g.resource_code, g.reference_method, g.document_no, g.known_date, g.before_no
    FROM grown AS g
    CROSS JOIN limits AS l
    -- A year's growth for each year that has begun since.
    WHERE
        (CAST(g.basis_cny * 100 AS HUGEINT) - greatest(0, CAST(g.spent_cny * 100 AS HUGEINT))) * 100
        > CAST(g.before_cny * 100 AS HUGEINT)
        * (
            100
            + l.jump_pct * greatest(1, (datediff('month', g.before_date, g.appraisal_date) + 11) // 12)
        )
    UNION ALL
    SELECT
        'quality_below_gate', v.holder_code, v.resource_code, v.reference_method, v.document_no, v.known_date,
        CAST(q.score_pct AS VARCHAR)
    FROM valuation.value_report AS v
    JOIN catalog.resource AS s USING (holder_code, resource_code)
    JOIN quality.resource_score AS q ON q.resource_id = s.resource_id AND q.dimension_code = 'all'
    CROSS JOIN setting AS t
    WHERE q.score_pct < t.gate_pct
    UNION ALL
    SELECT
        'content_stale', v.holder_code, v.resource_code, v.reference_method, v.document_no,
        r.fresh_date + u.max_lag_days + 1,
        CAST(r.fresh_date AS VARCHAR)
    FROM valuation.value_report AS v
    JOIN refreshed AS r USING (holder_code, resource_code)
    CROSS JOIN setting AS t
    JOIN policy.update_cycle_lag AS u ON u.update_cycle = r.update_cycle AND in_force(u, t.judged_date)
    WHERE r.fresh_date + u.max_lag_days < t.judged_date
),

named AS (
    SELECT f.*
    FROM found AS f
    QUALIFY row_number() OVER (
        PARTITION BY f.finding_kind, f.holder_code, f.resource_code, f.reference_method, f.document_no
        ORDER BY f.known_date, f.seen_in
    ) = 1
)

SELECT
    n.finding_kind,
    n.holder_code,
    n.resource_code,
    n.reference_method,
    n.document_no,
    concat_ws('|', n.holder_code, n.finding_kind, n.resource_code, n.reference_method, n.document_no)
        AS finding_key,
    v.basis_cny AS amount_cny,
    n.known_date,
    n.seen_in,
    coalesce(k.effect, 'review') = 'block' AS is_blocking
FROM named AS n
JOIN valuation.value_report AS v USING (holder_code, resource_code, reference_method, document_no)
LEFT JOIN policy.control_finding_kind AS k ON k.kind = n.finding_kind AND in_force(k, n.known_date)
