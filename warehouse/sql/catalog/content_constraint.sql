-- What became of the constraints that policy/content_constraint.csv has for a delivered table: rows and cells that
-- break each, or why it could not be judged.
WITH found AS (
    SELECT t.table_id, t.resource_id, t.holder_code, t.data_row_count, t.delivery_id, t.ordinal, v.item
    FROM catalog.content_table AS t
    JOIN landing.record AS r ON r.delivery_id = t.delivery_id AND r.ordinal = t.ordinal,
        unnest(
            from_json(
                r.body -> '$.constraints',
                '[{"constraint_id": "VARCHAR", "broken_rows": "BIGINT", "broken_cells": "BIGINT",
                 "problem": "VARCHAR"}]'
            )
        ) AS v(item)
)

SELECT
    f.table_id,
    f.item['constraint_id'] AS constraint_id,
    f.resource_id,
    f.holder_code,
    f.data_row_count,
    f.item['broken_rows'] AS broken_row_count,
    f.item['broken_cells'] AS broken_cell_count,
    f.item['problem'] AS problem,
    f.delivery_id,
    f.ordinal
FROM found AS f
