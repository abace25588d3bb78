-- What each pool that was taken over began with: the share of cost, amortisation and impairment that left the former
-- card in that month. So what leaves the one is what comes to the other, to the cent.
SELECT
    p.card_id,
    p.pool_no,
    p.holder_code,
    p.former_card_id,
    p.former_pool_no,
    p.from_date,
    CAST(t.cost_cny AS DECIMAL(20, 2)) AS cost_cny,
    CAST(t.amortisation_cny AS DECIMAL(20, 2)) AS amortisation_cny,
    CAST(t.impairment_cny AS DECIMAL(20, 2)) AS impairment_cny,
    p.document_no
FROM valuation.taken_pool AS p
JOIN valuation.amortisation_term AS t ON t.card_id = p.card_id AND t.pool_no = p.pool_no
WHERE t.term_no = 1 AND t.book_code = 'accounting'
