-- What the rules with a share come to on a delivered table or a column of one (column 0: the table itself): of so many
-- rows or values how many meet the rule. One row too many of a million is not the whole table.
WITH judged AS (
    SELECT
        'catalog.content_table' AS table_name,
        t.table_id,
        CAST(0 AS BIGINT) AS column_no,
        t.resource_id, t.holder_code, v.item
    FROM (/*+ table catalog.content_table */) AS t,
        unnest(
            [
                {'rule_bit': CAST(0 AS BIGINT), 'met': CAST(0 AS BIGINT), 'assessed': CAST(0 AS BIGINT)}
                /*+ each catalog.content_table: {share} */
            ]
        ) AS v(item)
    UNION ALL
    SELECT 'catalog.content_column', t.table_id, t.column_no, t.resource_id, t.holder_code, v.item
    FROM (/*+ table catalog.content_column */) AS t,
        unnest(
            [
                {'rule_bit': CAST(0 AS BIGINT), 'met': CAST(0 AS BIGINT), 'assessed': CAST(0 AS BIGINT)}
                /*+ each catalog.content_column: {share} */
            ]
        ) AS v(item)
)

SELECT
    j.table_name,
    j.table_id,
    j.column_no,
    j.resource_id,
    j.holder_code,
    j.item['rule_bit'] AS rule_bit,
    j.item['met'] AS met_count,
    j.item['assessed'] AS assessed_count
FROM judged AS j
WHERE j.item['assessed'] > 0
