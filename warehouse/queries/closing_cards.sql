-- What a closing of a month says of the cards of its units: all that the snapshot does, as text.
SELECT
    CAST(COLUMNS(s.* EXCLUDE (valuation_method, closing_carrying_cny)) AS VARCHAR),
    $state AS period_state
FROM valuation.snapshot AS s
WHERE s.period = $period AND list_contains($units, s.holder_code)
ORDER BY s.holder_code, s.card_id
