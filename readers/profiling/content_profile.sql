-- What the columns of a delivered table contain, from their distinct values (distinct_value: column_no, value, n rows with it).
-- $placeholders: texts that stand for no value, lower case; $shown: columns whose values may be shown; $most_distinct, $least_rows: of
-- such a column, values are listed if it has at most so many, each in at least so many rows.
WITH seen AS (
    SELECT
        d.column_no,
        d.value,
        d.n,
        length(d.value) AS length,
        list_contains($placeholders, lower(d.value)) AS is_placeholder,
        regexp_matches(d.value, '[０-９Ａ-Ｚａ-ｚ]') AS is_wide,
        -- U+FFFD, what it becomes when read as GBK, private use and control characters
        regexp_matches(d.value, '[\x{FFFD}\x{E000}-\x{F8FF}\x{0000}-\x{0008}\x{000E}-\x{001F}]|锟斤拷|烫烫烫') AS is_garbled,
        regexp_full_match(d.value, '[-+]?(\d{1,3}(,\d{3})+|\d+)') AS is_integer,
        regexp_full_match(d.value, '[-+]?(\d{1,3}(,\d{3})+|\d+)?\.?\d+(%|[eE][-+]?\d+)?') AS is_number,
        lower(d.value) IN ('是', '否', 'true', 'false', 'yes', 'no', 'y', 'n', '有', '无') AS is_boolean,
        try_cast(
            regexp_replace(
                CASE
                    WHEN regexp_full_match(d.value, '(19|20)\d{6}')
                    THEN concat(d.value[1:4], '-', d.value[5:6], '-', d.value[7:8])
                    -- a time of day may follow, not a second date: an interval is no day
                    WHEN regexp_full_match(
                        d.value,
                        '\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?([ T](上午|下午)?\s*\d{1,2}[:：时点][^-/.年月至到~～—]*([-+]\d{2}:?\d{2}|\.\d+.*)?)?'
                    )
                    THEN regexp_extract(d.value, '^\d{4}.\d{1,2}.\d{1,2}')
                END,
                '[/.年月]', '-', 'g'
            ) AS DATE
        ) AS day,
        regexp_replace(translate(lower(nfc_normalize(d.value)), $wide, $narrow), '[\s\p{P}\p{S}]+', '', 'g') AS normal,
        -- 9 for digits, A for letters, 汉 for Chinese, each once for as many as there are, of whatever script or width:
        -- what is written in full-width digits is no mark
        CASE WHEN length(d.value) <= 64 THEN
            regexp_replace(
                regexp_replace(
                    regexp_replace(regexp_replace(d.value, '\p{N}+', '9', 'g'), '\p{Han}+', chr(1), 'g'),
                    '\p{L}+', 'A', 'g'
                ),
                chr(1), '汉', 'g'
            )
        END AS pattern
    FROM distinct_value AS d
),

typed AS (
    SELECT
        s.*,
        CASE
            WHEN s.is_placeholder THEN NULL
            WHEN s.day IS NOT NULL THEN 'date'
            WHEN s.is_boolean THEN 'boolean'
            WHEN s.is_integer THEN 'integer'
            WHEN s.is_number THEN 'decimal'
            ELSE 'text'
        END AS value_type,
        CASE WHEN s.is_number AND NOT s.is_placeholder
            THEN try_cast(replace(replace(s.value, ',', ''), '%', '') AS DECIMAL(38, 8))
        END AS number
    FROM seen AS s
),

pattern AS (
    SELECT p.column_no, list({'pattern': p.pattern, 'rows': p.rows} ORDER BY p.rows DESC, p.pattern) AS patterns
    FROM (
        SELECT t.column_no, t.pattern, sum(t.n) AS rows
        FROM typed AS t
        WHERE t.pattern IS NOT NULL
        GROUP BY t.column_no, t.pattern
        QUALIFY row_number() OVER (PARTITION BY t.column_no ORDER BY sum(t.n) DESC, t.pattern) <= 5
    ) AS p
    GROUP BY p.column_no
),

shown AS (
    SELECT v.column_no, list({'value': v.value, 'rows': v.n} ORDER BY v.n DESC, v.value) AS top_values
    FROM (
        SELECT d.column_no, d.value, d.n
        FROM distinct_value AS d
        WHERE list_contains($shown, d.column_no) AND length(d.value) <= 100
        QUALIFY count(*) OVER (PARTITION BY d.column_no) <= $most_distinct
            AND row_number() OVER (PARTITION BY d.column_no ORDER BY d.n DESC, d.value) <= 10
    ) AS v
    WHERE v.n >= $least_rows
    GROUP BY v.column_no
),

counted AS (
    SELECT
        t.column_no,
        CAST(sum(t.n) AS BIGINT) AS filled_count,
        count(*) AS distinct_count,
        count(*) - count(DISTINCT t.normal) AS near_duplicate_count,
        min(t.length) AS min_length,
        max(t.length) AS max_length,
        CAST(coalesce(sum(t.n) FILTER (t.is_placeholder), 0) AS BIGINT) AS placeholder_count,
        CAST(coalesce(sum(t.n) FILTER (t.is_wide), 0) AS BIGINT) AS wide_count,
        CAST(coalesce(sum(t.n) FILTER (t.is_garbled), 0) AS BIGINT) AS garbled_count,
        CAST(coalesce(sum(t.n) FILTER (t.value_type = 'date'), 0) AS BIGINT) AS date_count,
        CAST(coalesce(sum(t.n) FILTER (t.value_type = 'boolean'), 0) AS BIGINT) AS boolean_count,
        CAST(coalesce(sum(t.n) FILTER (t.value_type = 'integer'), 0) AS BIGINT) AS integer_count,
        CAST(coalesce(sum(t.n) FILTER (t.value_type = 'decimal'), 0) AS BIGINT) AS decimal_count,
        CAST(coalesce(sum(t.n) FILTER (t.value_type = 'text'), 0) AS BIGINT) AS text_count,
        -- as they were delivered
        arg_min(t.value, t.number) FILTER (t.value_type IN ('integer', 'decimal')) AS min_number,
        arg_max(t.value, t.number) FILTER (t.value_type IN ('integer', 'decimal')) AS max_number,
        min(t.day) AS min_date,
        max(t.day) AS max_date,
        -- of the values, whatever the order of rows
        CAST(sum(md5_number_lower(concat(t.n, ' ', t.value))) AS HUGEINT) AS digest
    FROM typed AS t
    GROUP BY t.column_no
)

SELECT
    c.column_no,
    c.filled_count,
    c.distinct_count,
    c.near_duplicate_count,
    c.min_length,
    c.max_length,
    c.placeholder_count,
    c.wide_count,
    c.garbled_count,
    c.date_count,
    c.boolean_count,
    c.integer_count,
    c.decimal_count,
    c.text_count,
    CASE WHEN list_contains($shown, c.column_no) THEN c.min_number END AS min_number,
    CASE WHEN list_contains($shown, c.column_no) THEN c.max_number END AS max_number,
    CASE WHEN list_contains($shown, c.column_no) THEN CAST(c.min_date AS VARCHAR) END AS min_date,
    CASE WHEN list_contains($shown, c.column_no) THEN CAST(c.max_date AS VARCHAR) END AS max_date,
    p.patterns,
    s.top_values,
    CAST(c.digest AS VARCHAR) AS digest
FROM counted AS c
LEFT JOIN pattern AS p ON p.column_no = c.column_no
LEFT JOIN shown AS s ON s.column_no = c.column_no
ORDER BY c.column_no
