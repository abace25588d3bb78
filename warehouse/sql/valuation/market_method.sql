-- The market method: the sum over the parts of a card of what comparables of each come to, the mean where a part has
-- several that count. The cheapest and the dearest of each part make the range. A part without one leaves no value.
WITH part AS (
    SELECT
        v.card_id, v.holder_code, v.part_no,
        max(v.document_no) AS document_no,
        max(v.appraiser) AS appraiser,
        max(v.appraisal_date) AS appraisal_date,
        min(v.valid_until_date) AS valid_until_date,
        count(*) AS comparable_count,
        count(v.adjusted_cny) AS used_count,
        min(CASE WHEN v.adjusted_cny IS NULL THEN v.no_value_reason END) AS reason,
        CAST(sum(CAST(v.adjusted_cny * 100 AS HUGEINT)) AS HUGEINT) AS total,
        min(CAST(v.adjusted_cny * 100 AS HUGEINT)) AS lowest,
        max(CAST(v.adjusted_cny * 100 AS HUGEINT)) AS highest
    FROM valuation.comparable_value AS v
    WHERE v.period = $period
    GROUP BY v.card_id, v.holder_code, v.part_no
),

summed AS (
    SELECT
        p.card_id, p.holder_code,
        max(p.document_no) AS document_no,
        max(p.appraiser) AS appraiser,
        max(p.appraisal_date) AS appraisal_date,
        min(p.valid_until_date) AS valid_until_date,
        count(*) AS part_count,
        min(p.part_no) AS first_part,
        max(p.part_no) AS last_part,
        CAST(sum(p.comparable_count) AS BIGINT) AS comparable_count,
        CAST(sum(p.used_count) AS BIGINT) AS used_count,
        min(CASE WHEN p.used_count = 0 THEN p.reason END) AS reason,
        TRY_CAST(sum((p.total + p.used_count // 2) // greatest(1, p.used_count)) * 0.01 AS DECIMAL(20, 2)) AS value_cny,
        TRY_CAST(sum(p.lowest) * 0.01 AS DECIMAL(20, 2)) AS low_cny,
        TRY_CAST(sum(p.highest) * 0.01 AS DECIMAL(20, 2)) AS high_cny
    FROM part AS p
    GROUP BY p.card_id, p.holder_code
),

judged AS (
    SELECT
        s.*,
        CASE
            WHEN s.first_part <> 1 OR s.last_part <> s.part_count THEN 'parts_incomplete'
            WHEN s.reason IS NOT NULL THEN s.reason
            WHEN s.value_cny IS NULL OR s.high_cny IS NULL THEN 'value_too_large'
            WHEN s.value_cny <= 0 THEN 'value_not_positive'
        END AS blocked
    FROM summed AS s
)

SELECT
    $period AS period,
    j.card_id,
    j.holder_code,
    j.document_no,
    j.appraiser,
    j.appraisal_date,
    j.valid_until_date,
    j.part_count,
    j.comparable_count,
    j.used_count,
    CASE WHEN j.blocked IS NULL THEN j.value_cny END AS value_cny,
    CASE WHEN j.blocked IS NULL THEN j.low_cny END AS low_cny,
    CASE WHEN j.blocked IS NULL THEN j.high_cny END AS high_cny,
    j.blocked AS no_value_reason
FROM judged AS j
