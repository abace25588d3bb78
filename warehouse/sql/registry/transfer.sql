-- Transfers between the registers, both ways, as events: from the memo register to a card on the day on which the last
-- requirement was met, back to it or out of scope by a person's decision, each with the requirements that caused it.
WITH moved AS (
    SELECT m.resource_id, m.left_date AS transfer_date, 'memo' AS from_register, m.left_to AS to_register
    FROM registry.memo_register AS m
    WHERE m.left_date IS NOT NULL
    UNION ALL
    SELECT
        c.resource_id, t.derecognised_date, 'card',
        CASE WHEN t.scope_end_date <= t.derecognised_date THEN 'outside' ELSE 'memo' END
    FROM registry.asset_card AS c
    JOIN registry.resource_standing AS t USING (resource_id)
    WHERE
        c.disposed_date = t.derecognised_date
        AND c.disposal_document_no IS NOT DISTINCT FROM t.derecognition_document_no
),

cause AS (
    SELECT
        v.resource_id, v.transfer_date, v.from_register,
        string_agg(d.requirement_label, '；' ORDER BY d.requirement) AS cause_requirements,
        -- A later decision on the requirement is not what moved it.
        string_agg(DISTINCT d.document_no, '；' ORDER BY d.document_no) FILTER (
            WHERE d.decided_by <> 'decision' OR d.effective_date = v.transfer_date
        ) AS document_no
    FROM moved AS v
    JOIN registry.recognition_decision AS d USING (resource_id)
    WHERE
        d.is_required
        AND d.requirement_set IN ('scope', 'recognition')
        AND CASE
            WHEN v.to_register = 'card' THEN d.passed_date = v.transfer_date
            ELSE d.decided_by = 'decision' AND d.result = 'fail' AND d.effective_date = v.transfer_date
        END
    GROUP BY v.resource_id, v.transfer_date, v.from_register
)

SELECT
    v.resource_id,
    v.transfer_date,
    v.from_register,
    v.to_register,
    CASE
        WHEN v.to_register = 'card' THEN '备查簿转入资产卡片'
        WHEN v.from_register = 'memo' THEN '备查簿转出，不属于公共数据资产'
        WHEN v.to_register = 'memo' THEN '资产卡片转入备查簿'
        ELSE '资产卡片转出，不属于公共数据资产'
    END AS transfer_label,
    s.holder_code,
    s.holder_name,
    s.resource_code,
    s.title AS asset_name,
    c.cause_requirements,
    c.document_no
FROM moved AS v
JOIN catalog.resource AS s USING (resource_id)
LEFT JOIN cause AS c
    ON c.resource_id = v.resource_id AND c.transfer_date = v.transfer_date AND c.from_register = v.from_register
