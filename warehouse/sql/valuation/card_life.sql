-- How long a card is still amortised, from month to month: the life of its first line from the month in which it can
-- be used; of a later line, the months that remain to the card from then on (GAS 4 art. 19); of a line delivered again
-- with another life, what remains of that from the month of the delivery on, since a change of estimate works forward.
-- Of several in one month the last line counts. Empty months are a life that is not limited: it is not amortised. A
-- line that was reversed has its life for itself. A line that a control held meanwhile, or that was posted late, has
-- what remains of its life, if no life was stated meanwhile of what came later. A line without amount says nothing.
-- Nor does one with which a card takes over from another, until it is delivered again with another life: what is taken
-- over goes on as it was. In a book with a floor (policy book) a life that no law or contract states is no shorter,
-- counted from the month in which the pool can first be used; an indefinite one has the months that the book says.
WITH line AS (
    SELECT
        m.card_id, m.pool_no, m.holder_code, m.posted_period, m.voucher_no, m.line_no, v.delivery_id, v.ordinal,
        v.life_basis,
        CAST(date_trunc('month', m.event_date) AS DATE) AS entry_month,
        CAST(date_trunc('month', v.available_date) AS DATE) AS available_month,
        coalesce(m.available_date < date_trunc('month', m.event_date), FALSE) AS is_late,
        m.movement_kind = 'succession_in' AS is_taken_over
    FROM valuation.movement AS m
    JOIN valuation.voucher_line AS v USING (holder_code, posted_period, voucher_no, line_no)
    WHERE m.movement_kind IN ('addition', 'succession_in') AND m.amount_cny > 0
),

stated AS (
    SELECT
        n.*,
        f.term_no, f.life_months,
        min(n.available_month) OVER (PARTITION BY n.card_id, n.pool_no) AS first_month,
        CASE WHEN f.term_no = 1 THEN n.entry_month ELSE greatest(n.entry_month, f.from_date) END AS from_date
    FROM line AS n
    JOIN delivered.cost_life AS f USING (delivery_id, ordinal)
    WHERE (f.life_months IS NOT NULL OR n.life_basis = 'indefinite') AND (f.term_no > 1 OR NOT n.is_taken_over)
),

-- greatest() passes over NULL.
remaining AS (
    SELECT
        s.card_id, b.book_code, s.pool_no, s.holder_code, s.posted_period, s.voucher_no, s.line_no, s.available_month,
        s.term_no, s.from_date,
        s.is_late AND s.term_no = 1 AS is_late,
        CASE
            WHEN s.life_basis IS DISTINCT FROM 'indefinite'
                THEN
                    greatest(
                        0,
                        s.life_months - datediff('month', s.available_month, s.from_date),
                        CASE WHEN coalesce(s.life_basis, 'estimate') NOT IN ('law', 'contract')
                            THEN b.life_floor_months - datediff('month', s.first_month, s.from_date)
                        END
                    )
            WHEN b.indefinite_life_months IS NOT NULL
                THEN greatest(0, b.indefinite_life_months - datediff('month', s.available_month, s.from_date))
        END AS remaining_months
    FROM stated AS s
    JOIN valuation.card_book AS b USING (card_id)
),

known AS (
    SELECT
        s.*,
        max(s.available_month) OVER (
            PARTITION BY s.card_id, s.book_code, s.pool_no ORDER BY s.from_date RANGE UNBOUNDED PRECEDING
        ) AS newest_month
    FROM remaining AS s
)

SELECT
    s.card_id,
    s.book_code,
    s.pool_no,
    s.from_date,
    s.holder_code,
    CAST(s.remaining_months AS INTEGER) AS remaining_months,
    s.posted_period,
    s.voucher_no,
    s.line_no
FROM known AS s
WHERE NOT s.is_late OR s.available_month = s.newest_month
QUALIFY row_number() OVER (
    PARTITION BY s.card_id, s.book_code, s.pool_no, s.from_date
    ORDER BY s.term_no DESC, s.posted_period DESC, s.voucher_no DESC, s.line_no DESC
) = 1
