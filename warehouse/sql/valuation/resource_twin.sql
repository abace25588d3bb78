-- Resources with cost whose data is that of another one with cost: the same content, or the same title and fields,
-- whichever agencies they are of. Of those that are alike the one whose cost came first stands, and the others are
-- told beside it, each once: as many rows as resources, however many are alike. Content is known to be the same since
-- the first deliveries that were, whatever came of it after.
WITH costed AS (
    SELECT
        v.resource_id,
        min(greatest(v.posted_date, v.known_date)) AS first_date,
        min(v.posted_date) AS posted_date
    FROM valuation.voucher_line AS v
    WHERE v.treatment = 'capitalised' AND v.amount_cny > 0 AND v.resource_id IS NOT NULL
    GROUP BY v.resource_id
),

-- A table by what its columns hold, whatever its name, format and order of columns.
content AS (
    SELECT
        t.resource_id, t.table_id, t.delivery_date,
        sha256(
            CAST(max(t.data_row_count) AS VARCHAR) || '|'
            || string_agg(
                concat_ws(
                    '|',
                    c.heading,
                    c.value_type,
                    CAST(c.filled_count AS VARCHAR),
                    CAST(c.distinct_count AS VARCHAR),
                    coalesce(c.min_value, ''),
                    coalesce(c.max_value, '')
                ),
                '|'
                ORDER BY c.heading, c.column_no
            )
        ) AS sameness
    FROM catalog.content_table AS t
    JOIN costed AS k USING (resource_id)
    JOIN catalog.content_column AS c USING (table_id)
    JOIN policy.control_limit AS l ON l.name = 'same_content_min_rows' AND in_force(l, t.delivery_date)
    WHERE t.data_row_count >= l.value
    GROUP BY t.resource_id, t.table_id, t.delivery_date
),

-- A resource by its title, without marks and spaces, and the names of its fields.
schema_of AS (
    SELECT
        s.resource_id, d.delivery_date,
        sha256(
            regexp_replace(lower(s.title), '[\s\p{P}\p{S}]+', '', 'g') || '|'
            || string_agg(DISTINCT lower(f.field_name), '|' ORDER BY lower(f.field_name))
        ) AS sameness,
        count(DISTINCT lower(f.field_name)) AS name_count
    FROM catalog.resource AS s
    JOIN costed AS k USING (resource_id)
    JOIN landing.delivery AS d USING (delivery_id)
    JOIN catalog.resource_field AS f USING (resource_id)
    GROUP BY s.resource_id, s.title, d.delivery_date
),

alike AS (
    SELECT u.finding_kind, u.sameness, u.resource_id, min(u.delivery_date) AS delivery_date
    FROM (
        SELECT 'content_on_two_cards' AS finding_kind, c.sameness, c.resource_id, c.delivery_date
        FROM content AS c
        UNION ALL
        SELECT 'near_duplicate', m.sameness, m.resource_id, m.delivery_date
        FROM schema_of AS m
        JOIN policy.control_limit AS l ON l.name = 'near_duplicate_min_fields' AND in_force(l, m.delivery_date)
        WHERE m.name_count >= l.value
    ) AS u
    GROUP BY u.finding_kind, u.sameness, u.resource_id
),

first_alike AS (
    SELECT a.finding_kind, a.sameness, a.resource_id, a.delivery_date
    FROM alike AS a
    JOIN costed AS k USING (resource_id)
    QUALIFY row_number() OVER (
        PARTITION BY a.finding_kind, a.sameness ORDER BY k.first_date, k.posted_date, a.resource_id
    ) = 1
),

paired AS (
    SELECT
        a.resource_id, a.finding_kind,
        min(f.resource_id) AS other_resource_id,
        max(greatest(a.delivery_date, f.delivery_date)) AS known_date
    FROM alike AS a
    JOIN first_alike AS f USING (finding_kind, sameness)
    WHERE f.resource_id <> a.resource_id
    GROUP BY a.resource_id, a.finding_kind
),

of_pair AS (
    SELECT t.resource_id, t.table_id, t.deliverer_code, t.source_name
    FROM catalog.content_table AS t
    JOIN (
        SELECT p.resource_id
        FROM paired AS p
        WHERE p.finding_kind = 'content_on_two_cards'
        UNION
        SELECT q.other_resource_id
        FROM paired AS q
        WHERE q.finding_kind = 'content_on_two_cards'
    ) AS k USING (resource_id)
),

column_version AS (
    SELECT
        o.resource_id, o.table_id, d.delivery_id, d.delivery_date, r.ordinal,
        concat_ws(
            '|',
            (r.body ->> '$.heading'),
            (r.body ->> '$.row_count'),
            (r.body ->> '$.filled_count'),
            (r.body ->> '$.distinct_count'),
            coalesce((r.body ->> '$.min_number'), (r.body ->> '$.min_date'), ''),
            coalesce((r.body ->> '$.max_number'), (r.body ->> '$.max_date'), '')
        ) AS figures
    FROM of_pair AS o
    JOIN landing.delivery AS d USING (deliverer_code, source_name)
    JOIN landing.record AS r
        ON r.delivery_id = d.delivery_id
        AND left(sha256(d.deliverer_code || '|' || d.source_name || '|' || (r.body ->> '$.table_name') || '|'), 20)
        = o.table_id
    WHERE d.kind = 'content' AND d.status IN ('accepted', 'partial') AND r.kind = 'content.column'
),

version AS (
    SELECT
        c.resource_id, c.delivery_date,
        sha256(string_agg(c.figures, '|' ORDER BY c.figures, c.ordinal)) AS sameness
    FROM column_version AS c
    GROUP BY c.resource_id, c.table_id, c.delivery_id, c.delivery_date
),

same_since AS (
    SELECT p.resource_id, p.finding_kind, min(greatest(v.delivery_date, w.delivery_date)) AS known_date
    FROM paired AS p
    JOIN version AS v USING (resource_id)
    JOIN version AS w ON w.resource_id = p.other_resource_id AND w.sameness = v.sameness
    WHERE p.finding_kind = 'content_on_two_cards'
    GROUP BY p.resource_id, p.finding_kind
)

SELECT
    p.resource_id,
    p.finding_kind,
    p.other_resource_id,
    least(p.known_date, coalesce(s.known_date, p.known_date)) AS known_date
FROM paired AS p
LEFT JOIN same_since AS s USING (resource_id, finding_kind)
