-- What each delivered line of cost is for each resource that it goes to; a common one goes to several. A line that a
-- control holds stands here as it was delivered (`is_held`), and counts for nothing; once all that holds it is released
-- it enters on that day, and leaves when the first release ends: two entries more, dated so that no earlier month's end
-- changes.
WITH held AS (
    SELECT
        c.holder_code, c.posted_period, c.voucher_no, c.line_no,
        string_agg(c.finding_kind, ';' ORDER BY c.finding_kind) AS held_by,
        CASE WHEN count(*) = count(r.release_date) THEN max(r.release_date) END AS release_date,
        min(r.end_date) AS end_date
    FROM valuation.cost_control AS c
    LEFT JOIN valuation.control_release AS r USING (finding_key)
    WHERE c.is_holding
    GROUP BY c.holder_code, c.posted_period, c.voucher_no, c.line_no
),

-- A common line as its shares, where it has any.
line AS (
    SELECT u.*
    FROM (
        SELECT
            v.holder_code, v.posted_period, v.voucher_no, v.line_no,
            CAST(0 AS BIGINT) AS share_no,
            v.resource_code, v.resource_id, v.cost_kind, v.phase, v.treatment, v.purpose, v.match_status, v.amount_cny,
            v.posted_date, v.available_date, v.life_months, v.life_basis, v.delivery_id, v.ordinal
        FROM valuation.voucher_line AS v
        ANTI JOIN valuation.cost_share AS s USING (holder_code, posted_period, voucher_no, line_no)
        UNION ALL
        SELECT
            v.holder_code, v.posted_period, v.voucher_no, v.line_no, s.share_no, s.resource_code, s.resource_id,
            v.cost_kind, v.phase, v.treatment, v.purpose, 'shared', s.share_cny, v.posted_date, v.available_date,
            v.life_months, v.life_basis, v.delivery_id, v.ordinal
        FROM valuation.voucher_line AS v
        JOIN valuation.cost_share AS s USING (holder_code, posted_period, voucher_no, line_no)
    ) AS u
),

entry AS (
    SELECT
        v.*,
        0 AS entry_no,
        h.held_by IS NOT NULL AS is_held,
        h.held_by,
        v.amount_cny AS entry_cny,
        v.posted_date AS entry_date,
        v.available_date AS use_date
    FROM line AS v
    LEFT JOIN held AS h USING (holder_code, posted_period, voucher_no, line_no)
    UNION ALL
    SELECT
        v.*, 1, FALSE, h.held_by, v.amount_cny, greatest(v.posted_date, h.release_date),
        -- greatest() passes over NULL.
        CASE WHEN v.available_date IS NOT NULL THEN greatest(v.available_date, h.release_date) END
    FROM line AS v
    JOIN held AS h USING (holder_code, posted_period, voucher_no, line_no)
    WHERE h.release_date < h.end_date AND v.posted_date < h.end_date
    UNION ALL
    SELECT v.*, 2, FALSE, h.held_by, -v.amount_cny, h.end_date, CAST(NULL AS DATE)
    FROM line AS v
    JOIN held AS h USING (holder_code, posted_period, voucher_no, line_no)
    WHERE h.release_date < h.end_date AND v.posted_date < h.end_date
)

SELECT
    e.holder_code,
    e.posted_period,
    e.voucher_no,
    e.line_no,
    e.share_no,
    e.entry_no,
    e.resource_code,
    e.resource_id,
    e.cost_kind,
    e.phase,
    e.treatment,
    e.purpose,
    e.match_status,
    CAST(e.entry_cny AS DECIMAL(20, 2)) AS amount_cny,
    e.entry_date AS posted_date,
    e.use_date AS available_date,
    e.life_months,
    e.life_basis,
    e.is_held,
    e.held_by,
    e.delivery_id,
    e.ordinal
FROM entry AS e
