-- Form R4 (own id): revenue and where it goes. Its rows are defined; contracts, usage and receipts are not recorded
-- yet, and what is not recorded is not zero.
SELECT
    $period AS period,
    r.row_code,
    r.position AS row_position,
    r.label_zh AS row_label,
    '尚未记录' AS recording_state
FROM policy.report_row AS r
WHERE r.form = 'r4' AND in_force(r, $period_end)
