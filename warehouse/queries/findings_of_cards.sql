-- What a person should look at of cards, and what it is about: conditions that are not met, findings on costs, on the
-- register, of counts and on content. What is released says by whom, until when and why.
WITH named AS (
    SELECT k.kind, any_value(k.name_zh) AS kind_name
    FROM policy.control_finding_kind AS k
    GROUP BY k.kind
),

found AS (
    SELECT f.card_id, f.finding_kind, f.requirement_label AS about, f.message_zh, f.mend_zh
    FROM registry.card_finding AS f
    UNION ALL
    SELECT
        c.card_id, c.finding_kind, c.voucher_no,
        CASE c.finding_state
            WHEN 'released' THEN concat(
                '已由', c.decider_name, '放行至', CAST(c.end_date - INTERVAL 1 DAY AS DATE), '：', c.reason
            )
            ELSE c.message_zh
        END,
        CASE c.finding_state WHEN 'released' THEN '到期前更正，或由财政部门再作决定' ELSE c.mend_zh END
    FROM valuation.control_finding AS c
    UNION ALL
    SELECT a.card_id, r.finding_kind, '', r.message_zh, r.mend_zh
    FROM registry.register_finding AS r
    JOIN registry.asset_card AS a USING (holder_code, resource_code)
    UNION ALL
    SELECT n.card_id, n.finding_kind, n.document_no, n.message_zh, n.mend_zh
    FROM registry.count_finding AS n
    UNION ALL
    SELECT y.card_id, y.finding_kind, '', y.message_zh, y.mend_zh
    FROM registry.reality_finding AS y
)

SELECT f.card_id, f.finding_kind, coalesce(nullif(f.about, ''), k.kind_name), f.message_zh, f.mend_zh
FROM found AS f
LEFT JOIN named AS k ON k.kind = f.finding_kind
WHERE list_contains($cards, f.card_id)
ORDER BY ALL
