-- Units with cards whose code or name is most like a text.
SELECT a.holder_code
FROM registry.asset_card AS a
GROUP BY a.holder_code
HAVING max(jaro_winkler_similarity(a.holder_code, $text)) > 0.8
    OR max(jaro_winkler_similarity(a.right_holder_name, $text)) > 0.8
ORDER BY
    greatest(
        max(jaro_winkler_similarity(a.holder_code, $text)), max(jaro_winkler_similarity(a.right_holder_name, $text))
    ) DESC,
    a.holder_code
LIMIT 3
