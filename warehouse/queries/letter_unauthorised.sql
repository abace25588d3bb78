-- What others delivered in a holder's name without being allowed to: who, which kind, in which delivery, how many.
SELECT u.deliverer_code, u.kind, u.delivery_id, CAST(count(*) AS VARCHAR) AS records
FROM landing.unauthorised AS u
WHERE u.holder_code = $holder
GROUP BY ALL
ORDER BY u.delivery_id
