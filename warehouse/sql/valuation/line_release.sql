-- How much of a line that a control holds its releases cover, by the day of each decision: what the line stood at on
-- that day. What it is raised by after is held again, until somebody decides on that too; so is a line that came after
-- the decision.
WITH decided AS (
    SELECT DISTINCT r.finding_key, d.decided_date AS release_date
    FROM valuation.control_release AS r
    JOIN delivered.decision AS d ON d.subject_key = r.finding_key
    WHERE
        d.subject_kind = 'control'
        AND d.decision = 'release'
        AND d.deliverer_code <> r.holder_code
        AND d.expires_date >= d.decided_date
        AND d.decided_date < r.end_date
),

stood AS (
    SELECT
        c.finding_kind, c.holder_code, c.posted_period, c.voucher_no, c.line_no, c.finding_key, d.release_date,
        c.amount_cny AS line_cny,
        CASE WHEN v.delivery_date <= d.release_date THEN c.amount_cny ELSE w.amount_cny END AS amount_cny
    FROM valuation.cost_control AS c
    JOIN decided AS d USING (finding_key)
    JOIN valuation.voucher_line AS v USING (holder_code, posted_period, voucher_no, line_no)
    LEFT JOIN delivered.cost_version AS w
        ON w.delivery_id = v.delivery_id AND w.ordinal = v.ordinal AND w.delivery_date <= d.release_date
    WHERE c.is_holding
    QUALIFY row_number() OVER (
        PARTITION BY c.finding_kind, c.holder_code, c.posted_period, c.voucher_no, c.line_no, d.release_date
        ORDER BY w.version_no DESC
    ) = 1
)

SELECT
    s.finding_kind,
    s.holder_code,
    s.posted_period,
    s.voucher_no,
    s.line_no,
    s.release_date,
    s.finding_key,
    CAST(
        max(greatest(0, least(s.line_cny, coalesce(s.amount_cny, 0)))) OVER (
            PARTITION BY s.finding_kind, s.holder_code, s.posted_period, s.voucher_no, s.line_no
            ORDER BY s.release_date ROWS UNBOUNDED PRECEDING
        ) AS DECIMAL(20, 2)
    ) AS released_cny
FROM stood AS s
