-- What the cards of each unit held at the end of the last year and of the period, straight from the lines: as one
-- would write it who needs the sums and nothing else. Cards with one change and one life have a closed form; the
-- others go change by change, since each change rounds to the cent.
WITH RECURSIVE line AS (
    SELECT
        a.card_id, a.disposed_date, d.posted_date, d.available_date, d.amount_cny, d.voucher_no, d.line_no, d.life_basis,
        d.delivery_id, d.ordinal,
        strftime(d.posted_date, '%Y-%m') AS posted_period,
        -- What is posted in a later month than it can be used from enters when it is posted.
        CASE
            WHEN d.available_date >= date_trunc('month', d.posted_date) THEN d.available_date
            WHEN d.available_date IS NOT NULL THEN d.posted_date
        END AS use_date
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

-- A card here has one negative line at most; then no part of it leaves and it is not impaired.
negative AS (
    SELECT
        n.card_id, n.posted_date, n.delivery_id, n.ordinal,
        -n.amount_cny AS amount_cny,
        least(n.use_date, n.posted_date) AS reversed_date
    FROM line AS n
    WHERE n.amount_cny < 0
),

-- It takes out the last line of its amount that was posted before it.
pair AS (
    SELECT
        n.card_id, p.delivery_id, p.ordinal,
        1 AS pool_no,
        greatest(p.posted_date, n.reversed_date) AS reversed_date
    FROM negative AS n
    JOIN line AS p USING (card_id, amount_cny)
    WHERE p.posted_date <= n.posted_date
    QUALIFY row_number() OVER (
        PARTITION BY n.card_id ORDER BY p.posted_date DESC, p.posted_period DESC, p.voucher_no DESC, p.line_no DESC
    ) = 1
),

-- Or parts of the lines, the first first.
part AS (
    SELECT
        r.card_id, r.delivery_id, r.ordinal, r.disposed_date, r.reversed_date,
        coalesce(r.use_date > r.reversed_date, TRUE) AS is_development,
        least(r.up_to_cny, r.negative_cny) - (r.up_to_cny - r.amount_cny) AS amount_cny
    FROM (
        SELECT
            p.*,
            n.amount_cny AS negative_cny,
            greatest(n.reversed_date, p.posted_date) AS reversed_date,
            sum(p.amount_cny) OVER (
                PARTITION BY p.card_id ORDER BY p.posted_date, p.posted_period, p.voucher_no, p.line_no
                ROWS UNBOUNDED PRECEDING
            ) AS up_to_cny
        FROM line AS p
        JOIN negative AS n USING (card_id)
        ANTI JOIN pair AS r USING (card_id)
        WHERE p.amount_cny > 0
    ) AS r
    WHERE r.up_to_cny - r.amount_cny < r.negative_cny
),

addition AS (
    SELECT
        n.card_id,
        coalesce(r.pool_no, 0) AS pool_no,
        CAST(date_trunc('month', n.use_date) AS DATE) AS from_date,
        CAST(date_trunc('month', n.available_date) AS DATE) AS available_month,
        -- What was taken out in development is not completed.
        n.amount_cny - coalesce(u.amount_cny, 0) AS amount_cny,
        n.life_basis, n.delivery_id, n.ordinal, n.posted_period, n.voucher_no, n.line_no, r.reversed_date, n.disposed_date
    FROM line AS n
    LEFT JOIN pair AS r USING (delivery_id, ordinal)
    LEFT JOIN (FROM part AS u WHERE u.is_development) AS u USING (delivery_id, ordinal)
    WHERE
        n.amount_cny > coalesce(u.amount_cny, 0)
        AND n.use_date IS NOT NULL
        AND (n.disposed_date IS NULL OR n.use_date <= n.disposed_date)
        AND (r.reversed_date IS NULL OR r.reversed_date >= n.use_date OR n.use_date <= n.posted_date)
),

stated AS (
    SELECT
        n.card_id, n.pool_no, n.available_month, n.life_basis, f.term_no, f.life_months, n.posted_period, n.voucher_no,
        n.line_no,
        n.from_date > n.available_month AND f.term_no = 1 AS is_late,
        CASE WHEN f.term_no = 1 THEN n.from_date ELSE greatest(n.from_date, f.from_date) END AS life_date
    FROM addition AS n
    JOIN delivered.cost_life AS f USING (delivery_id, ordinal)
    WHERE f.life_months IS NOT NULL OR n.life_basis = 'indefinite'
),

-- The life of a line that was posted late says nothing if one was stated meanwhile of what came later.
life AS (
    SELECT
        s.card_id, s.pool_no, s.life_date,
        arg_max(
            {'months': CASE WHEN s.life_basis = 'indefinite' THEN NULL
                ELSE greatest(0, s.life_months - datediff('month', s.available_month, s.life_date))
            END},
            (s.term_no, s.posted_period, s.voucher_no, s.line_no)
        ).months AS life_months
    FROM stated AS s
    WHERE
        NOT s.is_late
        OR NOT EXISTS (
            FROM stated AS o
            WHERE
                o.card_id = s.card_id
                AND o.pool_no = s.pool_no
                AND o.life_date <= s.life_date
                AND o.available_month > s.available_month
        )
    GROUP BY ALL
),

-- A part of a card leaves, or is impaired, once it is in use.
used AS (
    SELECT n.card_id, min(n.available_date) AS used_date
    FROM line AS n
    GROUP BY n.card_id
),

event AS (
    SELECT
        a.card_id, e.event_kind,
        CAST(date_trunc('month', e.event_date) AS DATE) AS from_date,
        e.amount_cny
    FROM delivered.event AS e
    JOIN registry.asset_card AS a USING (holder_code, resource_code)
    JOIN used AS u ON u.card_id = a.card_id AND u.used_date <= e.event_date
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
    SELECT p.card_id, 0, CAST(date_trunc('month', p.reversed_date) AS DATE), 0, p.amount_cny, 0, 0
    FROM part AS p
    WHERE NOT p.is_development AND (p.disposed_date IS NULL OR p.reversed_date <= p.disposed_date)
),

pool AS (
    SELECT
        n.card_id, n.pool_no,
        min(n.from_date) AS start_date,
        count(DISTINCT n.from_date) AS months,
        bool_or(n.from_date > n.available_month) AS is_late,
        sum(n.amount_cny) AS amount_cny
    FROM addition AS n
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
    WHERE p.months = 1 AND NOT p.is_late AND (f.last_date IS NULL OR f.last_date = p.start_date)
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

-- Where a pool has a life of its own, that of the others does not hold for it. The first leads up to itself.
own_life AS (
    SELECT
        f.card_id, f.pool_no, f.life_date, f.life_months,
        CASE WHEN row_number() OVER (PARTITION BY f.card_id, f.pool_no, f.life_pool_no ORDER BY f.life_date) > 1
            THEN f.life_date
            ELSE DATE '1900-01-01'
        END AS held_from
    FROM pool_life AS f
    QUALIFY f.life_pool_no = max(f.life_pool_no) OVER (PARTITION BY f.card_id, f.pool_no)
),

-- What is posted late comes with its amortisation to date, by its own life or by that which the card had then.
late AS (
    SELECT
        n.card_id, n.pool_no, n.from_date,
        datediff('month', n.available_month, n.from_date) AS late_months,
        CAST(n.amount_cny * 100 AS HUGEINT) AS added,
        CASE WHEN n.life_basis IS DISTINCT FROM 'indefinite'
            THEN coalesce(
                s.life_months, greatest(0, f.life_months - datediff('month', f.life_date, n.available_month))
            )
        END AS months
    FROM addition AS n
    ASOF JOIN own_life AS f
        ON f.card_id = n.card_id AND f.pool_no = n.pool_no AND f.held_from <= n.available_month
    LEFT JOIN delivered.cost_life AS s ON s.delivery_id = n.delivery_id AND s.ordinal = n.ordinal AND s.term_no = 1
    WHERE n.from_date > n.available_month AND f.life_months IS NOT NULL
),

caught AS (
    SELECT
        n.card_id, n.pool_no, n.from_date,
        CAST(
            sum(
                CASE n.months
                    WHEN 0 THEN n.added
                    ELSE (n.added * least(n.months, n.late_months) + n.months // 2) // n.months
                END
            ) AS HUGEINT
        ) AS caught
    FROM late AS n
    WHERE n.months IS NOT NULL
    GROUP BY ALL
),

step AS (
    SELECT
        u.card_id, u.pool_no, u.from_date, u.wait,
        CAST(u.from_date + to_months(u.wait) AS DATE) AS first_date,
        CAST(sum(u.added_cny) * 100 AS HUGEINT) AS gross,
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
        f.card_id IS NOT NULL AS has_life,
        CASE WHEN f.life_months IS NULL THEN 0
            ELSE greatest(1, f.life_months - datediff('month', f.life_date, s.first_date))
        END AS months,
        coalesce(c.caught, 0) * s.added // greatest(1, s.gross) AS caught
    FROM step AS s
    ASOF LEFT JOIN own_life AS f
        ON f.card_id = s.card_id AND f.pool_no = s.pool_no AND f.held_from <= s.first_date
    LEFT JOIN caught AS c ON c.card_id = s.card_id AND c.pool_no = s.pool_no AND c.from_date = s.from_date
),

numbered AS (
    SELECT
        s.*,
        row_number() OVER (PARTITION BY s.card_id, s.pool_no ORDER BY s.from_date, s.wait) AS step_no
    FROM lived AS s
),

-- In cents: the first change of a pool lets in; each later one amortises up to its month, lets in, and lets out a share.
term AS (
    SELECT
        n.card_id, n.pool_no, n.step_no, n.from_date, n.first_date, n.months, n.has_life,
        n.added - least(n.added, n.taken) AS cost,
        n.caught - (n.caught * least(n.added, n.taken) + n.added // 2) // greatest(1, n.added) AS amortisation,
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
                t.amortisation + s.caught + (
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
