-- Deliveries whose record equation does not hold, with their files.
SELECT o.deliverer_code, o.delivery_id, string_agg(f.source_file, ', ' ORDER BY f.file_no)
FROM landing.delivery_outcome AS o
LEFT JOIN landing.delivery_file AS f USING (delivery_id)
WHERE o.in_count <> o.accepted_count + o.rejected_count + o.unchanged_count + o.held_count
GROUP BY ALL
ORDER BY ALL
