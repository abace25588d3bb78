-- The books of the units: a row for the cost and one for the amortisation of every second card, as the card has them;
-- one in fifty is wrong. One unit in three books in sub-accounts, and gives one in a hundred in the account itself as
-- well; one in fifty gives totals only.
INSERT INTO delivered.ledger BY NAME
WITH amount AS (
    SELECT
        s.holder_code, s.period,
        CASE WHEN hash(s.holder_code) % 50 = 7 THEN NULL ELSE c.resource_code END AS resource_code,
        k.account,
        CASE k.account WHEN '1701' THEN s.closing_cost_cny ELSE s.closing_amortisation_cny END
        + CASE WHEN hash(s.card_id || k.account) % 50 = 0 THEN 1 ELSE 0 END AS amount_cny
    FROM valuation.snapshot AS s
    JOIN registry.asset_card AS c USING (card_id)
    CROSS JOIN (VALUES ('1701'), ('1702')) AS k(account)
    WHERE CAST(replace(s.card_id, 'card-', '') AS BIGINT) % 2 = 0
),

summed AS (
    SELECT
        a.holder_code, a.period, a.resource_code, a.account,
        sum(a.amount_cny) AS amount_cny
    FROM amount AS a
    WHERE a.amount_cny IS NOT NULL
    GROUP BY ALL
)

SELECT
    s.holder_code, s.period, s.resource_code,
    s.account || d.detail AS account_code,
    '无形资产' AS account_name,
    0 AS opening_cny,
    0 AS debit_cny,
    0 AS credit_cny,
    CAST(s.amount_cny AS DECIMAL(20, 2)) AS closing_cny,
    s.holder_code AS deliverer_code,
    'default' AS source_name,
    DATE '2026-07-01' AS delivery_date,
    'ledger' AS delivery_id,
    row_number() OVER () AS ordinal
FROM summed AS s
JOIN (VALUES (''), ('01')) AS d(detail)
    ON CASE WHEN d.detail = '01' THEN hash(s.holder_code) % 3 = 0
        ELSE hash(s.holder_code) % 3 > 0 OR hash(s.resource_code) % 100 = 0
    END;
