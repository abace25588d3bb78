-- Whom a quality letter is to, and what it rests on. No row for a holder without resources.
SELECT
    min(s.holder_code) AS holder_code,
    min(s.holder_name) AS holder_name,
    count(*) AS resource_count,
    max(d.delivery_date) AS latest_delivery_date
FROM catalog.resource AS s
JOIN landing.delivery AS d ON d.delivery_id = s.delivery_id
WHERE s.holder_code = $holder
HAVING count(*) > 0
