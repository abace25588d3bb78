-- Cards, their cost lines, what happened to them, and units: invented values, drawn by hashes of a card's and a line's
-- number, so that every run has the same. `cards` is a variable of the session.
--
-- Of a hundred cards fifty have one line, twenty have six that can be used from one month on, twenty have ten in five
-- months, and ten have thirteen in as many months: five lines a card. All fall within the 36 months to June 2026.
INSERT INTO catalog.organisation BY NAME
SELECT
    'unit' || u AS organisation_code,
    '单位' || u AS name,
    DATE '2020-01-01' AS valid_from,
    '市' AS level,
    CASE WHEN u % 10 = 0 THEN 'enterprise' ELSE 'government' END AS accounting_system,
    'organisations' AS delivery_id,
    u AS ordinal
FROM range(500) AS r(u);

INSERT INTO catalog.roll_up BY NAME
SELECT
    o.organisation_code AS unit_code, e.level, o.valid_from,
    CASE e.level WHEN 'unit' THEN o.organisation_code ELSE 'city' END AS entity_code,
    CASE e.level WHEN 'unit' THEN o.name ELSE '示例市' END AS entity_name
FROM catalog.organisation AS o
CROSS JOIN (VALUES ('unit'), ('city')) AS e(level);

CREATE TABLE bench.card AS
WITH drawn AS (
    SELECT
        i,
        CAST(hash(i * 16) % 100 AS INTEGER) AS shape,
        CAST(hash(i * 16 + 1) % 1000 AS INTEGER) AS month_draw,
        CAST(hash(i * 16 + 2) % 1000 AS INTEGER) AS fate,
        CAST(hash(i * 16 + 3) % 1000 AS INTEGER) AS papers
    FROM range(CAST(getvariable('cards') AS BIGINT)) AS r(i)
)
SELECT
    d.*,
    CASE WHEN d.shape < 50 THEN 1 WHEN d.shape < 70 THEN 6 WHEN d.shape < 90 THEN 10 ELSE 13 END AS lines,
    CAST(DATE '2023-07-01' + to_months(d.month_draw % CASE WHEN d.shape < 50 THEN 36 ELSE 21 END) AS DATE) AS start_month,
    -- In thousandths: 10 are disposed of, of 10 a part is, 20 are impaired, of 30 a line is reversed, of 10 some is
    -- taken back, and of 20 the life changes.
    CASE
        WHEN d.fate < 10 THEN 'disposal'
        WHEN d.fate < 20 THEN 'part_disposal'
        WHEN d.fate < 40 THEN 'impairment'
        WHEN d.fate < 70 THEN 'reversal'
        WHEN d.fate < 80 THEN 'taken_back'
        WHEN d.fate < 100 THEN 'life_changed'
    END AS event,
    -- 4 have no life, 10 one that is not limited, 5 are for sale.
    CASE WHEN d.papers < 4 THEN 'none' WHEN d.papers < 14 THEN 'indefinite' ELSE 'contract' END AS life_basis,
    CASE WHEN d.papers >= 995 THEN 'sale' ELSE 'use' END AS purpose
FROM drawn AS d;

INSERT INTO registry.asset_card BY NAME
SELECT
    'card-' || c.i AS card_id,
    'r-' || c.i AS resource_id,
    'unit' || c.i % 500 AS holder_code,
    'code-' || c.i AS resource_code,
    '资源' || c.i AS asset_name,
    CASE WHEN c.event = 'disposal' THEN 'disposed' ELSE 'in_use' END AS card_status,
    -- One in twenty is proven some months late.
    CAST(c.start_month + to_months(CASE WHEN c.papers % 20 = 0 THEN c.papers % 10 ELSE 0 END) AS DATE)
        AS recognised_date,
    CASE WHEN c.event = 'disposal'
        THEN CAST(c.start_month + to_months(12 + c.month_draw % 30) AS DATE)
    END AS disposed_date,
    CASE WHEN c.event = 'disposal' THEN '处置' || c.i END AS disposal_document_no,
    '单位' || c.i % 500 AS right_holder_name
FROM bench.card AS c;

INSERT INTO registry.resource_standing BY NAME
SELECT a.resource_id, a.holder_code, a.resource_code, 'card' AS standing, a.recognised_date
FROM registry.asset_card AS a;

INSERT INTO catalog.resource BY NAME
SELECT
    a.resource_id, a.holder_code, a.resource_code,
    a.right_holder_name AS holder_name,
    a.holder_code AS deliverer_code,
    'default' AS source_name,
    a.asset_name AS title,
    'catalogue' AS delivery_id,
    row_number() OVER () AS ordinal
FROM registry.asset_card AS a;

INSERT INTO delivered.cost BY NAME
WITH line AS (
    SELECT
        c.*, k,
        -- What is reversed is the line before the last.
        CAST(
            (10000 + hash(c.i * 16 + CASE WHEN c.event = 'reversal' AND k = c.lines - 1 THEN k - 1 ELSE k END) % 20000000)
            * 0.01 AS DECIMAL(20, 2)
        ) AS amount,
        CAST(
            c.start_month
            + to_months(CAST(CASE WHEN c.shape < 50 THEN 0 WHEN c.shape < 70 THEN k WHEN c.shape < 90 THEN k // 2 * 3 ELSE k END AS INTEGER))
            AS DATE
        ) AS month
    FROM bench.card AS c, range(c.lines) AS r(k)
)
SELECT
    'unit' || n.i % 500 AS holder_code,
    'code-' || n.i AS resource_code,
    '记-' || n.i AS voucher_no,
    CAST(n.k + 1 AS INTEGER) AS line_no,
    '采集' AS cost_kind,
    CASE WHEN n.k BETWEEN 1 AND n.lines - 3 AND hash(n.i * 16 + n.k + 7) % 20 = 0 THEN 'operation' ELSE 'development' END
        AS phase,
    CASE
        WHEN n.lines > 1 AND n.k = n.lines - 1 AND n.event = 'reversal' THEN -n.amount
        WHEN n.lines > 1 AND n.k = n.lines - 1 AND n.event = 'taken_back' THEN CAST(-n.amount // 10 AS DECIMAL(20, 2))
        ELSE n.amount
    END AS amount_cny,
    CAST(n.month + CAST(n.k AS INTEGER) AS DATE) AS posted_date,
    -- Some cannot be used yet, one line in five is in development for some months first, and some are posted late.
    CASE
        WHEN n.shape >= 50 AND n.shape < 70 THEN CAST(n.start_month + to_months(5) + INTERVAL 20 DAY AS DATE)
        WHEN hash(n.i * 16 + n.k + 5) % 100 < 3 THEN NULL
        WHEN hash(n.i * 16 + n.k + 5) % 100 < 20
            THEN CAST(n.month + to_months(CAST(hash(n.i * 16 + n.k + 6) % 6 AS INTEGER)) + INTERVAL 20 DAY AS DATE)
        WHEN hash(n.i * 16 + n.k + 5) % 100 < 22
            THEN CAST(n.month - to_months(1 + CAST(hash(n.i * 16 + n.k + 6) % 6 AS INTEGER)) AS DATE)
        ELSE CAST(n.month + CAST(n.k AS INTEGER) AS DATE)
    END AS available_date,
    CASE
        WHEN n.life_basis <> 'contract' THEN NULL
        WHEN n.k = 0 THEN [36, 60, 120][1 + n.papers % 3]
        WHEN hash(n.i * 16 + n.k + 8) % 10 = 0 THEN CAST(24 + hash(n.i * 16 + n.k + 9) % 24 AS INTEGER)
    END AS life_months,
    nullif(n.life_basis, 'none') AS life_basis,
    n.purpose,
    'unit' || n.i % 500 AS deliverer_code,
    'default' AS source_name,
    DATE '2026-07-01' AS delivery_date,
    'costs-' || n.i % 500 AS delivery_id,
    n.i * 16 + n.k AS ordinal
FROM line AS n;

-- One line in a hundred was delivered by the department before, with another amount.
INSERT INTO delivered.cost
SELECT d.* REPLACE (
    'department' AS deliverer_code,
    DATE '2026-06-01' AS delivery_date,
    'costs-department' AS delivery_id,
    CAST(1 AS DECIMAL(20, 2)) AS amount_cny
)
FROM delivered.cost AS d
WHERE hash(d.ordinal) % 100 = 0;

INSERT INTO delivered.cost_life BY NAME
SELECT
    d.delivery_id, d.ordinal,
    1 AS term_no,
    CAST(date_trunc('month', d.delivery_date) AS DATE) AS from_date,
    d.life_months,
    d.delivery_id AS source_delivery_id,
    d.ordinal AS source_ordinal
FROM delivered.cost AS d
UNION ALL
SELECT
    'costs-' || c.i % 500, c.i * 16, 2, CAST(c.start_month + to_months(6 + c.month_draw % 20) AS DATE),
    48 + c.papers % 50, 'later', c.i * 16
FROM bench.card AS c
WHERE c.event = 'life_changed' AND c.life_basis = 'contract';

INSERT INTO delivered.event BY NAME
SELECT
    a.holder_code, a.resource_code,
    CASE c.event WHEN 'impairment' THEN 'impairment' ELSE 'disposal' END AS event_kind,
    coalesce(a.disposed_date, CAST(c.start_month + to_months(8 + c.month_draw % 20) + INTERVAL 10 DAY AS DATE)) AS event_date,
    -- Of a card that keeps the rest, some tenths of its first line.
    CASE c.event
        WHEN 'impairment' THEN CAST((5000 + hash(c.i) % 5000000) * 0.01 AS DECIMAL(20, 2))
        WHEN 'part_disposal'
            THEN CAST((10000 + hash(c.i * 16) % 20000000) * (1 + hash(c.i) % 9) * 0.001 AS DECIMAL(20, 2))
    END AS amount_cny,
    '事项' || c.i AS document_no,
    a.holder_code AS deliverer_code,
    'default' AS source_name,
    DATE '2026-07-01' AS delivery_date,
    'events' AS delivery_id,
    c.i AS ordinal
FROM bench.card AS c
JOIN registry.asset_card AS a ON a.card_id = 'card-' || c.i
WHERE c.event IN ('disposal', 'part_disposal', 'impairment');

DROP TABLE bench.card;
