-- What persons decided on two cards that may be one asset (重复计量): the first of the key is left out where a
-- summary has both, the second stands. A decision does nothing that names a card that there is not or one card
-- twice, or that is made by one of the two units; nor does one whose second card is itself left out, since none
-- would stand for the first.
WITH said AS (
    SELECT
        d.delivery_id, d.ordinal, d.deliverer_code, d.delivery_date, d.decision_id, d.subject_key, d.decision,
        d.decision_label, d.decided_date, d.expires_date,
        split_part(d.subject_key, '|', 1) AS holder_code,
        split_part(d.subject_key, '|', 2) AS resource_code,
        split_part(d.subject_key, '|', 3) AS other_holder_code,
        split_part(d.subject_key, '|', 4) AS other_resource_code
    FROM delivered.decision AS d
    WHERE d.subject_kind = 'double_count'
),

-- A resource that has several cards is known by one of them.
carded AS (
    SELECT c.holder_code, c.resource_code
    FROM registry.asset_card AS c
    QUALIFY row_number() OVER (PARTITION BY c.holder_code, c.resource_code ORDER BY c.card_id) = 1
),

known AS (
    SELECT
        s.*,
        least(s.holder_code || '|' || s.resource_code, s.other_holder_code || '|' || s.other_resource_code)
        || '|'
        || greatest(s.holder_code || '|' || s.resource_code, s.other_holder_code || '|' || s.other_resource_code)
            AS pair_key,
        CASE
            WHEN s.decision IS NULL OR s.decision NOT IN ('pass', 'fail') THEN 'decision_unsuited'
            WHEN s.holder_code = s.other_holder_code AND s.resource_code = s.other_resource_code
            THEN 'double_count_unknown'
            WHEN c.holder_code IS NULL OR o.holder_code IS NULL THEN 'double_count_unknown'
            WHEN s.deliverer_code IN (s.holder_code, s.other_holder_code) THEN 'double_count_own'
        END AS finding_kind
    FROM said AS s
    LEFT JOIN carded AS c ON c.holder_code = s.holder_code AND c.resource_code = s.resource_code
    LEFT JOIN carded AS o ON o.holder_code = s.other_holder_code AND o.resource_code = s.other_resource_code
),

-- Of two cards the last decision speaks, whichever of them it names first.
latest AS (
    SELECT k.delivery_id, k.ordinal, k.holder_code, k.resource_code, k.decision
    FROM known AS k
    WHERE k.finding_kind IS NULL
    QUALIFY row_number() OVER (
        PARTITION BY k.pair_key
        ORDER BY k.decided_date DESC, k.delivery_date DESC, k.delivery_id DESC, k.ordinal DESC
    ) = 1
),

left_out AS (
    SELECT n.holder_code, n.resource_code
    FROM latest AS n
    WHERE n.decision = 'pass'
    QUALIFY row_number() OVER (PARTITION BY n.holder_code, n.resource_code ORDER BY n.delivery_id, n.ordinal) = 1
)

SELECT
    k.delivery_id,
    k.ordinal,
    k.deliverer_code,
    k.decision_id,
    k.holder_code,
    k.resource_code,
    k.other_holder_code,
    k.other_resource_code,
    k.pair_key,
    k.decision,
    k.decided_date,
    k.delivery_date,
    k.expires_date,
    coalesce(
        k.finding_kind,
        CASE
            WHEN n.delivery_id IS NOT NULL AND k.decision = 'pass' AND x.holder_code IS NOT NULL
            THEN 'double_count_left_out'
        END
    ) AS finding_kind,
    CASE WHEN k.finding_kind = 'decision_unsuited' THEN k.decision_label ELSE k.subject_key END AS said_name
FROM known AS k
LEFT JOIN latest AS n ON n.delivery_id = k.delivery_id AND n.ordinal = k.ordinal
LEFT JOIN left_out AS x ON x.holder_code = k.other_holder_code AND x.resource_code = k.other_resource_code
