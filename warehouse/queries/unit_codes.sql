-- The codes of units that the records of deliveries name, by kind and column: in how many records, and where first.
WITH wanted AS (
    SELECT d.deliverer_code, d.delivery_id
    FROM landing.delivery AS d
    WHERE list_contains($deliveries, d.delivery_id) AND d.kind <> 'content'
),

said AS (
    SELECT
        r.delivery_id, r.kind, r.ordinal, r.source_file, r.source_pointer,
        unnest([
            'organisation_code', 'parent_code', 'department_code', 'provider_code', 'holder_code', 'counterpart_code'
        ]) AS column_name,
        unnest(json_extract_string(r.body, [
            '$.organisation_code', '$.parent_code', '$.department_code', '$.provider_code', '$.holder_code',
            '$.counterpart_code'
        ])) AS code
    FROM landing.record AS r
    SEMI JOIN wanted USING (deliverer_code, delivery_id)
    WHERE r.body IS NOT NULL
)

SELECT
    s.delivery_id, s.kind, s.column_name, s.code, count(*) AS records,
    arg_min(s.source_file, s.ordinal) AS source_file,
    arg_min(s.source_pointer, s.ordinal) AS source_pointer
FROM said AS s
WHERE s.code IS NOT NULL
GROUP BY ALL
ORDER BY s.delivery_id, s.kind, s.column_name, records DESC, s.code
