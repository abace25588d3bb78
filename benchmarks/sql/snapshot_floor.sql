-- What the cards of each unit held at the end of the last year and of the period, straight from the lines: as one
-- would write it who needs the sums and nothing else. Cards with one change and one life have a closed form; the
-- others go change by change, since each change rounds to the cent.
WITH RECURSIVE line AS (
    SELECT
        a.card_id, d.posted_date, d.available_date, d.amount_cny, d.voucher_no, d.line_no, d.life_basis, d.delivery_id,
        d.ordinal,
        strftime(d.posted_date, '%Y-%m') AS posted_period,
        coalesce(d.available_date, d.posted_date) AS line_date,
        a.disposed_date
    FROM delivered.cost AS d
    JOIN policy.cost_treatment AS t
        ON t.phase = d.phase
        AND t.treatment = 'capitalised'
        AND (t.is_first_version OR t.effective_from <= d.posted_date)
        AND (t.effective_to IS NULL OR d.posted_date < t.effective_to)
    JOIN registry.asset_card AS a USING (holder_code, resource_code)
    WHERE coalesce(d.purpose, 'use') = 'use'
    QUALIFY row_number() OVER (
        PARTITION BY d.holder_code, posted_period, d.voucher_no, d.line_no
        ORDER BY d.delivery_date DESC, d.delivery_id, d.ordinal
    ) = 1
),

-- Reversals: the negative line takes out the positive one of its amount.
turned AS (
    SELECT
        n.*,
        row_number() OVER (
            PARTITION BY n.card_id, n.amount_cny ORDER BY n.line_date, n.posted_period, n.voucher_no, n.line_no
        ) AS turn
    FROM line AS n
    SEMI JOIN (SELECT m.card_id FROM line AS m WHERE m.amount_cny < 0) AS r USING (card_id)
),

pair AS (
    SELECT
        p.delivery_id, p.ordinal,
        n.delivery_id AS reversal_delivery_id,
        n.ordinal AS reversal_ordinal,
        n.line_date AS reversed_date,
        row_number() OVER (PARTITION BY p.card_id ORDER BY p.posted_period, p.voucher_no, p.line_no) AS pool_no
    FROM turned AS p
    JOIN turned AS n ON n.card_id = p.card_id AND n.amount_cny = -p.amount_cny AND n.turn = p.turn
    WHERE p.amount_cny > 0
),

addition AS (
    SELECT
        n.card_id,
        coalesce(r.pool_no, 0) AS pool_no,
        CAST(date_trunc('month', n.available_date) AS DATE) AS from_date,
        n.amount_cny, n.life_basis, n.delivery_id, n.ordinal, n.posted_period, n.voucher_no, n.line_no,
        r.reversed_date, n.disposed_date
    FROM line AS n
    LEFT JOIN pair AS r USING (delivery_id, ordinal)
    WHERE
        n.amount_cny >= 0
        AND (n.disposed_date IS NULL OR n.available_date <= n.disposed_date)
        AND n.available_date IS NOT NULL
        AND (r.reversed_date IS NULL OR r.reversed_date >= n.available_date OR n.available_date <= n.posted_date)
),

life AS (
    SELECT
        n.card_id, n.pool_no,
        CASE WHEN f.term_no = 1 THEN n.from_date ELSE greatest(n.from_date, f.from_date) END AS life_date,
        arg_max(
            {'months': CASE
                WHEN n.life_basis = 'indefinite' THEN NULL
                WHEN f.term_no = 1 THEN f.life_months
                ELSE greatest(1, f.life_months - datediff('month', n.from_date, greatest(n.from_date, f.from_date)))
            END},
            (f.term_no, n.posted_period, n.voucher_no, n.line_no)
        ).months AS life_months
    FROM addition AS n
    JOIN delivered.cost_life AS f USING (delivery_id, ordinal)
    WHERE f.life_months IS NOT NULL OR n.life_basis = 'indefinite'
    GROUP BY ALL
),

event AS (
    SELECT
        a.card_id, e.event_kind,
        CAST(date_trunc('month', e.event_date) AS DATE) AS from_date,
        e.amount_cny
    FROM delivered.event AS e
    JOIN registry.asset_card AS a USING (holder_code, resource_code)
    WHERE
        e.amount_cny > 0
        AND (
            e.event_kind = 'disposal'
            OR (e.event_kind = 'impairment' AND EXISTS (
                FROM catalog.organisation AS o
                WHERE
                    o.organisation_code = e.holder_code
                    AND o.accounting_system = 'enterprise'
                    AND o.valid_from <= e.event_date
                    AND coalesce(o.valid_to > e.event_date, TRUE)
            ))
        )
        AND (a.disposed_date IS NULL OR e.event_date < a.disposed_date)
    QUALIFY row_number() OVER (
        PARTITION BY a.card_id, e.event_kind, e.event_date ORDER BY e.delivery_date DESC, e.delivery_id, e.ordinal
    ) = 1
),

-- What leaves a pool, or is impaired.
moved AS (
    SELECT e.card_id, 0 AS pool_no, e.from_date, 0 AS wait, 0 AS reversed_cny, e.amount_cny AS taken_cny, 0 AS impaired_cny
    FROM event AS e
    WHERE e.event_kind = 'disposal'
    UNION ALL
    SELECT e.card_id, 0, e.from_date, 1, 0, 0, e.amount_cny FROM event AS e WHERE e.event_kind = 'impairment'
    UNION ALL
    SELECT n.card_id, n.pool_no, CAST(date_trunc('month', n.reversed_date) AS DATE), 0, n.amount_cny, 0, 0
    FROM addition AS n
    WHERE n.reversed_date IS NOT NULL AND (n.disposed_date IS NULL OR n.reversed_date <= n.disposed_date)
    UNION ALL
    SELECT n.card_id, 0, CAST(date_trunc('month', n.line_date) AS DATE), 0, -n.amount_cny, 0, 0
    FROM turned AS n
    ANTI JOIN pair AS r ON r.reversal_delivery_id = n.delivery_id AND r.reversal_ordinal = n.ordinal
    WHERE n.amount_cny < 0 AND (n.disposed_date IS NULL OR n.line_date <= n.disposed_date)
),

pool AS (
    SELECT
        n.card_id, n.pool_no,
        min(n.from_date) AS start_date,
        count(DISTINCT n.from_date) AS months,
        sum(n.amount_cny) AS amount_cny
    FROM addition AS n
    WHERE n.amount_cny > 0
    GROUP BY ALL
),

card_life AS (
    SELECT
        f.card_id,
        max(f.life_date) AS last_date,
        any_value({'months': f.life_months}).months AS life_months
    FROM life AS f
    GROUP BY ALL
),

plain AS (
    SELECT p.card_id, p.pool_no, p.start_date, p.amount_cny, f.life_months, f.card_id IS NOT NULL AS has_life
    FROM pool AS p
    LEFT JOIN card_life AS f USING (card_id)
    ANTI JOIN moved AS m USING (card_id)
    WHERE p.months = 1 AND (f.last_date IS NULL OR f.last_date = p.start_date)
),

folded_pool AS (
    SELECT p.card_id, p.pool_no, p.start_date
    FROM pool AS p
    ANTI JOIN plain AS n USING (card_id)
),

pool_life AS (
    SELECT p.card_id, p.pool_no, f.life_date, f.life_months, f.pool_no AS life_pool_no, p.start_date
    FROM folded_pool AS p
    JOIN life AS f ON f.card_id = p.card_id AND f.pool_no IN (p.pool_no, 0)
),

-- Where a pool has a life of its own, that of the others does not hold for it.
own_life AS (
    SELECT f.card_id, f.pool_no, f.life_date, f.life_months
    FROM pool_life AS f
    QUALIFY f.life_pool_no = max(f.life_pool_no) OVER (PARTITION BY f.card_id, f.pool_no)
),

step AS (
    SELECT
        u.card_id, u.pool_no, u.from_date, u.wait,
        CAST(u.from_date + to_months(u.wait) AS DATE) AS first_date,
        CAST((sum(u.added_cny) - least(sum(u.added_cny), sum(u.reversed_cny))) * 100 AS HUGEINT) AS added,
        CAST(
            (sum(u.taken_cny) + sum(u.reversed_cny) - least(sum(u.added_cny), sum(u.reversed_cny))) * 100 AS HUGEINT
        ) AS taken,
        CAST(sum(u.impaired_cny) * 100 AS HUGEINT) AS impaired
    FROM (
        SELECT n.card_id, n.pool_no, n.from_date, 0 AS wait, n.amount_cny AS added_cny, 0 AS reversed_cny, 0 AS taken_cny, 0 AS impaired_cny
        FROM addition AS n
        UNION ALL
        SELECT m.card_id, m.pool_no, m.from_date, m.wait, 0, m.reversed_cny, m.taken_cny, m.impaired_cny
        FROM moved AS m
        UNION ALL
        SELECT f.card_id, f.pool_no, f.life_date, 0, 0, 0, 0, 0 FROM pool_life AS f WHERE f.life_date > f.start_date
    ) AS u
    SEMI JOIN folded_pool AS p USING (card_id, pool_no)
    GROUP BY ALL
),

lived AS (
    SELECT
        s.*,
        coalesce(f.card_id, g.card_id) IS NOT NULL AS has_life,
        CASE WHEN f.card_id IS NOT NULL
            THEN greatest(0, f.life_months - datediff('month', f.life_date, s.first_date))
            ELSE greatest(0, g.life.months - datediff('month', g.life.from_date, s.first_date))
        END AS remaining,
        CASE WHEN f.card_id IS NOT NULL THEN f.life_months ELSE g.life.months END IS NOT NULL AS is_limited
    FROM step AS s
    ASOF LEFT JOIN own_life AS f
        ON f.card_id = s.card_id AND f.pool_no = s.pool_no AND f.life_date <= s.first_date
    LEFT JOIN (
        SELECT o.card_id, o.pool_no, arg_min({'from_date': o.life_date, 'months': o.life_months}, o.life_date) AS life
        FROM own_life AS o
        GROUP BY ALL
    ) AS g ON g.card_id = s.card_id AND g.pool_no = s.pool_no
),

numbered AS (
    SELECT
        s.card_id, s.pool_no, s.from_date, s.first_date, s.added, s.taken, s.impaired, s.has_life,
        CASE WHEN s.is_limited THEN greatest(1, s.remaining) ELSE 0 END AS months,
        row_number() OVER (PARTITION BY s.card_id, s.pool_no ORDER BY s.from_date, s.wait) AS step_no
    FROM lived AS s
),

-- In cents: the first change of a pool lets in; each later one amortises up to its month, lets in, and lets out a share.
term AS (
    SELECT
        n.card_id, n.pool_no, n.step_no, n.from_date, n.first_date, n.months, n.has_life,
        n.added - least(n.added, n.taken) AS cost,
        CAST(0 AS HUGEINT) AS amortisation,
        CAST(0 AS HUGEINT) AS impairment
    FROM numbered AS n
    WHERE n.step_no = 1
    UNION ALL
    SELECT
        x.card_id, x.pool_no, x.step_no, x.from_date, x.first_date, x.months, x.has_life, x.cost - x.out,
        x.amortisation - (x.amortisation * x.out + x.cost // 2) // greatest(1, x.cost),
        x.impairment - (x.impairment * x.out + x.cost // 2) // greatest(1, x.cost)
    FROM (
        SELECT
            w.*,
            least(w.cost, w.taken) AS out,
            least(w.impaired, greatest(0, w.cost_before - w.amortisation)) AS impairment
        FROM (
            SELECT
                s.card_id, s.pool_no, s.step_no, s.from_date, s.first_date, s.months, s.has_life, s.taken,
                t.cost AS cost_before,
                t.cost + s.added AS cost,
                t.impairment + s.impaired AS impaired,
                t.amortisation + (
                    (t.cost - t.amortisation - t.impairment)
                    * least(t.months, datediff('month', t.first_date, s.first_date))
                    + t.months // 2
                ) // greatest(1, t.months) AS amortisation
            FROM term AS t
            JOIN numbered AS s ON s.card_id = t.card_id AND s.pool_no = t.pool_no AND s.step_no = t.step_no + 1
        ) AS w
    ) AS x
),

day AS (
    SELECT unnest([CAST($year_start - INTERVAL 1 DAY AS DATE), $period_end]) AS balance_date
),

balance AS (
    SELECT
        p.card_id, d.balance_date, p.start_date AS first_date,
        CASE WHEN p.life_months IS NULL THEN 0 ELSE greatest(1, p.life_months) END AS months,
        CAST(p.amount_cny * 100 AS HUGEINT) AS cost,
        CAST(0 AS HUGEINT) AS amortisation,
        CAST(0 AS HUGEINT) AS impairment,
        p.has_life
    FROM plain AS p
    JOIN day AS d ON p.start_date <= d.balance_date
    UNION ALL
    SELECT t.card_id, d.balance_date, t.first_date, t.months, t.cost, t.amortisation, t.impairment, t.has_life
    FROM (
        SELECT
            n.*,
            lead(n.from_date) OVER (PARTITION BY n.card_id, n.pool_no ORDER BY n.step_no) AS next_date
        FROM term AS n
    ) AS t
    JOIN day AS d ON t.from_date <= d.balance_date AND coalesce(t.next_date > d.balance_date, TRUE)
),

card AS (
    SELECT
        b.card_id, b.balance_date,
        sum(b.cost) AS cost,
        sum(
            b.amortisation
            + (
                (b.cost - b.amortisation - b.impairment)
                * least(b.months, datediff('month', b.first_date, b.balance_date + 1))
                + b.months // 2
            ) // greatest(1, b.months)
        ) AS amortisation,
        sum(b.impairment) AS impairment
    FROM balance AS b
    GROUP BY ALL
    HAVING bool_and(b.has_life OR b.cost = 0)
)

SELECT
    a.holder_code, c.balance_date,
    CAST(sum(c.cost) AS HUGEINT) AS cost,
    CAST(sum(c.amortisation) AS HUGEINT) AS amortisation,
    CAST(sum(c.impairment) AS HUGEINT) AS impairment
FROM card AS c
JOIN registry.asset_card AS a USING (card_id)
WHERE a.recognised_date <= c.balance_date AND (a.disposed_date IS NULL OR a.disposed_date > c.balance_date)
GROUP BY ALL
