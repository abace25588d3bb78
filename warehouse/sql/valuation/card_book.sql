-- The books in which the amounts of each card are reckoned: the accounting book, and what policy has stand beside it
-- for units of the holder's accounting system as it was when the card was recognised.
WITH version AS (
    SELECT c.card_id, o.accounting_system
    FROM registry.asset_card AS c
    JOIN catalog.organisation AS o ON o.organisation_code = c.holder_code
    QUALIFY row_number() OVER (
        PARTITION BY c.card_id ORDER BY o.valid_from <= c.recognised_date DESC, o.valid_from DESC
    ) = 1
)

SELECT
    c.card_id,
    b.book_code,
    c.holder_code,
    b.life_floor_months,
    b.indefinite_life_months,
    b.is_impaired
FROM registry.asset_card AS c
LEFT JOIN version AS o USING (card_id)
JOIN policy.book AS b
    ON (b.accounting_system = 'any' OR b.accounting_system = coalesce(o.accounting_system, 'unknown'))
    AND in_force(b, c.recognised_date)
-- A book for units of one kind goes before the same book for all.
QUALIFY row_number() OVER (PARTITION BY c.card_id, b.book_code ORDER BY b.accounting_system = 'any') = 1
