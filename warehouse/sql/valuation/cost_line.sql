-- Delivered cost lines with the treatment that policy gives their phase. One line is taken once, and goes to one resource:
-- the one that the holder itself delivered, if several deliverers describe it.
WITH code AS (
    SELECT (e.body ->> '$.code_list') AS code_list, (e.body ->> '$.label') AS label, (e.body ->> '$.code') AS code
    FROM policy.entry AS e
    WHERE e.list_name = 'code_value'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

treatment AS (
    SELECT (e.body ->> '$.phase') AS phase, (e.body ->> '$.treatment') AS treatment
    FROM policy.entry AS e
    WHERE e.list_name = 'cost_treatment'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

default_life AS (
    SELECT CAST((e.body ->> '$.value') AS INTEGER) AS life_months, e.effective_from
    FROM policy.entry AS e
    WHERE e.list_name = 'parameter' AND e.entry_key = 'default_life_months'
),

delivered AS (
    SELECT
        coalesce((r.body ->> '$.holder_code'), c.default_holder_code) AS holder_code,
        (r.body ->> '$.voucher_no') AS voucher_no,
        CAST((r.body ->> '$.line_no') AS INTEGER) AS line_no,
        r.body,
        c.delivery_id,
        c.ordinal
    FROM landing.current_record AS c
    JOIN landing.record AS r ON r.delivery_id = c.delivery_id AND r.ordinal = c.ordinal
    WHERE c.kind = 'costs'
    QUALIFY row_number() OVER (
        PARTITION BY
            coalesce((r.body ->> '$.holder_code'), c.default_holder_code),
            (r.body ->> '$.voucher_no'),
            CAST((r.body ->> '$.line_no') AS INTEGER)
        ORDER BY c.delivery_date DESC, c.delivery_id, c.ordinal
    ) = 1
),

-- Where a line gives no life, the default in force on the day on which the asset could be used; before the first, the first.
lived AS (
    SELECT
        d.holder_code,
        d.voucher_no,
        d.line_no,
        d.body,
        CAST(coalesce((d.body ->> '$.available_date'), (d.body ->> '$.posted_date')) AS DATE) AS available_date,
        coalesce(CAST((d.body ->> '$.life_months') AS INTEGER), l.life_months) AS life_months,
        d.delivery_id,
        d.ordinal
    FROM delivered AS d
    LEFT JOIN default_life AS l ON (d.body ->> '$.life_months') IS NULL
    QUALIFY row_number() OVER (
        PARTITION BY d.holder_code, d.voucher_no, d.line_no
        ORDER BY
            l.effective_from <= CAST(coalesce((d.body ->> '$.available_date'), (d.body ->> '$.posted_date')) AS DATE) DESC,
            abs(datediff('day', l.effective_from,
                CAST(coalesce((d.body ->> '$.available_date'), (d.body ->> '$.posted_date')) AS DATE)))
    ) = 1
),

owner AS (
    SELECT s.holder_code, s.resource_code, s.resource_id
    FROM catalog.resource AS s
    QUALIFY row_number() OVER (
        PARTITION BY s.holder_code, s.resource_code
        ORDER BY s.deliverer_code = s.holder_code DESC, s.resource_id
    ) = 1
)

SELECT
    d.holder_code,
    d.voucher_no,
    d.line_no,
    (d.body ->> '$.resource_code') AS resource_code,
    o.resource_id,
    (d.body ->> '$.cost_kind') AS cost_kind,
    k.code AS phase,
    t.treatment,
    CASE
        WHEN (d.body ->> '$.resource_code') IS NULL THEN 'common'
        WHEN o.resource_id IS NULL THEN 'unmatched'
        ELSE 'matched'
    END AS match_status,
    CAST((d.body ->> '$.amount_cny') AS DECIMAL(20, 2)) AS amount_cny,
    CAST((d.body ->> '$.posted_date') AS DATE) AS posted_date,
    d.available_date,
    d.life_months,
    d.delivery_id,
    d.ordinal
FROM lived AS d
JOIN code AS k ON k.code_list = 'cost_phase' AND k.label = (d.body ->> '$.phase')
JOIN treatment AS t ON t.phase = k.code
LEFT JOIN owner AS o ON o.holder_code = d.holder_code AND o.resource_code = (d.body ->> '$.resource_code')
