-- What a person should look at of the registers: of each unit what it has still to assess (应登尽登), as one finding, its
-- list being `registry.unassessed`; as one too what others gathered of its resources (`catalog.gathered_resource`); of
-- changes of code those that count for nothing or leave the old code standing; of costs those at a nominal amount that
-- is none, cards whose lines state different ways of acquisition, and lines of development that fail a test or of which
-- one is not shown; of splits and merges what is wrong with them; and, told to whoever delivered them, decisions that
-- do nothing (`registry.unclear_decision`), receipts of contracts that were not delivered, and decisions, reviews,
-- contracts and papers on values of resources that the catalogue does not have. `{said}` in a message stands for what
-- was written; behind an arrow for what may have been meant.
WITH paper AS (
    SELECT v.deliverer_code, v.holder_code, v.resource_code
    FROM delivered.review AS v
    UNION ALL
    SELECT m.deliverer_code, m.holder_code, m.resource_code
    FROM delivered.comparable AS m
    UNION ALL
    SELECT f.deliverer_code, f.holder_code, f.resource_code
    FROM delivered.forecast AS f
    UNION ALL
    SELECT c.deliverer_code, c.holder_code, trim(t.code)
    FROM delivered.contract AS c,
        unnest(regexp_split_to_array(c.resource_codes, '[;；,，、\s]+')) AS t(code)
    UNION ALL
    SELECT d.deliverer_code, split_part(d.subject_key, '|', 1), split_part(d.subject_key, '|', 2)
    FROM delivered.decision AS d
    WHERE d.subject_kind IN ('recognition', 'grade')
),

tested_unit AS (
    SELECT o.organisation_code, o.valid_from, o.valid_to
    FROM catalog.organisation AS o
    CROSS JOIN delivered.horizon AS h
    JOIN policy.development_test AS t ON t.accounting_system = o.accounting_system AND in_force(t, h.judged_date)
    GROUP BY o.organisation_code, o.valid_from, o.valid_to
),

unclear AS (
    SELECT
        d.deliverer_code, d.finding_kind, d.resource_code,
        d.said_name || coalesce(' → ' || d.meant_name, '') AS said
    FROM registry.unclear_decision AS d
),

found AS (
    SELECT
        u.holder_code, 'unassessed_resources' AS finding_kind, '' AS resource_code, count(*) AS found_count, '' AS said
    FROM registry.unassessed AS u
    GROUP BY u.holder_code
    UNION ALL
    SELECT
        g.holder_code, 'gathered_beside_own', '', count(*),
        string_agg(DISTINCT g.deliverer_code, '、' ORDER BY g.deliverer_code)
    FROM catalog.gathered_resource AS g
    GROUP BY g.holder_code
    UNION ALL
    SELECT c.holder_code, 'code_change_unclear', c.resource_code, count(*), ''
    FROM delivered.code_change AS c
    WHERE c.current_code IS NULL
    GROUP BY c.holder_code, c.resource_code
    UNION ALL
    SELECT c.holder_code, 'former_code_stands', c.former_code, count(*), ''
    FROM delivered.code_change AS c
    JOIN catalog.resource AS s ON s.holder_code = c.holder_code AND s.resource_code = c.former_code
    WHERE c.current_code <> c.former_code
    GROUP BY c.holder_code, c.former_code
    UNION ALL
    SELECT c.holder_code, 'nominal_amount_differs', coalesce(c.resource_code, ''), count(*), ''
    FROM registry.treated_cost AS c
    JOIN policy.acquisition AS q ON q.acquisition = c.acquisition AND in_force(q, c.posted_date)
    WHERE q.nominal_cny <> abs(c.amount_cny)
    GROUP BY c.holder_code, c.resource_code
    UNION ALL
    SELECT c.holder_code, 'acquisition_differs', c.resource_code, count(DISTINCT c.acquisition), ''
    FROM registry.treated_cost AS c
    WHERE c.treatment = 'capitalised' AND c.resource_code IS NOT NULL
    GROUP BY c.holder_code, c.resource_code
    HAVING count(DISTINCT c.acquisition) > 1
    UNION ALL
    SELECT c.holder_code, 'development_test_failed', c.resource_code, count(*), ''
    FROM registry.treated_cost AS c
    WHERE c.failed_tests IS NOT NULL
    GROUP BY c.holder_code, c.resource_code
    UNION ALL
    SELECT c.holder_code, 'development_test_unknown', c.resource_code, count(*), ''
    FROM registry.treated_cost AS c
    WHERE c.unknown_tests IS NOT NULL
    GROUP BY c.holder_code, c.resource_code
    UNION ALL
    SELECT
        s.holder_code, s.finding_kind, s.resource_code, count(*),
        string_agg(DISTINCT s.former_code, '、' ORDER BY s.former_code)
    FROM registry.succession AS s
    WHERE s.finding_kind IS NOT NULL
    GROUP BY s.holder_code, s.finding_kind, s.resource_code
    UNION ALL
    -- Meanwhile what left the former card stands on none.
    SELECT
        s.holder_code, 'succession_not_recognised', s.resource_code, count(*),
        string_agg(DISTINCT s.former_code, '、' ORDER BY s.former_code)
    FROM registry.succession AS s
    LEFT JOIN registry.asset_card AS a ON a.holder_code = s.holder_code AND a.resource_code = s.resource_code
    WHERE
        s.is_taken_over
        AND (a.card_id IS NULL OR date_trunc('month', a.recognised_date) > date_trunc('month', s.event_date))
    GROUP BY s.holder_code, s.resource_code
    UNION ALL
    SELECT p.deliverer_code, 'resource_unknown', p.resource_code, count(*), ''
    FROM paper AS p
    ANTI JOIN catalog.resource AS s ON s.holder_code = p.holder_code AND s.resource_code = p.resource_code
    WHERE p.resource_code <> ''
    GROUP BY p.deliverer_code, p.resource_code
    UNION ALL
    -- Of an enterprise nobody can tell whether it must show the tests of development.
    SELECT c.holder_code, 'acquisition_unknown', c.resource_code, count(*), ''
    FROM registry.treated_cost AS c
    JOIN tested_unit AS o
        ON o.organisation_code = c.holder_code
        AND o.valid_from <= c.posted_date
        AND (o.valid_to IS NULL OR o.valid_to > c.posted_date)
    WHERE
        c.treatment = 'capitalised'
        AND c.acquisition IS NULL
        AND c.resource_code IS NOT NULL
        AND c.amount_cny > 0
    GROUP BY c.holder_code, c.resource_code
    UNION ALL
    SELECT
        d.deliverer_code, d.finding_kind, d.resource_code, count(*),
        string_agg(DISTINCT d.said, '、' ORDER BY d.said)
    FROM unclear AS d
    GROUP BY d.deliverer_code, d.finding_kind, d.resource_code
    UNION ALL
    SELECT
        r.deliverer_code, 'contract_unknown', '', count(*),
        string_agg(DISTINCT r.contract_no, '、' ORDER BY r.contract_no)
    FROM delivered.receipt AS r
    ANTI JOIN delivered.contract AS c ON c.holder_code = r.holder_code AND c.contract_no = r.contract_no
    WHERE r.contract_no <> ''
    GROUP BY r.deliverer_code
)

SELECT
    f.holder_code,
    f.finding_kind,
    f.resource_code,
    f.found_count,
    replace(k.message_zh, '{said}', f.said) AS message_zh,
    replace(k.message_en, '{said}', f.said) AS message_en,
    k.mend_zh,
    k.mend_en
FROM found AS f
CROSS JOIN delivered.horizon AS h
LEFT JOIN policy.control_finding_kind AS k ON k.kind = f.finding_kind AND in_force(k, h.judged_date)
