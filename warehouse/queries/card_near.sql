-- Cards whose number, holder and code, or name is most like a text.
SELECT k.name
FROM (
    SELECT a.card_id AS name, a.card_id AS shown FROM registry.asset_card AS a
    UNION ALL
    SELECT a.holder_code || '/' || a.resource_code, a.holder_code || '/' || a.resource_code
    FROM registry.asset_card AS a
    UNION ALL
    SELECT a.asset_name, a.holder_code || '/' || a.resource_code FROM registry.asset_card AS a
) AS k
WHERE jaro_winkler_similarity(k.name, $text) > 0.8
ORDER BY jaro_winkler_similarity(k.name, $text) DESC, k.shown
LIMIT 3
