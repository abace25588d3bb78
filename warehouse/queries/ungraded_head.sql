-- Whose names they are, the day up to which deliveries go, and the fields that there are in all.
SELECT
    min(s.holder_name) AS holder_name,
    min(h.judged_date) AS judged_date,
    count(DISTINCT s.resource_id) AS resource_count,
    count(f.field_no) AS field_count
FROM catalog.resource AS s
CROSS JOIN delivered.horizon AS h
LEFT JOIN catalog.resource_field AS f USING (resource_id)
WHERE s.holder_code = $holder
HAVING count(*) > 0
