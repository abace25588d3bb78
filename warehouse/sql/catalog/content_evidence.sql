-- What the detectors found in the columns of the delivered tables, by detector: of the rows that were judged, how
-- many it knows. Examples are masked; equal values have equal hashes within this home.
WITH found AS (
    SELECT
        c.table_id, c.column_no, c.holder_code, c.resource_id, c.field_no, c.heading, t.delivery_date,
        c.delivery_id, c.ordinal, v.item
    FROM catalog.content_column AS c
    JOIN catalog.content_table AS t USING (table_id)
    JOIN landing.record AS r ON r.delivery_id = c.delivery_id AND r.ordinal = c.ordinal,
        unnest(
            from_json(
                r.body -> '$.evidence',
                '[{
                    "detector": "VARCHAR", "judged_rows": "BIGINT", "matched_rows": "BIGINT", "evidence": "VARCHAR",
                    "verdict": "VARCHAR", "confidence": "DECIMAL(4,3)", "masked_example": "VARCHAR"
                }]'
            )
        ) AS v(item)
),

-- Hashes under the home's key stand apart from what is equal in any home.
example AS (
    SELECT c.table_id, c.column_no, v.item['detector'] AS detector, v.item['hash'] AS hash
    FROM catalog.content_column AS c
    JOIN landing.record AS r ON r.delivery_id = c.delivery_id AND r.ordinal = c.ordinal,
        unnest(from_json(r.keyed -> '$.examples', '[{"detector": "VARCHAR", "hash": "VARCHAR"}]')) AS v(item)
)

SELECT
    f.table_id,
    f.column_no,
    f.item['detector'] AS detector,
    d.name_zh AS detector_label,
    f.holder_code,
    f.resource_id,
    f.field_no,
    f.heading,
    f.item['evidence'] AS evidence,
    f.item['verdict'] AS detection,
    f.item['confidence'] AS confidence,
    f.item['judged_rows'] AS judged_count,
    f.item['matched_rows'] AS matched_count,
    d."check" IS NOT NULL AS has_checksum,
    f.item['masked_example'] AS masked_example,
    e.hash AS example_hash,
    f.delivery_id,
    f.ordinal
FROM found AS f
LEFT JOIN example AS e
    ON e.table_id = f.table_id AND e.column_no = f.column_no AND e.detector = f.item['detector']
LEFT JOIN policy.detector AS d ON d.detector_id = f.item['detector'] AND in_force(d, f.delivery_date)
