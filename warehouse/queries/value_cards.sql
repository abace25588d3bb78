-- The cards of a period that a code means: the card's own, or that of its resource; without a code all of them.
SELECT
    s.card_id, c.resource_code, c.asset_name, s.holder_code, s.closing_carrying_cny, s.snapshot_status,
    q.score_pct, q.expected_score_pct, q.quality_factor, q.is_factor_capped
FROM valuation.snapshot AS s
JOIN registry.asset_card AS c USING (card_id)
LEFT JOIN valuation.quality_adjustment AS q ON q.period = s.period AND q.card_id = s.card_id
WHERE
    s.period = $period
    AND s.snapshot_status IN ('valued', 'unvalued')
    AND ($card IS NULL OR s.card_id = $card OR c.resource_code = $card)
ORDER BY s.holder_code, c.resource_code, s.card_id
