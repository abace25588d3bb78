-- What differs of a unit, amount by amount, with its kind, its mend and its age. A kind that the policy of a home has
-- no words of is told by its code.
SELECT
    r.item_code,
    r.item_label,
    r.amount_kind,
    r.amount_label,
    r.card_amount_cny,
    r.ledger_amount_cny,
    r.difference_cny,
    coalesce(r.difference_label, r.difference_kind) AS difference_label,
    coalesce(k.name_en, r.difference_kind) AS difference_label_en,
    r.matching_period,
    d.since_period,
    d.standing_months,
    d.is_maybe_older,
    coalesce(k.mend_zh, '') AS mend_zh,
    coalesce(k.mend_en, '') AS mend_en
FROM finance.reconciliation AS r
JOIN finance.difference AS d USING (period, holder_code, item_code, amount_kind)
LEFT JOIN policy.reconciliation_kind AS k ON k.kind = r.difference_kind AND k.mend_zh = r.mend_zh
WHERE r.period = $period AND r.holder_code = $unit
QUALIFY row_number() OVER (PARTITION BY r.item_code, r.amount_kind ORDER BY k.effective_from DESC) = 1
ORDER BY r.item_code, r.amount_kind <> 'cost', r.amount_kind = 'net', r.amount_kind
