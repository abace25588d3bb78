-- The first records of each file, with what became of them.
SELECT r.source_file, r.source_pointer AS place, if(x.ordinal IS NULL, 'accepted', 'rejected') AS outcome, r.body, r.raw
FROM landing.record AS r
LEFT JOIN (SELECT DISTINCT delivery_id, ordinal FROM landing.rejected_record) AS x USING (delivery_id, ordinal)
QUALIFY row_number() OVER (PARTITION BY r.source_file ORDER BY r.ordinal) <= $shown
ORDER BY r.ordinal
