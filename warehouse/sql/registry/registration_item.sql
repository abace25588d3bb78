-- What a unit has for the registration of its resources (公共数据资源登记), field by field, and what it lacks: 缺 stands
-- where nothing was delivered. The list of fields has not been verified against the official text.
WITH review AS (
    SELECT
        d.holder_code, d.resource_code,
        string_agg(DISTINCT d.document_no, '、' ORDER BY d.document_no) AS documents
    FROM delivered.review AS d
    WHERE d.result = 'pass'
    GROUP BY d.holder_code, d.resource_code
),

content AS (
    SELECT t.resource_id, CAST(sum(t.data_row_count) AS VARCHAR) AS row_text
    FROM catalog.content_table AS t
    WHERE t.resource_id IS NOT NULL
    GROUP BY t.resource_id
),

authorised AS (
    SELECT d.holder_code, min(d.document_no) AS document_no
    FROM delivered.authorisation AS d
    GROUP BY d.holder_code
),

filled AS (
    SELECT
        s.resource_id, s.holder_code, s.holder_name, s.resource_code, s.title,
        a.document_no AS registration_source,
        s.format AS registration_storage,
        c.row_text || ' 行' AS registration_scale,
        s.update_cycle_label,
        g.grade_label,
        r.documents AS registration_material
    FROM catalog.resource AS s
    JOIN classification.resource_grade AS g USING (resource_id)
    LEFT JOIN content AS c USING (resource_id)
    LEFT JOIN authorised AS a ON a.holder_code = s.holder_code
    LEFT JOIN review AS r ON r.holder_code = s.holder_code AND r.resource_code = s.resource_code
)

SELECT
    f.resource_id,
    f.holder_code,
    f.holder_name,
    f.resource_code,
    f.title,
    coalesce(f.registration_source, '缺') AS registration_source,
    coalesce(f.registration_storage, '缺') AS registration_storage,
    coalesce(f.registration_scale, '缺') AS registration_scale,
    coalesce(f.update_cycle_label, '缺') AS update_cycle_label,
    '缺' AS registration_time_span,
    '缺' AS registration_area,
    f.grade_label,
    '缺' AS registration_evidence,
    '缺' AS registration_scenario,
    '缺' AS registration_operation,
    coalesce(f.registration_material, '缺') AS registration_material,
    concat_ws(
        '、',
        CASE WHEN f.registration_source IS NULL THEN '来源' END,
        CASE WHEN f.registration_storage IS NULL THEN '存储' END,
        CASE WHEN f.registration_scale IS NULL THEN '规模' END,
        CASE WHEN f.update_cycle_label IS NULL THEN '更新频率' END,
        '时间跨度、空间跨度、存证、应用场景、授权运营情况',
        CASE WHEN f.registration_material IS NULL THEN '合规材料' END
    ) AS missing_labels
FROM filled AS f
