-- The files of a delivery as they would be taken in.
SELECT source_file, format, encoding, record_count AS records, status, notes
FROM landing.delivery_file ORDER BY file_no
