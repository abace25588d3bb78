-- What the reports on a card forecast, year by year: income after its share, less what is deducted from it.
SELECT
    r.income_kind, r.discount_rate, f.year_no,
    CASE r.income_kind
        WHEN 'share' THEN f.income_cny * f.share_rate
        WHEN 'excess' THEN f.income_cny - f.contributory_cost_cny
        WHEN 'incremental' THEN f.income_cny - f.income_without_cny
        ELSE f.income_cny
    END AS flow_cny
FROM valuation.income_report AS r
JOIN delivered.forecast AS f USING (holder_code, resource_code, income_kind, document_no)
WHERE r.period = $period AND r.card_id = $card AND r.no_value_reason IS NULL
QUALIFY row_number() OVER (
    PARTITION BY r.income_kind, f.year_no ORDER BY f.delivery_date DESC, f.delivery_id, f.ordinal
) = 1
ORDER BY r.income_kind, f.year_no
