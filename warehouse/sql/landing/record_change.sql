-- What each standing delivery did to each record: create, update, unchanged or delete, against the last accepted
-- version. A withdrawn, held or unreadable delivery does not stand. A rejected version keeps its record alive, but
-- changes nothing.
WITH standing AS (
    SELECT
        d.delivery_id, d.deliverer_code, d.source_name, d.kind, d.delivery_date, d.sequence,
        d.mode = 'full' AND d.status = 'accepted' AS is_full
    FROM landing.delivery AS d
    WHERE d.status IN ('accepted', 'partial')
),

present AS (
    SELECT
        s.delivery_id, s.deliverer_code, s.source_name, s.kind, s.delivery_date, s.sequence, r.ordinal,
        r.record_key, r.raw_hash, r.canonical_hash
    FROM landing.record AS r
    JOIN standing AS s USING (delivery_id)
),

accepted AS (
    SELECT p.*
    FROM present AS p
    ANTI JOIN landing.rejected_record AS x USING (delivery_id, ordinal)
),

-- The first full delivery after each presence: the one that deletes the record if it lacks it.
next_full AS (
    SELECT
        p.delivery_id, p.ordinal, p.deliverer_code, p.source_name, p.kind, p.record_key, p.delivery_date,
        p.sequence,
        f.delivery_id AS full_delivery_id,
        f.delivery_date AS full_date,
        f.sequence AS full_sequence
    FROM present AS p
    JOIN standing AS f USING (deliverer_code, source_name, kind)
    WHERE f.is_full AND (f.delivery_date, f.sequence) > (p.delivery_date, p.sequence)
    QUALIFY row_number() OVER (
        PARTITION BY p.delivery_id, p.ordinal ORDER BY f.delivery_date, f.sequence
    ) = 1
),

lacking AS (
    SELECT n.*
    FROM next_full AS n
    ANTI JOIN present AS q
        ON q.deliverer_code = n.deliverer_code
        AND q.source_name = n.source_name
        AND q.kind = n.kind
        AND q.record_key = n.record_key
        AND (q.delivery_date, q.sequence) > (n.delivery_date, n.sequence)
        AND (q.delivery_date, q.sequence) <= (n.full_date, n.full_sequence)
),

-- An accepted version ends at the first full delivery that lacks its record. Later ones find nothing to delete.
ended AS (
    SELECT n.full_delivery_id, n.full_date, n.full_sequence, a.*
    FROM accepted AS a
    JOIN lacking AS n USING (deliverer_code, source_name, kind, record_key)
    WHERE (n.full_date, n.full_sequence) > (a.delivery_date, a.sequence)
    QUALIFY row_number() OVER (
        PARTITION BY a.delivery_id, a.ordinal
        ORDER BY n.full_date, n.full_sequence, n.delivery_id, n.ordinal
    ) = 1
),

deletion AS (
    SELECT
        e.full_delivery_id AS delivery_id,
        e.full_date AS delivery_date,
        e.full_sequence AS sequence,
        e.deliverer_code, e.source_name, e.kind, e.record_key,
        e.delivery_id AS prior_delivery_id,
        e.ordinal AS prior_ordinal,
        e.raw_hash AS prior_raw_hash,
        e.canonical_hash AS prior_canonical_hash
    FROM ended AS e
    QUALIFY row_number() OVER (
        PARTITION BY e.full_delivery_id, e.record_key ORDER BY e.delivery_date DESC, e.sequence DESC
    ) = 1
),

prior AS (
    SELECT
        a.delivery_id, a.ordinal, a.deliverer_code, a.source_name, a.kind, a.record_key, a.delivery_date,
        a.sequence,
        b.delivery_id AS prior_delivery_id,
        b.ordinal AS prior_ordinal,
        b.raw_hash AS prior_raw_hash,
        b.canonical_hash AS prior_canonical_hash,
        b.delivery_date AS prior_date,
        b.sequence AS prior_sequence
    FROM accepted AS a
    JOIN accepted AS b USING (deliverer_code, source_name, kind, record_key)
    WHERE (b.delivery_date, b.sequence) < (a.delivery_date, a.sequence)
    QUALIFY row_number() OVER (
        PARTITION BY a.delivery_id, a.ordinal ORDER BY b.delivery_date DESC, b.sequence DESC
    ) = 1
),

prior_alive AS (
    SELECT p.*
    FROM prior AS p
    ANTI JOIN deletion AS x
        ON x.deliverer_code = p.deliverer_code
        AND x.source_name = p.source_name
        AND x.kind = p.kind
        AND x.record_key = p.record_key
        AND (x.delivery_date, x.sequence) > (p.prior_date, p.prior_sequence)
        AND (x.delivery_date, x.sequence) <= (p.delivery_date, p.sequence)
)

SELECT
    a.delivery_id,
    a.record_key,
    a.deliverer_code,
    a.source_name,
    a.kind,
    CASE
        WHEN p.prior_delivery_id IS NULL THEN 'create'
        WHEN p.prior_canonical_hash = a.canonical_hash THEN 'unchanged'
        ELSE 'update'
    END AS change,
    a.ordinal,
    a.raw_hash,
    a.canonical_hash,
    p.prior_delivery_id,
    p.prior_ordinal,
    p.prior_raw_hash,
    p.prior_canonical_hash
FROM accepted AS a
LEFT JOIN prior_alive AS p USING (delivery_id, ordinal)
UNION ALL
SELECT
    x.delivery_id,
    x.record_key,
    x.deliverer_code,
    x.source_name,
    x.kind,
    'delete' AS change,
    NULL AS ordinal,
    NULL AS raw_hash,
    NULL AS canonical_hash,
    x.prior_delivery_id,
    x.prior_ordinal,
    x.prior_raw_hash,
    x.prior_canonical_hash
FROM deletion AS x
