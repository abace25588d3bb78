-- What the books hold of cards in a period; a card that is not in the snapshot of the period has no row.
SELECT
    s.card_id, s.snapshot_status,
    s.opening_cost_cny, s.adjustment_cost_cny, s.addition_cost_cny, s.reduction_cost_cny, s.closing_cost_cny,
    s.opening_amortisation_cny, s.adjustment_amortisation_cny, s.addition_amortisation_cny,
    s.reduction_amortisation_cny, s.closing_amortisation_cny,
    s.opening_impairment_cny, s.adjustment_impairment_cny, s.addition_impairment_cny, s.reduction_impairment_cny,
    s.closing_impairment_cny,
    s.closing_carrying_cny, s.closing_development_cny, s.closing_stock_cny
FROM valuation.snapshot AS s
WHERE s.period = $period AND list_contains($cards, s.card_id)
