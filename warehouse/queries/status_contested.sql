-- Voucher lines that came twice: by whom, from whom the other is, by rule.
SELECT c.rule, c.deliverer_code, c.other_deliverer_code, count(*) AS records
FROM landing.contested_line AS c
GROUP BY ALL
ORDER BY records DESC, c.rule, c.deliverer_code, c.other_deliverer_code
