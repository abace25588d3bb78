-- Whether each full delivery deletes more than policy lets pass: of the records that stood before it, those that it
-- lacks. Held is what would delete more than the share in force on its date, or all that stood; and a catalogue in
-- which many codes vanish while as many titles come again under others, since cards are known by their codes. A
-- decision on it (kind decisions, put on record by `shuzhang release` and `refuse`) has the last word. What stood
-- before follows from the deliveries before it that stand, so that each verdict rests on earlier ones alone.
WITH judged AS (
    SELECT d.delivery_id, d.deliverer_code, d.source_name, d.kind, d.delivery_date, d.sequence, d.status
    FROM landing.delivery AS d
    WHERE d.mode = 'full' AND d.status IN ('accepted', 'held', 'refused')
),

-- What each delivery that stands added to what stood, and took from it.
net AS (
    SELECT
        d.delivery_id, d.deliverer_code, d.source_name, d.kind, d.delivery_date, d.sequence,
        count(*) FILTER (WHERE c.change = 'create') - count(*) FILTER (WHERE c.change = 'delete') AS added_count,
        count(*) FILTER (WHERE c.change = 'delete') AS deleted_count
    FROM landing.record_change AS c
    JOIN landing.delivery AS d USING (delivery_id)
    GROUP BY d.delivery_id, d.deliverer_code, d.source_name, d.kind, d.delivery_date, d.sequence
),

before AS (
    SELECT j.delivery_id, CAST(sum(n.added_count) AS BIGINT) AS standing_count
    FROM judged AS j
    JOIN net AS n USING (deliverer_code, source_name, kind)
    WHERE (n.delivery_date, n.sequence) < (j.delivery_date, j.sequence)
    GROUP BY j.delivery_id
),

-- What stood before a delivery that does not stand: of each record the last change, unless it was a deletion.
last_change AS (
    SELECT j.delivery_id, j.kind, c.record_key, c.change, c.delivery_id AS change_delivery_id, c.ordinal
    FROM judged AS j
    JOIN landing.delivery AS d
        ON d.deliverer_code = j.deliverer_code
        AND d.source_name = j.source_name
        AND d.kind = j.kind
        AND (d.delivery_date, d.sequence) < (j.delivery_date, j.sequence)
    JOIN landing.record_change AS c ON c.delivery_id = d.delivery_id
    WHERE j.status <> 'accepted'
    QUALIFY row_number() OVER (
        PARTITION BY j.delivery_id, c.record_key ORDER BY d.delivery_date DESC, d.sequence DESC
    ) = 1
),

lost AS (
    SELECT l.delivery_id, count(*) AS lost_count
    FROM last_change AS l
    ANTI JOIN landing.record AS r USING (delivery_id, record_key)
    WHERE l.change <> 'delete'
    GROUP BY l.delivery_id
),

-- Of catalogues: the records that each delivery takes away, and those that were not there before it.
gone AS (
    SELECT c.delivery_id, c.prior_delivery_id AS place_delivery_id, c.prior_ordinal AS place_ordinal
    FROM landing.record_change AS c
    JOIN judged AS j USING (delivery_id)
    WHERE j.kind = 'catalog' AND j.status = 'accepted' AND c.change = 'delete'
    UNION ALL
    SELECT l.delivery_id, l.change_delivery_id, l.ordinal
    FROM last_change AS l
    ANTI JOIN landing.record AS r USING (delivery_id, record_key)
    WHERE l.kind = 'catalog' AND l.change <> 'delete'
),

come AS (
    SELECT c.delivery_id, c.ordinal
    FROM landing.record_change AS c
    JOIN judged AS j USING (delivery_id)
    WHERE j.kind = 'catalog' AND j.status = 'accepted' AND c.change = 'create'
    UNION ALL
    SELECT r.delivery_id, r.ordinal
    FROM landing.record AS r
    JOIN judged AS j USING (delivery_id)
    ANTI JOIN last_change AS l
        ON l.delivery_id = r.delivery_id AND l.record_key = r.record_key AND l.change <> 'delete'
    ANTI JOIN landing.rejected_record AS x ON x.delivery_id = r.delivery_id AND x.ordinal = r.ordinal
    WHERE j.kind = 'catalog' AND j.status <> 'accepted'
),

titled AS (
    SELECT
        g.delivery_id, 1 AS gone_count, 0 AS come_count,
        regexp_replace(lower((r.body ->> '$.title')), '[\s\p{P}\p{S}]+', '', 'g') AS plain_title
    FROM gone AS g
    JOIN landing.record AS r ON r.delivery_id = g.place_delivery_id AND r.ordinal = g.place_ordinal
    WHERE r.kind = 'catalog'
    UNION ALL
    SELECT
        c.delivery_id, 0, 1,
        regexp_replace(lower((r.body ->> '$.title')), '[\s\p{P}\p{S}]+', '', 'g')
    FROM come AS c
    JOIN (SELECT DISTINCT g.delivery_id FROM gone AS g) AS k USING (delivery_id)
    JOIN landing.record AS r ON r.delivery_id = c.delivery_id AND r.ordinal = c.ordinal
    WHERE r.kind = 'catalog'
),

retitled AS (
    SELECT
        t.delivery_id, t.plain_title,
        least(sum(t.gone_count), sum(t.come_count)) AS recoded_count
    FROM titled AS t
    WHERE t.plain_title <> ''
    GROUP BY t.delivery_id, t.plain_title
),

recoded AS (
    SELECT e.delivery_id, CAST(sum(e.recoded_count) AS BIGINT) AS recoded_count
    FROM retitled AS e
    GROUP BY e.delivery_id
),

superseding AS (
    SELECT j.delivery_id, s.delivery_id AS superseded_by_id
    FROM judged AS j
    JOIN judged AS s
        ON s.deliverer_code = j.deliverer_code
        AND s.source_name = j.source_name
        AND s.kind = j.kind
        AND s.status = 'accepted'
        AND (s.delivery_date, s.sequence) > (j.delivery_date, j.sequence)
    WHERE j.status <> 'accepted'
    QUALIFY row_number() OVER (PARTITION BY j.delivery_id ORDER BY s.delivery_date, s.sequence) = 1
),

-- The limit in force on the delivery's date.
limited AS (
    SELECT
        j.delivery_id,
        CAST(l.value AS DECIMAL(5, 4)) AS limit_share,
        CAST(s.value AS DECIMAL(5, 4)) AS recode_share,
        CAST(n.value AS BIGINT) AS recode_least_count
    FROM judged AS j
    LEFT JOIN policy.guard_limit AS l ON l.name = 'guard_deletion_share' AND in_force(l, j.delivery_date)
    LEFT JOIN policy.guard_limit AS s ON s.name = 'guard_recode_share' AND in_force(s, j.delivery_date)
    LEFT JOIN policy.guard_limit AS n ON n.name = 'guard_recode_count' AND in_force(n, j.delivery_date)
),

-- Decisions of the operator alone, and incremental ones alone: those are never judged here, so no decision rests on
-- itself. Said of the record as well, so that no other's body is read.
decided AS (
    SELECT
        (r.body ->> '$.subject_key') AS subject_key,
        k.code AS decision,
        (r.body ->> '$.decision_id') AS decision_id,
        (r.body ->> '$.reason') AS reason
    FROM landing.record AS r
    JOIN landing.delivery AS d USING (delivery_id)
    JOIN policy.code_value AS w
        ON w.code_list = 'decision_subject'
        AND w.label = (r.body ->> '$.subject_kind')
        AND w.code = 'delivery'
        AND in_force(w, d.delivery_date)
    JOIN policy.code_value AS k
        ON k.code_list = 'decision'
        AND k.label = (r.body ->> '$.decision')
        AND k.code IN ('release', 'refuse')
        AND in_force(k, d.delivery_date)
    ANTI JOIN landing.rejected_record AS x ON x.delivery_id = r.delivery_id AND x.ordinal = r.ordinal
    WHERE
        r.kind = 'decisions'
        AND r.deliverer_code = 'shuzhang'
        AND d.kind = 'decisions'
        AND d.deliverer_code = 'shuzhang'
        AND d.mode = 'incremental'
        AND d.status IN ('accepted', 'partial')
    QUALIFY row_number() OVER (
        PARTITION BY (r.body ->> '$.subject_key') ORDER BY d.delivery_date DESC, d.sequence DESC, r.ordinal DESC
    ) = 1
),

measured AS (
    SELECT
        j.delivery_id, j.deliverer_code, j.source_name, j.kind, j.delivery_date, j.sequence,
        coalesce(b.standing_count, 0) AS standing_count,
        CASE WHEN j.status = 'accepted' THEN coalesce(n.deleted_count, 0) ELSE coalesce(o.lost_count, 0) END
            AS deleted_count,
        CAST(coalesce(l.limit_share, 0) AS DECIMAL(5, 4)) AS limit_share,
        coalesce(r.recoded_count, 0) AS recoded_count,
        -- Without a limit no number of new codes alone holds a delivery.
        coalesce(
            r.recoded_count >= l.recode_least_count AND r.recoded_count > l.recode_share * b.standing_count, FALSE
        ) AS is_recoded,
        s.superseded_by_id
    FROM judged AS j
    LEFT JOIN before AS b USING (delivery_id)
    LEFT JOIN net AS n USING (delivery_id)
    LEFT JOIN lost AS o USING (delivery_id)
    LEFT JOIN limited AS l USING (delivery_id)
    LEFT JOIN recoded AS r USING (delivery_id)
    LEFT JOIN superseding AS s USING (delivery_id)
)

SELECT
    m.delivery_id,
    m.deliverer_code,
    m.source_name,
    m.kind,
    m.delivery_date,
    m.sequence,
    m.standing_count,
    CAST(m.deleted_count AS BIGINT) AS deleted_count,
    m.limit_share,
    CASE
        WHEN c.decision = 'refuse' THEN 'refused'
        WHEN c.decision = 'release' THEN 'accepted'
        WHEN m.deleted_count > m.limit_share * m.standing_count THEN 'held'
        WHEN m.deleted_count > 0 AND m.deleted_count = m.standing_count THEN 'held'
        WHEN m.is_recoded THEN 'held'
        ELSE 'accepted'
    END AS verdict,
    c.decision,
    c.decision_id,
    c.reason,
    m.superseded_by_id,
    m.recoded_count
FROM measured AS m
LEFT JOIN decided AS c ON c.subject_key = m.delivery_id
