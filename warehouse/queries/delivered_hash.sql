-- One hash of all that was delivered, and of what became of each delivery.
SELECT sha256(coalesce(string_agg(
    d.delivery_id || ' ' || d.status || ' ' || d.source_sha256 || ' ' || coalesce(f.bytes, ''),
    chr(10) ORDER BY d.delivery_id
), ''))
FROM landing.delivery AS d
LEFT JOIN (
    SELECT delivery_id, string_agg(source_sha256, ' ' ORDER BY file_no) AS bytes
    FROM landing.delivery_file
    GROUP BY delivery_id
) AS f USING (delivery_id)
