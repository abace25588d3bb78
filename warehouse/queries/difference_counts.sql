-- Items that differ in a period (a card counts once), the units that have them, and the age of the oldest, in months.
SELECT
    count(DISTINCT d.holder_code || '|' || d.item_code) AS differing_items,
    count(DISTINCT d.holder_code) AS differing_units,
    coalesce(max(d.standing_months), 0) AS oldest_months
FROM finance.difference AS d
WHERE d.period = $period
