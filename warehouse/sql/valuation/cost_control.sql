-- Lines of cost that ran into a control on the book value (policy paragraph 8, domain.md 6): what would make the books
-- say more than was spent, or say it twice. Of two that are the same the one that became known later is named, since
-- what was there first stands. `known_date` is the day from which the deliveries show it: that of the first delivery
-- in which a thing is as it is now, since else to deliver it again would let a hold lapse.
WITH line AS (
    SELECT
        v.*,
        coalesce(v.resource_code, '') AS place_code,
        greatest(v.posted_date, v.known_date) AS booked_date
    FROM valuation.voucher_line AS v
    WHERE v.treatment = 'capitalised' AND v.amount_cny > 0
),

-- Words are looked for in each kind of cost once, however many lines have it.
kind_of_cost AS (
    SELECT DISTINCT n.cost_kind
    FROM line AS n
),

worded AS (
    SELECT k.cost_kind, t.role, t.term, t.effective_from, t.effective_to, t.is_first_version
    FROM kind_of_cost AS k
    JOIN policy.control_term AS t ON contains(lower(k.cost_kind), lower(t.term))
),

parent AS (
    SELECT DISTINCT a.parent_id
    FROM valuation.resource_ancestor AS a
),

-- What few resources have cost so far is asked for: of those that were appraised or that others derive from.
summed_place AS (
    SELECT DISTINCT u.holder_code, u.resource_code
    FROM (
        SELECT r.holder_code, r.resource_code
        FROM delivered.review AS r
        WHERE r.review_kind = 'appraisal'
        UNION ALL
        SELECT n.holder_code, n.resource_code
        FROM line AS n
        JOIN parent AS a ON a.parent_id = n.resource_id
    ) AS u
    WHERE u.resource_code IS NOT NULL
),

-- Capitalised so far, with what was reversed.
summed AS (
    SELECT
        v.holder_code, v.posted_period, v.voucher_no, v.line_no, v.resource_code, v.amount_cny, v.posted_date,
        v.known_date,
        CAST(
            sum(v.amount_cny) OVER (
                PARTITION BY v.holder_code, v.resource_code ORDER BY v.posted_date, v.voucher_no, v.line_no
                ROWS UNBOUNDED PRECEDING
            ) AS DECIMAL(20, 2)
        ) AS total_cny
    FROM valuation.voucher_line AS v
    JOIN summed_place AS p USING (holder_code, resource_code)
    WHERE v.treatment = 'capitalised'
),

-- When an appraisal was delivered before with its day and amount.
appraised_before AS (
    SELECT b.holder_code, b.issued_date, b.amount_cny, min(b.delivery_date) AS known_date
    FROM delivered.review_version AS b
    GROUP BY b.holder_code, b.issued_date, b.amount_cny
),

-- An appraisal before the cost: its amount, or what was missing up to it.
appraised AS (
    SELECT
        s.holder_code, s.posted_period, s.voucher_no, s.line_no,
        greatest(s.known_date, coalesce(b.known_date, r.delivery_date)) AS known_date,
        r.document_no
    FROM summed AS s
    JOIN delivered.review AS r USING (holder_code, resource_code)
    LEFT JOIN appraised_before AS b
        ON b.holder_code = r.holder_code AND b.issued_date = r.issued_date AND b.amount_cny = r.amount_cny
    WHERE
        s.amount_cny > 0
        AND r.review_kind = 'appraisal'
        AND r.issued_date <= s.posted_date
        AND r.amount_cny IN (s.amount_cny, s.total_cny)
    QUALIFY row_number() OVER (
        PARTITION BY s.holder_code, s.posted_period, s.voucher_no, s.line_no
        ORDER BY r.issued_date, r.delivery_id, r.ordinal
    ) = 1
),

taken_out AS (
    SELECT
        v.holder_code, v.posted_period, v.posted_date,
        regexp_replace(
            regexp_replace(lower(v.voucher_no), '[\s\p{P}\p{S}]+', '-', 'g'), '(^|[^0-9])0+([0-9])', '\1\2', 'g'
        ) AS voucher_key,
        coalesce(v.resource_code, '') AS place_code,
        v.phase, v.treatment,
        CAST(-v.amount_cny AS DECIMAL(20, 2)) AS amount_cny,
        v.voucher_no, v.known_date
    FROM valuation.voucher_line AS v
    WHERE v.amount_cny < 0
),

expense_taken_out AS (
    SELECT x.*
    FROM taken_out AS x
    WHERE x.treatment = 'expensed'
),

-- Most lines have an amount of their own; what is compared with others has not.
amount_again AS (
    SELECT n.amount_cny
    FROM line AS n
    GROUP BY n.amount_cny
    HAVING count(*) > 1
),

expense_amount AS (
    SELECT DISTINCT x.holder_code, x.amount_cny
    FROM expense_taken_out AS x
),

compared AS (
    SELECT n.*, 'line' AS compared_with
    FROM line AS n
    JOIN amount_again AS m USING (amount_cny)
    UNION ALL
    SELECT n.*, 'expense'
    FROM line AS n
    JOIN expense_amount AS x USING (holder_code, amount_cny)
),

-- Those that are large enough. A voucher is one within its month, however its number is written and whatever the day of
-- its lines.
large AS (
    SELECT
        n.*,
        regexp_replace(
            regexp_replace(lower(n.voucher_no), '[\s\p{P}\p{S}]+', '-', 'g'), '(^|[^0-9])0+([0-9])', '\1\2', 'g'
        ) AS voucher_key
    FROM compared AS n
    JOIN policy.control_limit AS l ON l.name = 'same_cost_min_cny' AND in_force(l, n.posted_date)
    WHERE n.amount_cny >= l.value
),

alike AS (
    SELECT n.*
    FROM large AS n
    WHERE n.compared_with = 'line'
),

taken_of_voucher AS (
    SELECT x.holder_code, x.posted_period, x.voucher_key, x.place_code, x.amount_cny, count(*) AS taken_count
    FROM taken_out AS x
    WHERE x.treatment = 'capitalised'
    GROUP BY x.holder_code, x.posted_period, x.voucher_key, x.place_code, x.amount_cny
),

taken_of_place AS (
    SELECT x.holder_code, x.place_code, x.amount_cny, count(*) AS taken_count
    FROM taken_out AS x
    WHERE x.treatment = 'capitalised'
    GROUP BY x.holder_code, x.place_code, x.amount_cny
),

-- What the same voucher takes out of a resource again was not put there: as many lines as it takes out, and no more.
comparable AS (
    SELECT n.*
    FROM alike AS n
    LEFT JOIN taken_of_voucher AS x USING (holder_code, posted_period, voucher_key, place_code, amount_cny)
    QUALIFY row_number() OVER (
        PARTITION BY n.holder_code, n.posted_period, n.voucher_key, n.place_code, n.amount_cny
        ORDER BY n.posted_date, n.voucher_no, n.line_no
    ) > coalesce(x.taken_count, 0)
),

first_line AS (
    SELECT c.*
    FROM comparable AS c
    QUALIFY row_number() OVER (
        PARTITION BY c.holder_code, c.posted_period, c.voucher_key, c.amount_cny
        ORDER BY c.known_date, c.posted_date, c.voucher_no, c.line_no
    ) = 1
),

-- Of two holders numbers and days alone say that it is one voucher.
first_holder AS (
    SELECT c.*
    FROM comparable AS c
    QUALIFY row_number() OVER (
        PARTITION BY c.voucher_no, c.posted_date, c.amount_cny ORDER BY c.known_date, c.holder_code, c.line_no
    ) = 1
),

-- The same amount for the same resource again within days: what is paid by the month lies further apart, and what was
-- taken out meanwhile was posted anew.
staying AS (
    SELECT n.*
    FROM alike AS n
    LEFT JOIN taken_of_place AS x USING (holder_code, place_code, amount_cny)
    QUALIFY row_number() OVER (
        PARTITION BY n.holder_code, n.place_code, n.amount_cny ORDER BY n.posted_date, n.voucher_no, n.line_no
    ) > coalesce(x.taken_count, 0)
),

followed AS (
    SELECT
        s.*,
        lag(s.posted_date) OVER (
            PARTITION BY s.holder_code, s.place_code, s.amount_cny ORDER BY s.posted_date, s.voucher_no, s.line_no
        ) AS before_date,
        lag(s.known_date) OVER (
            PARTITION BY s.holder_code, s.place_code, s.amount_cny ORDER BY s.posted_date, s.voucher_no, s.line_no
        ) AS before_known_date,
        lag(s.voucher_no) OVER (
            PARTITION BY s.holder_code, s.place_code, s.amount_cny ORDER BY s.posted_date, s.voucher_no, s.line_no
        ) AS before_no
    FROM staying AS s
),

-- The amounts of a parent: each line's, and all so far.
amount_of AS (
    SELECT DISTINCT o.resource_id, o.amount_cny, o.posted_date, o.known_date
    FROM (
        SELECT n.resource_id, n.amount_cny, n.posted_date, n.known_date
        FROM line AS n
        JOIN parent AS a ON a.parent_id = n.resource_id
        UNION ALL
        SELECT n.resource_id, s.total_cny, s.posted_date, s.known_date
        FROM summed AS s
        JOIN line AS n USING (holder_code, posted_period, voucher_no, line_no)
        JOIN parent AS a ON a.parent_id = n.resource_id
    ) AS o
),

inherited AS (
    SELECT
        n.holder_code, n.posted_period, n.voucher_no, n.line_no,
        greatest(n.known_date, o.known_date, a.known_date) AS known_date,
        a.parent_id
    FROM valuation.resource_ancestor AS a
    JOIN line AS n USING (resource_id)
    JOIN amount_of AS o ON o.resource_id = a.parent_id AND o.amount_cny = n.amount_cny
    JOIN policy.control_limit AS l ON l.name = 'same_cost_min_cny' AND in_force(l, n.posted_date)
    WHERE o.posted_date <= n.posted_date AND n.amount_cny >= l.value
    QUALIFY row_number() OVER (
        PARTITION BY n.holder_code, n.posted_period, n.voucher_no, n.line_no
        ORDER BY a.step_count, o.posted_date, o.known_date, a.parent_id
    ) = 1
),

-- Expensed before, as research or otherwise: the same line in a former version, or another line that was taken out; of
-- research also one of the voucher that still says so.
redeclared AS (
    SELECT
        n.holder_code, n.posted_period, n.voucher_no, n.line_no, n.known_date,
        w.phase,
        CAST(NULL AS VARCHAR) AS seen_in
    FROM line AS n
    JOIN delivered.cost_version AS w USING (delivery_id, ordinal)
    JOIN policy.cost_treatment AS t ON t.phase = w.phase AND in_force(t, n.posted_date)
    WHERE t.treatment = 'expensed'
    UNION ALL
    SELECT
        n.holder_code, n.posted_period, n.voucher_no, n.line_no, greatest(n.known_date, x.known_date), x.phase,
        CAST(NULL AS VARCHAR)
    FROM line AS n
    JOIN valuation.voucher_line AS x
        ON x.holder_code = n.holder_code
        AND x.voucher_no = n.voucher_no
        AND x.posted_date = n.posted_date
        AND x.amount_cny = n.amount_cny
    WHERE x.phase = 'research'
    UNION ALL
    SELECT
        n.holder_code, n.posted_period, n.voucher_no, n.line_no, greatest(n.known_date, x.known_date), x.phase,
        x.voucher_no
    FROM large AS n
    JOIN expense_taken_out AS x USING (holder_code, amount_cny)
    WHERE
        n.compared_with = 'expense'
        AND (x.place_code = n.place_code OR (x.posted_period = n.posted_period AND x.voucher_key = n.voucher_key))
),

found AS (
    SELECT
        CASE w.role WHEN 'appraisal' THEN 'appraisal_as_cost' ELSE 'research_words' END AS finding_kind,
        n.holder_code, n.posted_period, n.voucher_no, n.line_no,
        n.known_date AS known_date,
        CAST(NULL AS VARCHAR) AS other_holder_code,
        CAST(NULL AS VARCHAR) AS other_resource_code,
        w.cost_kind AS seen_in
    FROM line AS n
    JOIN worded AS w ON w.cost_kind = n.cost_kind AND in_force(w, n.posted_date)
    UNION ALL
    SELECT
        'appraisal_as_cost', a.holder_code, a.posted_period, a.voucher_no, a.line_no, a.known_date,
        CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR), a.document_no
    FROM appraised AS a
    UNION ALL
    SELECT
        'cost_allocated_twice', c.holder_code, c.posted_period, c.voucher_no, c.line_no, c.known_date, f.holder_code,
        f.resource_code, f.voucher_no
    FROM comparable AS c
    JOIN first_line AS f USING (holder_code, posted_period, voucher_key, amount_cny)
    WHERE f.place_code <> c.place_code
    UNION ALL
    SELECT
        'cost_of_two_holders', c.holder_code, c.posted_period, c.voucher_no, c.line_no, c.known_date, f.holder_code,
        f.resource_code, f.voucher_no
    FROM comparable AS c
    JOIN first_holder AS f USING (voucher_no, posted_date, amount_cny)
    WHERE f.holder_code <> c.holder_code
    UNION ALL
    SELECT
        'cost_repeated', g.holder_code, g.posted_period, g.voucher_no, g.line_no,
        greatest(g.known_date, g.before_known_date), g.holder_code, g.resource_code, g.before_no
    FROM followed AS g
    JOIN policy.control_limit AS l ON l.name = 'same_cost_days' AND in_force(l, g.posted_date)
    WHERE g.posted_date - g.before_date <= l.value
    UNION ALL
    SELECT
        t.finding_kind, n.holder_code, n.posted_period, n.voucher_no, n.line_no,
        greatest(n.known_date, t.known_date), s.holder_code, s.resource_code, s.title
    FROM valuation.resource_twin AS t
    JOIN line AS n USING (resource_id)
    JOIN catalog.resource AS s ON s.resource_id = t.other_resource_id
    UNION ALL
    SELECT
        'parent_cost_again', i.holder_code, i.posted_period, i.voucher_no, i.line_no, i.known_date, s.holder_code,
        s.resource_code, s.title
    FROM inherited AS i
    JOIN catalog.resource AS s ON s.resource_id = i.parent_id
    UNION ALL
    SELECT
        CASE r.phase WHEN 'research' THEN 'research_redeclared' ELSE 'expense_redeclared' END,
        r.holder_code, r.posted_period, r.voucher_no, r.line_no, r.known_date, CAST(NULL AS VARCHAR),
        CAST(NULL AS VARCHAR), r.seen_in
    FROM redeclared AS r
),

-- Of several reasons for one finding the first known is named.
named AS (
    SELECT f.*
    FROM found AS f
    QUALIFY row_number() OVER (
        PARTITION BY f.finding_kind, f.holder_code, f.posted_period, f.voucher_no, f.line_no
        ORDER BY f.known_date, f.other_holder_code, f.other_resource_code, f.seen_in
    ) = 1
)

SELECT
    m.finding_kind,
    m.holder_code,
    m.posted_period,
    m.voucher_no,
    m.line_no,
    n.resource_code,
    -- What is about a whole resource is one finding, and released at once.
    CASE
        WHEN m.finding_kind IN ('content_on_two_cards', 'near_duplicate')
            THEN concat_ws('|', m.holder_code, m.finding_kind, n.resource_code)
        ELSE concat_ws('|', m.holder_code, m.finding_kind, m.posted_period, m.voucher_no, m.line_no)
    END AS finding_key,
    n.amount_cny,
    m.known_date,
    m.other_holder_code,
    m.other_resource_code,
    m.seen_in,
    -- What was booked when a year ended stays booked: a control holds the increase alone.
    coalesce(k.effect, 'review') = 'hold' AND year(m.known_date) <= year(n.booked_date) AS is_holding
FROM named AS m
JOIN line AS n USING (holder_code, posted_period, voucher_no, line_no)
LEFT JOIN policy.control_finding_kind AS k ON k.kind = m.finding_kind AND in_force(k, m.known_date)
