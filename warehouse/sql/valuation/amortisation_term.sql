-- How each part of a cost line is amortised, in terms: the first from its addition, and one more from each change of
-- its life on. Of a term are given the months before it, the cost that is not amortised then, and over how many
-- months it is: what was amortised before a change stays. A term that begins with the next one never counts.
WITH RECURSIVE life AS (
    SELECT
        c.holder_code, c.posted_period, c.voucher_no, c.line_no, f.term_no, f.from_date,
        coalesce(f.life_months, CAST(l.value AS INTEGER)) AS life_months
    FROM valuation.cost_line AS c
    JOIN delivered.cost_life AS f USING (delivery_id, ordinal)
    LEFT JOIN policy.parameter AS l
        ON f.life_months IS NULL AND l.name = 'default_life_months' AND in_force(l, c.available_date)
),

term AS (
    SELECT
        m.card_id, m.holder_code, m.posted_period, m.voucher_no, m.line_no, m.part_no, f.term_no,
        m.movement_date AS added_date,
        CAST(0 AS BIGINT) AS months_before,
        CAST(m.amount_cny * 100 AS HUGEINT) AS base,
        CAST(greatest(1, f.life_months) AS BIGINT) AS term_months
    FROM valuation.movement AS m
    JOIN life AS f USING (holder_code, posted_period, voucher_no, line_no)
    WHERE m.movement_kind = 'addition' AND f.term_no = 1
    UNION ALL
    SELECT
        t.card_id, t.holder_code, t.posted_period, t.voucher_no, t.line_no, t.part_no, f.term_no, t.added_date,
        greatest(t.months_before, datediff('month', t.added_date, f.from_date)),
        t.base - (
            t.base
            * greatest(0, least(t.term_months, datediff('month', t.added_date, f.from_date) - t.months_before))
            + t.term_months // 2
        ) // t.term_months,
        greatest(1, f.life_months - greatest(t.months_before, datediff('month', t.added_date, f.from_date)))
    FROM term AS t
    JOIN life AS f
        ON f.holder_code = t.holder_code
        AND f.posted_period = t.posted_period
        AND f.voucher_no = t.voucher_no
        AND f.line_no = t.line_no
        AND f.term_no = t.term_no + 1
)

SELECT
    t.card_id,
    t.posted_period,
    t.voucher_no,
    t.line_no,
    t.part_no,
    t.term_no,
    t.holder_code,
    t.added_date,
    t.months_before,
    lead(t.months_before) OVER (
        PARTITION BY t.card_id, t.posted_period, t.voucher_no, t.line_no, t.part_no ORDER BY t.term_no
    ) AS months_until,
    CAST(t.base * 0.01 AS DECIMAL(20, 2)) AS base_cny,
    CAST(t.term_months AS INTEGER) AS term_months
FROM term AS t
