-- Resources with cost whose data is that of another one with cost: the same content, or the same title and fields,
-- whichever agencies they are of. Of those that are alike the one whose cost came first stands, and the others are
-- told beside it, each once: as many rows as resources, however many are alike.
WITH costed AS (
    SELECT
        v.resource_id,
        min(greatest(v.posted_date, v.delivery_date)) AS first_date,
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
)

SELECT
    a.resource_id,
    a.finding_kind,
    min(f.resource_id) AS other_resource_id,
    max(greatest(a.delivery_date, f.delivery_date)) AS known_date
FROM alike AS a
JOIN first_alike AS f USING (finding_kind, sameness)
WHERE f.resource_id <> a.resource_id
GROUP BY a.resource_id, a.finding_kind
