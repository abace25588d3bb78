-- The delivered tables that stand, each linked to the resource whose content it is, one of the holder or deliverer:
-- by the code in the manifest, else by a file called by the code, else by a name that one resource has, or has but
-- for years, brackets, words like 名单 at its end and such. How much a way of linking is trusted stands in
-- policy/content_link.csv; where several resources are equally likely, the table is linked to none.
WITH delivered_table AS (
    SELECT
        left(sha256(c.deliverer_code || '|' || c.source_name || '|' || c.record_key), 20) AS table_id,
        c.delivery_id, c.ordinal, c.deliverer_code, c.source_name, c.delivery_date, c.default_holder_code,
        from_json(
            r.body,
            '{
                "table_name": "VARCHAR", "resource_code": "VARCHAR", "title": "VARCHAR", "has_header": "BOOLEAN",
                "row_count": "BIGINT", "column_count": "BIGINT", "duplicate_row_count": "BIGINT",
                "ragged_row_count": "BIGINT", "unnamed_column_count": "BIGINT"
            }'
        ) AS cells
    FROM landing.current_record AS c
    JOIN landing.record AS r USING (delivery_id, ordinal)
    WHERE r.kind = 'content'
),

-- What a table is called, by its file and by the title above its header, and what a resource is.
called AS (
    SELECT d.table_id, NULL AS resource_id, d.deliverer_code, d.default_holder_code AS holder_code, n.name
    FROM delivered_table AS d, unnest([d.cells['table_name'], d.cells['title']]) AS n(name)
    WHERE n.name IS NOT NULL
    UNION ALL
    SELECT NULL, s.resource_id, s.deliverer_code, s.holder_code, s.title
    FROM catalog.resource AS s
),

plain AS (
    SELECT
        n.*,
        regexp_replace(lower(n.name), '[\s\p{P}\p{S}]+', '', 'g') AS plain_name,
        regexp_replace(
            regexp_replace(
                regexp_replace(lower(n.name), '^[^-]{2,20}[局委办会院队司中心]-+|![^!]*$', '', 'g'),
                '（[^）]*）|\([^)]*\)|\d{2,4}[-—至]\d{2,4}|\d{4}年度?|\d{8}|附件|[\s\p{P}\p{S}]+', '', 'g'
            ),
            '(名单|信息|情况|数据|汇总表?|明细表?|目录|清单|公示|公告)+$', ''
        ) AS stem
    FROM called AS n
),

-- Codes are the holder's own: two agencies both have a 1. A holder's resource goes before what its deliverer has.
coded AS (
    SELECT d.table_id, s.resource_id, 'manifest' AS method, s.holder_code = d.default_holder_code AS is_holders
    FROM delivered_table AS d
    JOIN catalog.resource AS s
        ON s.resource_code = d.cells['resource_code']
        AND (s.holder_code = d.default_holder_code OR s.deliverer_code = d.deliverer_code)
    UNION ALL
    SELECT n.table_id, s.resource_id, 'code', s.holder_code = n.holder_code
    FROM called AS n
    JOIN catalog.resource AS s
        ON regexp_replace(s.resource_code, '[/\\:]', '_', 'g') = n.name
        AND (s.holder_code = n.holder_code OR s.deliverer_code = n.deliverer_code)
    WHERE n.table_id IS NOT NULL
),

own AS (
    SELECT c.table_id, c.resource_id, c.method
    FROM coded AS c
    QUALIFY rank() OVER (
        PARTITION BY c.table_id, c.method ORDER BY CASE WHEN c.is_holders THEN 0 ELSE 1 END
    ) = 1
),

candidate AS (
    SELECT o.table_id, o.resource_id, o.method
    FROM own AS o
    UNION ALL
    SELECT n.table_id, s.resource_id, 'name'
    FROM plain AS n
    JOIN plain AS s
        ON s.plain_name = n.plain_name
        AND (s.deliverer_code = n.deliverer_code OR s.holder_code = n.holder_code)
    WHERE n.table_id IS NOT NULL AND s.resource_id IS NOT NULL
    UNION ALL
    SELECT n.table_id, s.resource_id, 'stem'
    FROM plain AS n
    JOIN plain AS s
        ON s.stem = n.stem AND (s.deliverer_code = n.deliverer_code OR s.holder_code = n.holder_code)
    WHERE length(n.stem) > 3 AND n.table_id IS NOT NULL AND s.resource_id IS NOT NULL
),

likely AS (
    SELECT c.table_id, c.resource_id, k.method, k.confidence_pct
    FROM candidate AS c
    JOIN delivered_table AS d USING (table_id)
    JOIN policy.content_link AS k ON k.method = c.method AND in_force(k, d.delivery_date)
),

likeliest AS (
    SELECT y.table_id, y.resource_id, y.method, y.confidence_pct
    FROM likely AS y
    QUALIFY rank() OVER (PARTITION BY y.table_id ORDER BY y.confidence_pct DESC) = 1
),

-- Of two methods that are trusted alike and say the same, one is named: the first by its name.
chosen AS (
    SELECT
        y.table_id,
        min(y.resource_id) AS resource_id,
        min(y.method) AS method,
        max(y.confidence_pct) AS confidence_pct
    FROM likeliest AS y
    GROUP BY y.table_id
    HAVING min(y.resource_id) = max(y.resource_id)
)

SELECT
    d.table_id,
    d.deliverer_code,
    d.source_name,
    coalesce(s.holder_code, d.default_holder_code) AS holder_code,
    d.cells['table_name'] AS content_name,
    d.cells['title'] AS title,
    y.resource_id,
    y.method AS link_method,
    y.confidence_pct AS link_confidence_pct,
    d.cells['has_header'] AS has_header,
    d.cells['row_count'] AS data_row_count,
    d.cells['column_count'] AS column_count,
    d.cells['duplicate_row_count'] AS duplicate_row_count,
    d.cells['ragged_row_count'] AS ragged_row_count,
    d.cells['unnamed_column_count'] AS unnamed_column_count,
    d.delivery_date,
    d.delivery_id,
    d.ordinal
FROM delivered_table AS d
LEFT JOIN chosen AS y USING (table_id)
LEFT JOIN catalog.resource AS s USING (resource_id)
