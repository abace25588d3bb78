-- Cards, in their order: one by its number, one by its holder and present or former code, or all of a holder.
SELECT
    a.card_id, a.holder_code, a.right_holder_name AS holder_name, a.resource_code, a.asset_name, a.card_status,
    a.recognised_date, a.disposed_date, a.disposal_document_no
FROM registry.asset_card AS a
WHERE
    ($card IS NULL OR a.card_id = $card)
    AND ($holder IS NULL OR a.holder_code = $holder)
    AND (
        $code IS NULL
        OR a.resource_code = coalesce(
            (
                SELECT n.current_code
                FROM delivered.code_change AS n
                WHERE n.holder_code = $holder AND n.former_code = $code AND n.current_code IS NOT NULL
            ),
            $code
        )
    )
ORDER BY a.holder_code, a.resource_code
