-- How many records came in with each delivery that was not withdrawn, as landing has it.
SELECT o.delivery_id, o.in_count
FROM landing.delivery_outcome AS o
