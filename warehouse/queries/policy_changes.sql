-- The entries of policy that are about to be other ones than the lake has, with the hashes of what they say.
SELECT
    coalesce(n.list_name, o.list_name),
    coalesce(n.entry_key, o.entry_key),
    CAST(coalesce(n.effective_from, o.effective_from) AS VARCHAR),
    sha256(CAST(o.body AS VARCHAR)),
    sha256(CAST(n.body AS VARCHAR))
FROM policy.entry AS o
FULL JOIN entry_copy AS n
    ON n.list_name = o.list_name AND n.entry_key = o.entry_key AND n.effective_from = o.effective_from
WHERE o.body IS DISTINCT FROM n.body
ORDER BY ALL
