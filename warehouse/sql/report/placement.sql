-- Where each unit counts in a month, and in whose report (paragraph 9 of the policy): in itself, its department, its
-- district, its own level (本级) or the levels below (下级), and the city. No total adds two reports. A unit whose kind is
-- unknown, or that is not registered, belongs to neither and is listed apart.
WITH version AS (
    SELECT o.organisation_code, o.level, o.unit_kind
    FROM catalog.organisation AS o
    QUALIFY row_number() OVER (
        PARTITION BY o.organisation_code
        ORDER BY o.valid_from <= $period_end DESC, o.valid_from DESC
    ) = 1
),

unit AS (
    SELECT
        p.unit_code, p.level, p.entity_code, p.entity_name, p.parent_code,
        v.level AS tier,
        coalesce(k.report_kind, 'other') AS report_kind,
        coalesce(k.short_zh, '其他单位') AS report_label
    FROM catalog.roll_up AS p
    LEFT JOIN version AS v ON v.organisation_code = p.unit_code
    LEFT JOIN policy.report_kind AS k ON k.unit_kind = v.unit_kind AND in_force(k, $period_end)
    WHERE p.valid_from <= $period_end AND (p.valid_to IS NULL OR p.valid_to > $period_end)
)

SELECT
    $period AS period,
    u.unit_code,
    u.report_kind,
    u.level,
    u.entity_code,
    u.entity_name,
    u.parent_code,
    u.report_label
FROM unit AS u
UNION ALL
SELECT
    $period,
    u.unit_code,
    u.report_kind,
    'tier',
    CASE u.tier WHEN 'city' THEN 'own_level' WHEN 'district' THEN 'lower_level' ELSE 'unregistered' END,
    CASE u.tier WHEN 'city' THEN '市本级' WHEN 'district' THEN '区县' ELSE '未登记单位' END,
    'city',
    u.report_label
FROM unit AS u
WHERE u.level = 'city'
