-- Who tried to deliver which kind for whom without being allowed to, and how many records: those of most records first.
SELECT u.deliverer_code, u.kind, u.holder_code, count(*) AS records
FROM landing.unauthorised AS u
GROUP BY ALL
ORDER BY records DESC, u.deliverer_code, u.kind, u.holder_code
