-- What cards are worth in books beside the accounting book, at the end of a period.
WITH book AS (
    SELECT b.book_code, arg_max(split_part(b.name_zh, '：', 1), (b.effective_from, b.accounting_system)) AS name_zh
    FROM policy.book AS b
    GROUP BY b.book_code
)

SELECT v.card_id, b.name_zh, v.carrying_cny, v.book_difference_cny
FROM valuation.book_balance AS v
JOIN book AS b USING (book_code)
WHERE v.period = $period AND v.book_code <> 'accounting' AND list_contains($cards, v.card_id)
ORDER BY v.card_id, v.book_code
