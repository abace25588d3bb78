-- The reference values of a period, beside the book value, of one card or of all.
SELECT
    v.holder_code, c.resource_code, c.asset_name, v.card_id, v.reference_method, v.method_name_zh, v.method_name_en,
    v.closing_carrying_cny, v.value_cny, v.low_cny, v.high_cny, v.formula, v.score_pct, v.document_no, v.appraiser,
    v.appraisal_date, v.valid_until_date, v.no_value_reason, v.message_zh, v.message_en, v.mend_zh, v.mend_en,
    v.evidence_needed_zh, v.evidence_needed_en
FROM valuation.reference_value AS v
JOIN registry.asset_card AS c USING (card_id)
WHERE v.period = $period AND ($card IS NULL OR v.card_id = $card)
ORDER BY v.holder_code, c.resource_code, v.card_id, v.method_position
