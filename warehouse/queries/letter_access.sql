-- Contradictions between what a holder declares of its resources and what grade, confidentiality and the policy allow.
SELECT s.resource_code, s.title, a.message_zh, a.mend_zh, a.clause
FROM classification.access_finding AS a
JOIN catalog.resource AS s USING (resource_id)
WHERE a.holder_code = $holder AND a.severity = 'warn'
ORDER BY a.access_rule, s.resource_code
