-- The entries that are proposed for a unit's cards in the months of the year up to a period, line by line.
SELECT
    j.booking_month,
    j.belonging_month,
    j.card_id,
    j.journal_no,
    j.line_no,
    j.resource_code,
    j.entry_summary,
    j.account_code,
    j.account_name,
    j.debit_cny,
    j.credit_cny,
    j.follows_from
FROM finance.journal_entry AS j
WHERE j.period = $period AND j.holder_code = $unit
ORDER BY j.booking_month, j.resource_code, j.card_id, j.journal_no, j.line_no
