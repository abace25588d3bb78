-- The latest month in the ledger records that stand, and in the cost records.
SELECT
    max(r.body ->> '$.period') FILTER (WHERE c.kind = 'ledger') AS ledger_month,
    max(left((r.body ->> '$.posted_date'), 7)) FILTER (WHERE c.kind = 'costs') AS cost_month
FROM landing.current_record AS c
JOIN landing.record AS r USING (delivery_id, ordinal)
WHERE c.kind IN ('ledger', 'costs')
