-- Cost, amortisation and impairment of each pool of a card, in terms: each begins where something changes (an addition,
-- something taken out, an impairment, another life), with what stands then, and says over how many months what is left
-- is amortised. So a subsequent cost goes over the remaining life together with what was not amortised yet, and what
-- leaves takes its share of the amortisation. A term is of whole months: the first is that of availability, and none is
-- amortised in the month of a disposal; an impairment counts from the next month on. What is posted in a later month
-- than it can be used from comes with its amortisation to date: by its own life, or by that which the card had then.
-- A pool that is taken over from another card (`valuation.taken_pool`) begins with its share of what left there, and
-- goes on for the months that remained, until another life is stated. All of it stands in each book that the card is
-- kept in (`valuation.card_book`): with the lives of that book, and without impairment where that does not count in it.
WITH RECURSIVE changed AS (
    SELECT
        m.card_id, b.book_code, m.pool_no, m.holder_code, b.life_floor_months, b.indefinite_life_months,
        CAST(date_trunc('month', m.event_date) AS DATE) AS from_date,
        CAST(date_trunc('month', m.available_date) AS DATE) AS available_month,
        m.posted_period, m.voucher_no, m.line_no,
        CASE WHEN m.movement_kind = 'impairment' THEN 1 ELSE 0 END AS wait_months,
        CASE WHEN m.movement_kind = 'addition' THEN m.amount_cny ELSE 0 END AS added_cny,
        CASE WHEN m.movement_kind = 'reversal' THEN -m.amount_cny ELSE 0 END AS reversed_cny,
        CASE WHEN m.movement_kind IN ('part_disposal', 'succession_out') THEN -m.amount_cny ELSE 0 END AS taken_cny,
        CASE WHEN m.movement_kind = 'impairment' THEN m.amount_cny ELSE 0 END AS impaired_cny,
        m.movement_kind = 'disposal' AS is_whole
    FROM valuation.movement AS m
    JOIN valuation.card_book AS b USING (card_id)
    WHERE
        m.movement_kind IN ('addition', 'reversal', 'part_disposal', 'succession_out', 'disposal')
        OR (m.movement_kind = 'impairment' AND b.is_impaired)
),

pool AS (
    SELECT u.*
    FROM (
        SELECT
            c.card_id, c.book_code, c.pool_no, c.holder_code, c.life_floor_months,
            min(c.from_date) AS start_date,
            FALSE AS is_taken_over
        FROM changed AS c
        ANTI JOIN valuation.taken_pool AS n ON n.card_id = c.card_id AND n.pool_no = c.pool_no
        WHERE c.added_cny > 0
        GROUP BY c.card_id, c.book_code, c.pool_no, c.holder_code, c.life_floor_months
        UNION ALL
        SELECT n.card_id, b.book_code, n.pool_no, n.holder_code, b.life_floor_months, n.from_date, TRUE
        FROM valuation.taken_pool AS n
        JOIN valuation.card_book AS b USING (card_id)
    ) AS u
),

-- What is stated of a pool's life: in the pool itself, else in the pool 0, else by policy; of one that is taken over
-- what is stated later.
pool_life AS (
    SELECT u.*
    FROM (
        SELECT
            p.card_id, p.book_code, p.pool_no, p.start_date,
            f.pool_no AS stated_pool_no,
            f.from_date, f.remaining_months
        FROM pool AS p
        JOIN valuation.card_life AS f
            ON f.card_id = p.card_id AND f.book_code = p.book_code AND f.pool_no IN (p.pool_no, 0)
        WHERE NOT p.is_taken_over OR f.from_date > p.start_date
        UNION ALL
        -- greatest() passes over NULL.
        SELECT
            p.card_id, p.book_code, p.pool_no, p.start_date, -1, p.start_date,
            CAST(greatest(CAST(l.value AS BIGINT), p.life_floor_months) AS INTEGER)
        FROM pool AS p
        JOIN policy.parameter AS l ON l.name = 'default_life_months' AND in_force(l, p.start_date)
        WHERE NOT p.is_taken_over
    ) AS u
),

stepped AS (
    SELECT u.*
    FROM (
        SELECT
            c.card_id, c.book_code, c.pool_no, c.holder_code, c.from_date, c.wait_months, c.added_cny, c.reversed_cny,
            c.taken_cny, c.impaired_cny, c.is_whole
        FROM changed AS c
        UNION ALL
        SELECT p.card_id, p.book_code, p.pool_no, p.holder_code, f.from_date, 0, 0, 0, 0, 0, FALSE
        FROM pool AS p
        JOIN pool_life AS f USING (card_id, book_code, pool_no)
        WHERE f.from_date > p.start_date
    ) AS u
),

month_sum AS (
    SELECT
        s.card_id, s.book_code, s.pool_no, s.holder_code, s.from_date, s.wait_months,
        sum(s.added_cny) AS added_cny,
        sum(s.reversed_cny) AS reversed_cny,
        sum(s.taken_cny) AS taken_cny,
        sum(s.impaired_cny) AS impaired_cny,
        bool_or(s.is_whole) AS is_whole
    FROM stepped AS s
    GROUP BY s.card_id, s.book_code, s.pool_no, s.holder_code, s.from_date, s.wait_months
),

-- What is reversed in the month of its addition moves nothing.
month_step AS (
    SELECT
        m.card_id, m.book_code, m.pool_no, m.holder_code, m.from_date, m.wait_months,
        CAST(m.from_date + to_months(m.wait_months) AS DATE) AS first_month,
        cents(m.added_cny) AS gross,
        cents(m.added_cny - least(m.added_cny, m.reversed_cny)) AS added,
        cents(m.impaired_cny) AS impaired,
        cents(m.taken_cny + m.reversed_cny - least(m.added_cny, m.reversed_cny)) AS taken,
        m.is_whole
    FROM month_sum AS m
),

-- What enters in a month enters before what leaves in it, which takes its share of all. A disposal of the whole takes
-- more than any card can have (DECIMAL(20, 2) in cents).
phased AS (
    SELECT u.*
    FROM (
        SELECT
            m.card_id, m.book_code, m.pool_no, m.holder_code, m.from_date, m.wait_months, m.first_month,
            0 AS phase_no,
            m.gross, m.added, m.impaired,
            CAST(0 AS HUGEINT) AS taken
        FROM month_step AS m
        UNION ALL
        SELECT
            m.card_id, m.book_code, m.pool_no, m.holder_code, m.from_date, m.wait_months, m.first_month, 1, 0, 0, 0,
            CASE WHEN m.is_whole THEN CAST(100000000000000000000 AS HUGEINT) ELSE m.taken END
        FROM month_step AS m
        WHERE m.taken > 0 OR m.is_whole
    ) AS u
),

-- The life that holds in a month is the last one stated up to it; before the first, what leads up to it. As two days
-- without NULL: with an OR in its condition a LEFT JOIN of DuckDB 1.5.5 compares each row with each.
holding_life AS (
    SELECT
        p.card_id, p.book_code, p.pool_no, f.from_date, f.remaining_months,
        CASE
            WHEN NOT p.is_taken_over
                AND row_number() OVER (
                    PARTITION BY p.card_id, p.book_code, p.pool_no, f.stated_pool_no ORDER BY f.from_date
                ) = 1
                THEN DATE '-infinity'
            ELSE coalesce(f.from_date, DATE 'infinity')
        END AS held_from,
        coalesce(
            lead(f.from_date) OVER (
                PARTITION BY p.card_id, p.book_code, p.pool_no, f.stated_pool_no ORDER BY f.from_date
            ),
            DATE 'infinity'
        ) AS held_until
    FROM pool AS p
    LEFT JOIN pool_life AS f USING (card_id, book_code, pool_no)
    QUALIFY rank() OVER (PARTITION BY p.card_id, p.book_code, p.pool_no ORDER BY f.stated_pool_no DESC) = 1
),

late AS (
    SELECT
        c.card_id, c.book_code, c.pool_no, c.from_date,
        cents(c.added_cny) AS added,
        datediff('month', c.available_month, c.from_date) AS late_months,
        CASE
            WHEN v.life_basis = 'indefinite' THEN c.indefinite_life_months
            ELSE coalesce(
                CASE
                    WHEN v.life_basis IN ('law', 'contract') THEN f.life_months
                    WHEN f.life_months IS NOT NULL THEN greatest(f.life_months, c.life_floor_months)
                END,
                greatest(0, h.remaining_months - datediff('month', h.from_date, c.available_month))
            )
        END AS life_months
    FROM changed AS c
    JOIN holding_life AS h
        ON h.card_id = c.card_id
        AND h.book_code = c.book_code
        AND h.pool_no = c.pool_no
        AND h.held_from <= c.available_month
        AND h.held_until > c.available_month
    JOIN valuation.voucher_line AS v USING (holder_code, posted_period, voucher_no, line_no)
    LEFT JOIN delivered.cost_life AS f
        ON f.delivery_id = v.delivery_id AND f.ordinal = v.ordinal AND f.term_no = 1
    WHERE c.available_month < c.from_date AND c.added_cny > 0 AND h.remaining_months IS NOT NULL
),

caught AS (
    SELECT
        l.card_id, l.book_code, l.pool_no, l.from_date,
        CAST(
            sum(
                CASE
                    WHEN l.life_months IS NULL THEN 0
                    WHEN l.life_months = 0 THEN l.added
                    ELSE portion(l.added, least(l.life_months, l.late_months), l.life_months)
                END
            ) AS HUGEINT
        ) AS caught
    FROM late AS l
    GROUP BY l.card_id, l.book_code, l.pool_no, l.from_date
),

lived AS (
    SELECT
        s.*,
        p.is_taken_over,
        f.from_date IS NOT NULL AS has_life,
        -- greatest() passes over NULL.
        CASE WHEN f.remaining_months IS NOT NULL
            THEN greatest(0, f.remaining_months - datediff('month', f.from_date, s.first_month))
        END AS remaining
    FROM phased AS s
    JOIN pool AS p ON p.card_id = s.card_id AND p.book_code = s.book_code AND p.pool_no = s.pool_no
    LEFT JOIN holding_life AS f
        ON f.card_id = s.card_id
        AND f.book_code = s.book_code
        AND f.pool_no = s.pool_no
        AND f.held_from <= s.first_month
        AND f.held_until > s.first_month
),

step AS (
    SELECT
        n.card_id, n.book_code, n.pool_no, n.holder_code, n.from_date, n.first_month, n.has_life,
        n.is_taken_over AND NOT n.has_life AS is_continued,
        -- What comes when nothing remains of the life goes in its month.
        CASE WHEN n.remaining = 0 THEN 1 ELSE coalesce(n.remaining, 0) END AS term_months,
        n.added, n.impaired, n.taken,
        coalesce(q.caught, 0) * n.added // greatest(1, n.gross) AS caught,
        row_number() OVER (
            PARTITION BY n.card_id, n.book_code, n.pool_no ORDER BY n.from_date, n.wait_months, n.phase_no
        )
        + CASE WHEN n.is_taken_over THEN 1 ELSE 0 END AS step_no
    FROM lived AS n
    LEFT JOIN caught AS q
        ON q.card_id = n.card_id
        AND q.book_code = n.book_code
        AND q.pool_no = n.pool_no
        AND q.from_date = n.from_date
),

-- What comes after which step: the next of the pool, or the first of a pool that is taken over from it. Each turn of
-- the recursion reads these anew.
later AS (
    SELECT u.*
    FROM (
        SELECT
            s.card_id, s.book_code, s.pool_no, s.holder_code, s.step_no, s.from_date, s.first_month, s.has_life,
            s.is_continued, s.term_months, s.added, s.impaired, s.taken, s.caught,
            s.card_id AS after_card_id,
            s.pool_no AS after_pool_no,
            s.step_no - 1 AS after_step_no,
            FALSE AS is_taking,
            CAST(0 AS HUGEINT) AS taken_from,
            CAST(0 AS HUGEINT) AS taken_up_to
        FROM step AS s
        WHERE s.step_no > 1
        UNION ALL
        SELECT
            n.card_id, s.book_code, n.pool_no, n.holder_code, 1, n.from_date, n.from_date, FALSE, TRUE, 0, 0, 0, 0, 0,
            s.card_id, s.pool_no, s.step_no, TRUE, cents(n.before_cny), cents(n.before_cny + n.amount_cny)
        FROM valuation.taken_pool AS n
        JOIN step AS s
            ON s.card_id = n.former_card_id
            AND s.pool_no = n.former_pool_no
            AND s.from_date = n.from_date
            AND s.taken > 0
    ) AS u
),

-- In cents. Before its first step a pool has nothing, so that nothing can be amortised, impaired or taken out in it.
term AS (
    SELECT
        s.card_id, s.book_code, s.pool_no, s.holder_code, s.step_no, s.from_date, s.first_month, s.has_life,
        s.term_months,
        s.added AS cost,
        s.caught AS amortisation,
        CAST(0 AS HUGEINT) AS impairment,
        CAST(0 AS HUGEINT) AS left_cost,
        CAST(0 AS HUGEINT) AS left_amortisation,
        CAST(0 AS HUGEINT) AS left_impairment
    FROM step AS s
    WHERE s.step_no = 1
    UNION ALL
    -- A step either amortises up to its month and lets in, or, in the same month, lets out; it never does both. What is
    -- taken over is rounded up to each that takes, so that all of them take what left.
    SELECT
        s.card_id, s.book_code, s.pool_no, s.holder_code, s.step_no, s.from_date, s.first_month,
        CASE WHEN s.is_continued THEN t.has_life ELSE s.has_life END,
        CASE
            WHEN NOT s.is_continued THEN s.term_months
            WHEN t.term_months = 0 THEN 0
            ELSE greatest(1, t.term_months - datediff('month', t.first_month, s.first_month))
        END,
        CASE WHEN s.is_taking
            THEN least(t.left_cost, s.taken_up_to) - least(t.left_cost, s.taken_from)
            ELSE t.cost + s.added - least(t.cost, s.taken)
        END,
        CASE WHEN s.is_taking
            THEN
                portion(t.left_amortisation, least(t.left_cost, s.taken_up_to), greatest(1, t.left_cost))
                - portion(t.left_amortisation, least(t.left_cost, s.taken_from), greatest(1, t.left_cost))
            ELSE
                t.amortisation + s.caught
                + portion(
                    t.cost - t.amortisation - t.impairment,
                    least(t.term_months, datediff('month', t.first_month, s.first_month)),
                    greatest(1, t.term_months)
                )
                - portion(t.amortisation, least(t.cost, s.taken), greatest(1, t.cost))
        END,
        CASE WHEN s.is_taking
            THEN
                portion(t.left_impairment, least(t.left_cost, s.taken_up_to), greatest(1, t.left_cost))
                - portion(t.left_impairment, least(t.left_cost, s.taken_from), greatest(1, t.left_cost))
            ELSE
                least(
                    t.impairment + s.impaired,
                    greatest(
                        0,
                        t.cost - t.amortisation
                        - portion(
                            t.cost - t.amortisation - t.impairment,
                            least(t.term_months, datediff('month', t.first_month, s.first_month)),
                            greatest(1, t.term_months)
                        )
                    )
                )
                - portion(t.impairment, least(t.cost, s.taken), greatest(1, t.cost))
        END,
        CASE WHEN s.is_taking THEN 0 ELSE least(t.cost, s.taken) END,
        CASE WHEN s.is_taking THEN 0 ELSE portion(t.amortisation, least(t.cost, s.taken), greatest(1, t.cost)) END,
        CASE WHEN s.is_taking THEN 0 ELSE portion(t.impairment, least(t.cost, s.taken), greatest(1, t.cost)) END
    FROM term AS t
    JOIN later AS s
        ON s.after_card_id = t.card_id
        AND s.book_code = t.book_code
        AND s.after_pool_no = t.pool_no
        AND s.after_step_no = t.step_no
)

SELECT
    t.card_id,
    t.book_code,
    t.pool_no,
    t.step_no AS term_no,
    t.holder_code,
    t.from_date,
    t.first_month,
    CAST(t.cost * 0.01 AS DECIMAL(20, 2)) AS cost_cny,
    CAST(t.amortisation * 0.01 AS DECIMAL(20, 2)) AS amortisation_cny,
    CAST(t.impairment * 0.01 AS DECIMAL(20, 2)) AS impairment_cny,
    CAST(t.term_months AS INTEGER) AS term_months,
    t.has_life,
    CAST(t.left_cost * 0.01 AS DECIMAL(20, 2)) AS left_cost_cny,
    CAST(t.left_amortisation * 0.01 AS DECIMAL(20, 2)) AS left_amortisation_cny,
    CAST(t.left_impairment * 0.01 AS DECIMAL(20, 2)) AS left_impairment_cny
FROM term AS t
