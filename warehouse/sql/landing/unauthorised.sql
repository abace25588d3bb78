-- Records that their deliverer may not say (policy/authority.csv): who tried, and for whom. Judged by the deliverer of
-- the delivery and on its date, whoever a record names. What anyone may deliver is not read.
WITH open_delivery AS (
    SELECT DISTINCT d.delivery_id
    FROM landing.delivery AS d
    JOIN policy.authority AS a
        ON a.kind = d.kind AND a.subject = 'all' AND a.who = 'anyone' AND in_force(a, d.delivery_date)
    WHERE a.is_allowed
),

judged AS (
    SELECT
        d.delivery_id, d.kind, d.deliverer_code, d.delivery_date,
        coalesce(d.holder_code, d.deliverer_code) AS default_holder_code
    FROM landing.delivery AS d
    ANTI JOIN open_delivery AS o USING (delivery_id)
),

-- What each record is about: a holder and, of a decision, what is decided on. A delivery is nobody's asset.
said AS (
    SELECT
        r.delivery_id, r.ordinal, d.kind, d.deliverer_code, d.delivery_date,
        CASE
            WHEN d.kind = 'organisations' THEN 'organisation_code'
            WHEN d.kind = 'decisions' THEN 'subject_key'
            WHEN d.kind IN ('catalog', 'content') THEN 'provider_code'
            ELSE 'holder_code'
        END AS column_name,
        CASE WHEN d.kind = 'decisions' THEN coalesce(w.code, '') ELSE 'record' END AS subject,
        coalesce(
            CASE
                WHEN d.kind = 'organisations' THEN (r.body ->> '$.organisation_code')
                WHEN d.kind = 'decisions' AND w.code = 'delivery' THEN ''
                WHEN d.kind = 'decisions' THEN split_part((r.body ->> '$.subject_key'), '|', 1)
                WHEN d.kind IN ('catalog', 'content') THEN (r.body ->> '$.provider_code')
                ELSE (r.body ->> '$.holder_code')
            END,
            d.default_holder_code
        ) AS holder_code
    FROM landing.record AS r
    JOIN judged AS d USING (delivery_id)
    LEFT JOIN policy.code_value AS w
        ON w.code_list = 'decision_subject'
        AND w.label = CASE WHEN d.kind = 'decisions' THEN (r.body ->> '$.subject_kind') END
        AND in_force(w, d.delivery_date)
    WHERE r.body IS NOT NULL
),

-- Few a delivery, however many its records.
speech AS (
    SELECT DISTINCT s.delivery_id, s.kind, s.deliverer_code, s.delivery_date, s.subject, s.holder_code
    FROM said AS s
),

allowed AS (
    SELECT p.delivery_id, p.subject, p.holder_code
    FROM speech AS p
    JOIN policy.authority AS a
        ON a.kind = p.kind AND a.subject IN ('all', p.subject, p.holder_code) AND in_force(a, p.delivery_date)
    LEFT JOIN policy.authority_unit AS u
        ON u.authority = a.who AND u.unit_code = p.deliverer_code AND in_force(u, p.delivery_date)
    LEFT JOIN landing.speaker AS s
        ON s.speaker_code = p.deliverer_code
        AND s.capacity = a.who
        AND s.spoken_for = CASE WHEN a.who = 'superior' THEN p.holder_code ELSE p.kind END
        AND s.valid_from <= p.delivery_date
        AND coalesce(s.valid_to, DATE 'infinity') > p.delivery_date
    WHERE
        a.is_allowed
        AND (
            a.who = 'anyone'
            OR (a.who = 'operator' AND p.deliverer_code = 'shuzhang')
            OR (a.who = 'holder' AND p.deliverer_code = p.holder_code)
            OR u.unit_code IS NOT NULL
            OR s.speaker_code IS NOT NULL
        )
),

-- The words are policy's. A home whose list is older than the rule has these, and rejects.
worded AS (
    SELECT
        s.delivery_id, s.ordinal, s.column_name, s.holder_code,
        coalesce(t.severity, 'reject') AS severity,
        coalesce(t.message_zh, '“{column}”为 {value}：{deliverer} 无权代其交付此类记录') AS message_zh,
        coalesce(t.message_en, '“{column}” is {value}: {deliverer} may not deliver such records for it') AS message_en,
        coalesce(t.mend_zh, '由该单位、其主管部门或 policy/authority_unit.csv 指定的部门交付') AS mend_zh,
        coalesce(t.mend_en, 'the unit, its department or an authority of policy/authority_unit.csv delivers it')
            AS mend_en,
        coalesce(c.label_zh, s.column_name) AS label_zh,
        s.deliverer_code
    FROM said AS s
    ANTI JOIN allowed AS a
        ON a.delivery_id = s.delivery_id AND a.subject = s.subject AND a.holder_code = s.holder_code
    LEFT JOIN policy.rejection_rule AS t ON t.rule = 'not_authorised' AND in_force(t, s.delivery_date)
    LEFT JOIN policy.delivery_column AS c
        ON c.kind = s.kind AND c."column" = s.column_name AND in_force(c, s.delivery_date)
)

SELECT
    r.delivery_id,
    r.ordinal,
    'not_authorised' AS rule,
    w.column_name,
    w.deliverer_code,
    w.holder_code,
    r.kind,
    r.source_file,
    r.source_sha256,
    r.source_pointer,
    w.holder_code AS value,
    w.severity,
    replace(
        replace(replace(w.message_zh, '{column}', w.label_zh), '{value}', w.holder_code),
        '{deliverer}', w.deliverer_code
    ) AS message_zh,
    replace(
        replace(replace(w.message_en, '{column}', w.column_name), '{value}', w.holder_code),
        '{deliverer}', w.deliverer_code
    ) AS message_en,
    w.mend_zh,
    w.mend_en
FROM worded AS w
JOIN landing.record AS r USING (delivery_id, ordinal)
