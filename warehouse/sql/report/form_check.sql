-- The checks of the forms (表内、表间、年度间), for each row that they look at: both sides, what they differ by, and whether
-- a person let the difference pass. What has no other side to compare with, such as a year that the lake does not have,
-- is said to be not compared.
WITH compared AS (
    SELECT
        CAST(NULL AS VARCHAR) AS form,
        CAST(NULL AS VARCHAR) AS check_code,
        CAST(NULL AS DATE) AS effective_from,
        CAST(NULL AS VARCHAR) AS report_kind,
        CAST(NULL AS VARCHAR) AS level,
        CAST(NULL AS VARCHAR) AS entity_code,
        CAST(NULL AS VARCHAR) AS row_code,
        CAST(NULL AS VARCHAR) AS entity_name,
        CAST(NULL AS DECIMAL(20, 2)) AS left_amount,
        CAST(NULL AS DECIMAL(20, 2)) AS right_amount
    WHERE FALSE
    /*+ checks within: UNION ALL
        SELECT
            {form}, {check_code}, {effective_from}, t.report_kind, t.level, t.entity_code, {row_code}, t.entity_name,
            CAST({left} AS DECIMAL(20, 2)), CAST({right} AS DECIMAL(20, 2))
        FROM {table} AS t
        WHERE t.period = $period AND {levels} */
    /*+ checks between: UNION ALL
        SELECT
            {form}, {check_code}, {effective_from}, t.report_kind, t.level, t.entity_code, {row_code}, t.entity_name,
            CAST({left} AS DECIMAL(20, 2)), CAST({right} AS DECIMAL(20, 2))
        FROM {table} AS t
        LEFT JOIN {other} AS o
            ON o.period = t.period
            AND o.report_kind = t.report_kind
            AND o.level = t.level
            AND o.entity_code = t.entity_code
        WHERE t.period = $period AND {levels} */
    /*+ checks year: UNION ALL
        SELECT
            {form}, {check_code}, {effective_from}, t.report_kind, t.level, t.entity_code, {row_code}, t.entity_name,
            CAST({left} AS DECIMAL(20, 2)), CAST({right} AS DECIMAL(20, 2))
        FROM {table} AS t
        LEFT JOIN {table} AS o
            ON o.period = strftime($year_start - INTERVAL 1 DAY, '%Y-%m')
            AND o.report_kind = t.report_kind
            AND o.level = t.level
            AND o.entity_code = t.entity_code
        WHERE t.period = $period AND {levels} */
),

-- A decision on a check is of another than the unit that it is about; the last one speaks.
decided AS (
    SELECT d.subject_key, d.decision, d.decision_id
    FROM delivered.decision AS d
    JOIN policy.parameter AS m ON m.name = 'report_decision_months' AND in_force(m, $period_end)
    WHERE
        d.subject_kind = 'check'
        AND d.decided_date <= $period_end + to_months(CAST(m.value AS INTEGER))
        AND d.deliverer_code <> split_part(d.subject_key, '|', 4)
    QUALIFY row_number() OVER (
        PARTITION BY d.subject_key
        ORDER BY d.decided_date DESC, d.delivery_date DESC, d.delivery_id DESC, d.ordinal DESC
    ) = 1
),

judged AS (
    SELECT
        p.*,
        d.decision_id,
        CASE
            WHEN p.left_amount IS NULL OR p.right_amount IS NULL THEN 'not_compared'
            WHEN p.left_amount = p.right_amount THEN 'passed'
            WHEN d.decision = 'release' THEN 'let_pass'
            ELSE 'failed'
        END AS check_state
    FROM compared AS p
    LEFT JOIN decided AS d
        ON d.subject_key = p.form || '|' || p.check_code || '|' || $period || '|' || p.entity_code || '|' || p.row_code
)

SELECT
    $period AS period,
    p.form,
    p.check_code,
    p.report_kind,
    p.level,
    p.entity_code,
    p.row_code,
    p.entity_name,
    c.name_zh AS check_name_zh,
    c.name_en AS check_name_en,
    c.check_kind,
    p.left_amount,
    p.right_amount,
    CAST(p.left_amount - p.right_amount AS DECIMAL(20, 2)) AS difference_amount,
    p.check_state,
    CASE p.check_state
        WHEN 'passed' THEN '通过'
        WHEN 'failed' THEN '未通过'
        WHEN 'let_pass' THEN '经决定放行'
        ELSE '没有可比的数'
    END AS check_state_label,
    p.form || '|' || p.check_code || '|' || $period || '|' || p.entity_code || '|' || p.row_code AS check_key,
    p.decision_id
FROM judged AS p
JOIN policy.report_check AS c
    ON c.form = p.form
    AND c.check_code = p.check_code
    AND c.effective_from = p.effective_from
    AND in_force(c, $period_end)
