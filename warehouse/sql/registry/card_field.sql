-- What is known of each asset card, field by field (policy/card_field.csv), in the four blocks of the policy's
-- paragraph 4, each with what it rests on: a delivered record, a person's decision or a rule. What is not known has no
-- row: nothing is assumed. Amounts are of a period and stand in `valuation.snapshot`.
WITH field AS (
    SELECT f.*
    FROM policy.card_field AS f
    JOIN delivered.horizon AS h ON in_force(f, h.judged_date)
),

cost AS (
    SELECT a.card_id, a.card_status, d.*
    FROM registry.asset_card AS a
    JOIN registry.treated_cost AS d USING (holder_code, resource_code)
    WHERE d.treatment = 'capitalised'
),

-- Of lines that state a life the last posted one speaks.
lived AS (
    SELECT c.*
    FROM cost AS c
    WHERE c.life_months IS NOT NULL OR c.life_basis IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY c.card_id ORDER BY c.posted_date DESC, c.delivery_id DESC, c.ordinal DESC
    ) = 1
),

ready AS (
    SELECT c.*
    FROM cost AS c
    WHERE c.available_date IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY c.card_id ORDER BY c.available_date, c.delivery_id, c.ordinal) = 1
),

-- How it was acquired is what the first line says that says it.
acquired AS (
    SELECT
        c.card_id, c.acquisition, c.is_acquisition_derived, c.posted_date, c.phase, c.voucher_no, c.delivery_id,
        c.ordinal
    FROM cost AS c
    WHERE c.acquisition IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY c.card_id
        ORDER BY coalesce(c.available_date, c.posted_date), c.posted_date, c.delivery_id, c.ordinal
    ) = 1
),

vouched AS (
    SELECT
        c.card_id,
        min(c.card_status) AS card_status,
        string_agg(DISTINCT c.voucher_no, '、' ORDER BY c.voucher_no) AS voucher_numbers,
        bool_and(c.purpose = 'sale') AS is_for_sale,
        bool_and(c.value_basis = 'nominal_amount') AS is_nominal
    FROM cost AS c
    GROUP BY c.card_id
),

review AS (
    SELECT a.card_id, d.*
    FROM registry.asset_card AS a
    JOIN delivered.review AS d USING (holder_code, resource_code)
    QUALIFY row_number() OVER (
        PARTITION BY a.card_id, d.review_kind ORDER BY d.issued_date DESC, d.delivery_id DESC, d.ordinal DESC
    ) = 1
),

authorised AS (
    SELECT d.*
    FROM delivered.authorisation AS d
    QUALIFY row_number() OVER (
        PARTITION BY d.holder_code
        ORDER BY d.valid_to IS NULL DESC, d.valid_to DESC, d.valid_from DESC, d.delivery_id DESC, d.ordinal DESC
    ) = 1
),

unit AS (
    SELECT o.*
    FROM catalog.organisation AS o
    QUALIFY row_number() OVER (PARTITION BY o.organisation_code ORDER BY o.valid_from DESC) = 1
),

content AS (
    SELECT
        t.resource_id,
        CAST(sum(t.data_row_count) AS BIGINT) AS data_row_count,
        max(t.delivery_id) AS delivery_id,
        arg_max(t.ordinal, row(t.delivery_id, t.ordinal)) AS ordinal
    FROM catalog.content_table AS t
    WHERE t.resource_id IS NOT NULL
    GROUP BY t.resource_id
),

business AS (
    SELECT
        c.resource_id,
        string_agg(DISTINCT c.category, '、' ORDER BY c.category) AS categories,
        string_agg(DISTINCT c.category_rule, '、' ORDER BY c.category_rule) AS rules
    FROM classification.resource_category AS c
    WHERE c.category_dimension = 'business_use'
    GROUP BY c.resource_id
),

recoded AS (
    SELECT
        n.holder_code, n.current_code,
        string_agg(n.former_code, '、' ORDER BY n.event_date, n.former_code) AS former_codes,
        arg_max(n.document_no, row(n.event_date, n.delivery_id, n.ordinal)) AS document_no,
        arg_max(n.delivery_id, row(n.event_date, n.delivery_id, n.ordinal)) AS delivery_id,
        arg_max(n.ordinal, row(n.event_date, n.delivery_id, n.ordinal)) AS ordinal
    FROM delivered.code_change AS n
    WHERE n.current_code IS NOT NULL
    GROUP BY n.holder_code, n.current_code
),

-- Contracts in force on the day up to which the deliveries go, together.
used AS (
    SELECT
        c.card_id,
        string_agg(
            DISTINCT concat_ws(' ', c.counterpart_name, c.counterpart_code),
            '、'
            ORDER BY concat_ws(' ', c.counterpart_name, c.counterpart_code)
        ) AS using_units,
        string_agg(DISTINCT c.contract_purpose_label, '、' ORDER BY c.contract_purpose_label) AS purposes,
        string_agg(
            DISTINCT CASE c.payment WHEN 'paid' THEN '有偿' WHEN 'free' THEN '无偿' END,
            '、'
            ORDER BY CASE c.payment WHEN 'paid' THEN '有偿' WHEN 'free' THEN '无偿' END
        ) AS payments,
        string_agg(
            concat_ws('，', c.contract_no, '有效期至 ' || CAST(c.valid_to AS VARCHAR)), '；' ORDER BY c.contract_no
        ) AS contracts,
        string_agg(c.contract_no, '、' ORDER BY c.contract_no) AS contract_numbers,
        max(c.delivery_id) AS delivery_id,
        arg_max(c.ordinal, row(c.delivery_id, c.ordinal)) AS ordinal
    FROM registry.card_contract AS c
    CROSS JOIN delivered.horizon AS h
    WHERE
        coalesce(c.valid_from, c.signed_date) <= h.judged_date
        AND (c.valid_to IS NULL OR c.valid_to >= h.judged_date)
    GROUP BY c.card_id
),

paid AS (
    SELECT
        c.card_id,
        string_agg(
            c.contract_no || ' ' || CAST(c.received_cny AS VARCHAR) || ' 元'
            || CASE WHEN c.named_resource_count > 1
                THEN '（' || CAST(c.named_resource_count AS VARCHAR) || ' 项资源合计）'
                ELSE ''
            END,
            '；'
            ORDER BY c.contract_no
        ) AS receipts,
        string_agg(c.contract_no, '、' ORDER BY c.contract_no) AS contract_numbers
    FROM registry.card_contract AS c
    WHERE c.received_cny <> 0
    GROUP BY c.card_id
),

parented AS (
    SELECT
        p.resource_id,
        string_agg(concat_ws(' ', s.resource_code, s.title), '、' ORDER BY s.resource_code, s.resource_id) AS parents,
        max(p.delivery_id) AS delivery_id,
        arg_max(p.ordinal, row(p.delivery_id, p.ordinal)) AS ordinal
    FROM registry.resource_parent AS p
    JOIN catalog.resource AS s ON s.resource_id = p.parent_id
    GROUP BY p.resource_id
),

known AS (
    SELECT
        a.card_id, f.field,
        CASE f.field
            WHEN 'card_no' THEN a.card_id
            WHEN 'asset_status' THEN
                CASE a.card_status WHEN 'in_development' THEN '开发中' WHEN 'in_use' THEN '在用' ELSE '已处置' END
            WHEN 'recognised_date' THEN CAST(a.recognised_date AS VARCHAR)
            WHEN 'disposal' THEN concat_ws('，', CAST(a.disposed_date AS VARCHAR), a.disposal_document_no)
        END AS field_value,
        'rule' AS source_kind,
        CASE f.field WHEN 'disposal' THEN a.disposal_document_no END AS source_reference,
        NULL AS delivery_id,
        NULL AS ordinal
    FROM registry.asset_card AS a
    JOIN field AS f ON f.field IN ('card_no', 'asset_status', 'recognised_date', 'disposal')
    UNION ALL
    SELECT
        a.card_id, f.field,
        CASE f.field
            WHEN 'asset_name' THEN s.title
            WHEN 'resource_code' THEN s.resource_code
            WHEN 'format' THEN s.format
            WHEN 'update_cycle' THEN s.update_cycle_label
            WHEN 'field_count' THEN CAST(nullif(s.field_count, 0) AS VARCHAR)
            WHEN 'right_holder' THEN concat_ws('，', s.holder_name, s.holder_code)
            WHEN 'restriction' THEN concat_ws('；', s.share_condition, s.open_condition)
            WHEN 'share_type' THEN s.share_type_label
            WHEN 'open_type' THEN s.open_type_label
        END,
        'delivery', NULL, s.delivery_id, s.ordinal
    FROM registry.asset_card AS a
    JOIN catalog.resource AS s USING (resource_id)
    JOIN field AS f
        ON f.field IN (
            'asset_name', 'resource_code', 'format', 'update_cycle', 'field_count', 'right_holder', 'restriction',
            'share_type', 'open_type'
        )
    UNION ALL
    SELECT a.card_id, 'former_code', n.former_codes, 'delivery', n.document_no, n.delivery_id, n.ordinal
    FROM registry.asset_card AS a
    JOIN recoded AS n ON n.holder_code = a.holder_code AND n.current_code = a.resource_code
    UNION ALL
    SELECT
        v.card_id, f.field,
        CASE WHEN f.field = 'voucher_no' THEN v.voucher_numbers WHEN v.is_nominal THEN '名义金额' ELSE '原值' END,
        'rule', v.voucher_numbers, NULL, NULL
    FROM vouched AS v
    JOIN field AS f ON f.field IN ('voucher_no', 'value_basis')
    UNION ALL
    SELECT
        q.card_id, 'acquisition', k.name_zh, CASE WHEN q.is_acquisition_derived THEN 'rule' ELSE 'delivery' END,
        CASE WHEN q.is_acquisition_derived THEN q.phase ELSE q.voucher_no END, q.delivery_id, q.ordinal
    FROM acquired AS q
    JOIN policy.acquisition AS k ON k.acquisition = q.acquisition AND in_force(k, q.posted_date)
    UNION ALL
    SELECT
        l.card_id, f.field,
        CASE f.field WHEN 'life_months' THEN CAST(l.life_months AS VARCHAR) ELSE l.life_basis_label END,
        'delivery', l.voucher_no, l.delivery_id, l.ordinal
    FROM lived AS l
    JOIN field AS f ON f.field IN ('life_months', 'life_basis')
    UNION ALL
    SELECT
        y.card_id, 'available_date', CAST(y.available_date AS VARCHAR), 'delivery', y.voucher_no, y.delivery_id,
        y.ordinal
    FROM ready AS y
    UNION ALL
    SELECT
        a.card_id, f.field,
        CASE f.field
            WHEN 'legal_basis' THEN concat_ws('，', d.legal_basis, d.document_no)
            ELSE CAST(d.valid_to AS VARCHAR)
        END,
        'delivery', d.document_no, d.delivery_id, d.ordinal
    FROM registry.asset_card AS a
    JOIN authorised AS d USING (holder_code)
    JOIN field AS f ON f.field IN ('legal_basis', 'authorised_until')
    UNION ALL
    SELECT
        r.card_id, f.field,
        concat_ws(
            '，',
            r.result_label,
            CAST(r.issued_date AS VARCHAR),
            '有效期至 ' || CAST(r.valid_to AS VARCHAR),
            '评估值 ' || CAST(r.amount_cny AS VARCHAR) || ' 元'
        ),
        'delivery', r.document_no, r.delivery_id, r.ordinal
    FROM review AS r
    JOIN field AS f
        ON f.code = r.review_kind AND f.field IN ('security_review', 'risk_assessment', 'appraisal', 'stock_taking')
    UNION ALL
    SELECT a.card_id, 'row_count', CAST(c.data_row_count AS VARCHAR), 'delivery', NULL, c.delivery_id, c.ordinal
    FROM registry.asset_card AS a
    JOIN content AS c USING (resource_id)
    UNION ALL
    SELECT a.card_id, 'department', d.name, 'delivery', d.organisation_code, o.delivery_id, o.ordinal
    FROM registry.asset_card AS a
    JOIN unit AS o ON o.organisation_code = a.holder_code
    JOIN unit AS d ON d.organisation_code = o.department_code
    UNION ALL
    SELECT v.card_id, 'account_code', concat_ws(' ', k.account_code, k.account_name_zh), 'rule', NULL, NULL, NULL
    FROM vouched AS v
    JOIN registry.asset_card AS a USING (card_id)
    JOIN unit AS o ON o.organisation_code = a.holder_code
    CROSS JOIN delivered.horizon AS h
    JOIN policy.ledger_account AS k
        ON k.accounting_system = o.accounting_system
        AND k.amount_kind = CASE
            WHEN v.is_for_sale THEN 'stock'
            WHEN v.card_status = 'in_development' THEN 'development'
            ELSE 'cost'
        END
        AND in_force(k, h.judged_date)
    QUALIFY row_number() OVER (PARTITION BY v.card_id ORDER BY k.account_code) = 1
    UNION ALL
    SELECT
        a.card_id, 'grade',
        concat_ws('，', g.grade_label, CASE WHEN g.is_candidate THEN '候选，待人工确认' END),
        CASE WHEN g.decision_id IS NULL THEN 'rule' ELSE 'decision' END,
        coalesce(g.decision_id, g.rule_id), NULL, NULL
    FROM registry.asset_card AS a
    JOIN classification.resource_grade AS g USING (resource_id)
    UNION ALL
    SELECT
        a.card_id, f.field,
        CASE
            WHEN f.field = 'share_access' THEN
                CASE x.share_access
                    WHEN 'unconditional' THEN '无条件' WHEN 'conditional' THEN '有条件' WHEN 'none' THEN '不可'
                END
            ELSE
                CASE x.open_access
                    WHEN 'unconditional' THEN '无条件' WHEN 'conditional' THEN '有条件' WHEN 'none' THEN '不可'
                END
        END,
        'rule', coalesce(x.confidential_term, x.grade), NULL, NULL
    FROM registry.asset_card AS a
    JOIN classification.resource_access AS x USING (resource_id)
    JOIN field AS f ON f.field IN ('share_access', 'open_access')
    UNION ALL
    SELECT
        u.card_id, f.field,
        CASE f.field
            WHEN 'using_unit' THEN u.using_units
            WHEN 'scenario' THEN u.purposes
            WHEN 'is_paid' THEN u.payments
            ELSE u.contracts
        END,
        'delivery', u.contract_numbers, u.delivery_id, u.ordinal
    FROM used AS u
    JOIN field AS f ON f.field IN ('using_unit', 'scenario', 'is_paid', 'contract')
    UNION ALL
    SELECT p.card_id, 'revenue', p.receipts, 'rule', p.contract_numbers, NULL, NULL
    FROM paid AS p
    UNION ALL
    SELECT a.card_id, 'parent', p.parents, 'delivery', NULL, p.delivery_id, p.ordinal
    FROM registry.asset_card AS a
    JOIN parented AS p USING (resource_id)
    UNION ALL
    SELECT a.card_id, 'category', b.categories, 'rule', b.rules, NULL, NULL
    FROM registry.asset_card AS a
    JOIN business AS b USING (resource_id)
    UNION ALL
    SELECT
        a.card_id, 'quality_score',
        CAST(q.score_pct AS VARCHAR) || '（评价了权重的 ' || CAST(q.assessed_pct AS VARCHAR) || '）',
        'rule', NULL, NULL, NULL
    FROM registry.asset_card AS a
    JOIN quality.resource_score AS q ON q.resource_id = a.resource_id AND q.dimension_code = 'all'
)

SELECT
    k.card_id,
    f.field AS card_field,
    a.holder_code,
    f.block AS card_block,
    k.field_value,
    k.source_kind,
    k.source_reference,
    k.delivery_id,
    k.ordinal
FROM known AS k
JOIN field AS f ON f.field = k.field
JOIN registry.asset_card AS a USING (card_id)
WHERE k.field_value <> ''
