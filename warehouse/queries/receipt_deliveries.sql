-- Facts and outcome of deliveries, as their receipts show them.
SELECT d.delivery_id AS 交付标识, d.deliverer_code AS 交付单位, d.source_name AS 来源系统, d.kind AS 交付类别,
    CAST(d.delivery_date AS VARCHAR) AS 交付日期, d.sequence AS 序号, d.mode AS 交付方式, d.status AS 状态, d.status_reason AS 状态原因,
    o.in_count AS 来件, o.accepted_count AS 接受, o.rejected_count AS 拒收, o.unchanged_count AS 未变, o.held_count AS 搁置,
    o.deleted_count AS 删除, o.warned_count AS 提示
FROM landing.delivery AS d
LEFT JOIN landing.delivery_outcome AS o USING (delivery_id)
WHERE list_contains($deliveries, d.delivery_id)
