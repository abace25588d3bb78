-- How long a card is still amortised, from month to month: the life of its first line from the month in which it can
-- be used; of a later line, the months that remain to the card from then on (GAS 4 art. 19); of a line delivered again
-- with another life, what remains of that from the month of the delivery on, since a change of estimate works forward.
-- Of several in one month the last line counts. Empty months are a life that is not limited: it is not amortised. A
-- line that was reversed has its life for itself. A line that a control held meanwhile, or that was posted late, has
-- what remains of its life, if no life was stated meanwhile of what came later. A line without amount says nothing.
-- Nor does one with which a card takes over from another, until it is delivered again with another life: what is taken
-- over goes on as it was.
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
        n.card_id, n.pool_no, n.holder_code, n.posted_period, n.voucher_no, n.line_no, n.available_month, f.term_no,
        n.is_late AND f.term_no = 1 AS is_late,
        CASE WHEN f.term_no = 1 THEN n.entry_month ELSE greatest(n.entry_month, f.from_date) END AS from_date,
        CASE WHEN n.life_basis = 'indefinite' THEN NULL
            ELSE greatest(
                0,
                f.life_months - datediff(
                    'month',
                    n.available_month,
                    CASE WHEN f.term_no = 1 THEN n.entry_month ELSE greatest(n.entry_month, f.from_date) END
                )
            )
        END AS remaining_months
    FROM line AS n
    JOIN delivered.cost_life AS f USING (delivery_id, ordinal)
    WHERE (f.life_months IS NOT NULL OR n.life_basis = 'indefinite') AND (f.term_no > 1 OR NOT n.is_taken_over)
),

known AS (
    SELECT
        s.*,
        max(s.available_month) OVER (
            PARTITION BY s.card_id, s.pool_no ORDER BY s.from_date RANGE UNBOUNDED PRECEDING
        ) AS newest_month
    FROM stated AS s
)

SELECT
    s.card_id,
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
    PARTITION BY s.card_id, s.pool_no, s.from_date
    ORDER BY s.term_no DESC, s.posted_period DESC, s.voucher_no DESC, s.line_no DESC
) = 1
