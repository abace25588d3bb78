-- What each card is worth in each book at the end of a period, beside the accounting book. Of that it is the snapshot,
-- as closed where the month is; of another book what follows from the lines as known today. `book_difference_cny` is
-- what the book has more than the accounting book: of a tax book the temporary difference (暂时性差异). Neither is it
-- booked, nor reported.
WITH card AS (
    SELECT
        s.card_id, s.holder_code, s.closing_cost_cny, s.closing_amortisation_cny, s.closing_impairment_cny,
        s.closing_carrying_cny
    FROM valuation.snapshot AS s
    WHERE s.period = $period AND s.snapshot_status = 'valued'
)

SELECT
    $period AS period,
    c.card_id,
    'accounting' AS book_code,
    c.holder_code,
    c.closing_cost_cny AS cost_cny,
    c.closing_amortisation_cny AS amortisation_cny,
    c.closing_impairment_cny AS impairment_cny,
    c.closing_carrying_cny AS carrying_cny,
    CAST(0 AS DECIMAL(20, 2)) AS book_difference_cny
FROM card AS c
UNION ALL
SELECT
    $period,
    c.card_id,
    b.book_code,
    c.holder_code,
    b.cost_cny,
    b.amortisation_cny,
    b.impairment_cny,
    CAST(b.cost_cny - b.amortisation_cny - b.impairment_cny AS DECIMAL(20, 2)),
    CAST(b.cost_cny - b.amortisation_cny - b.impairment_cny - c.closing_carrying_cny AS DECIMAL(20, 2))
FROM card AS c
JOIN valuation.balance AS b USING (card_id)
WHERE b.period = $period AND b.balance_kind = 'closing' AND b.book_code <> 'accounting' AND b.has_cost AND b.has_life
