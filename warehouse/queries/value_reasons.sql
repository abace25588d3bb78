-- By method, why cards have no reference value, the commonest first.
SELECT v.reference_method, v.no_value_reason, v.message_zh, v.message_en, count(*) AS card_count
FROM valuation.reference_value AS v
WHERE v.period = $period AND NOT v.has_evidence
GROUP BY ALL
ORDER BY v.reference_method, card_count DESC, v.no_value_reason
