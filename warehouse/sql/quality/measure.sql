-- What the rules of quality_rule.csv come to, X = A / B (GB/T 36344): all rules on a resource are judged in one scan. A rule is met,
-- broken, or (NULL) not to be judged on a resource that lacks what it needs; where B is 0 the rule is not assessed.
WITH rule AS (
    SELECT
        (e.body ->> '$.rule_code') AS rule_code,
        (e.body ->> '$.subject_kind') AS subject_kind,
        (e.body ->> '$.indicator_code') AS indicator_code,
        (e.body ->> '$.dimension_zh') AS dimension,
        (e.body ->> '$.severity') AS rule_severity,
        CAST((e.body ->> '$.threshold_pct') AS INTEGER) AS threshold_pct,
        (e.body ->> '$.needs_zh') || ' / ' || (e.body ->> '$.needs_en') AS needs
    FROM policy.entry AS e
    WHERE e.list_name = 'quality_rule'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

cycle AS (
    SELECT (e.body ->> '$.update_cycle') AS update_cycle, CAST((e.body ->> '$.max_lag_days') AS INTEGER) AS max_lag_days
    FROM policy.entry AS e
    WHERE e.list_name = 'update_cycle_lag'
    QUALIFY row_number() OVER (PARTITION BY e.entry_key ORDER BY e.effective_from DESC) = 1
),

judged AS (
    SELECT
        r.holder_code,
        q.rule_code,
        CASE q.rule_code
            WHEN 'known_codes' THEN CASE
                WHEN coalesce(r.share_type_label, r.open_type_label, r.update_cycle_label) IS NOT NULL
                    THEN (r.share_type_label IS NULL OR r.share_type IS NOT NULL)
                    AND (r.open_type_label IS NULL OR r.open_type IS NOT NULL)
                    AND (r.update_cycle_label IS NULL OR r.update_cycle IS NOT NULL)
            END
            WHEN 'core_elements'
                THEN r.title IS NOT NULL
                AND r.abstract IS NOT NULL
                AND r.holder_name IS NOT NULL
                AND r.update_cycle_label IS NOT NULL
            WHEN 'readable_dates' THEN CASE
                WHEN coalesce((b.body ->> '$.issued_date'), (b.body ->> '$.modified_date')) IS NOT NULL
                    THEN ((b.body ->> '$.issued_date') IS NULL OR r.issued_date IS NOT NULL)
                    AND ((b.body ->> '$.modified_date') IS NULL OR r.modified_date IS NOT NULL)
            END
            WHEN 'share_open_agree' THEN CASE
                WHEN r.share_type IS NOT NULL AND r.open_type IS NOT NULL
                    THEN r.share_type <> 'none' OR r.open_type = 'none'
            END
            WHEN 'within_cycle' THEN CASE
                WHEN r.modified_date IS NOT NULL AND c.max_lag_days IS NOT NULL
                    THEN d.delivery_date <= r.modified_date + c.max_lag_days
            END
            WHEN 'open_has_address' THEN CASE
                WHEN r.open_type = 'unconditional' THEN r.landing_page IS NOT NULL OR r.distribution_count > 0
            END
        END AS is_met
    FROM catalog.resource AS r
    JOIN landing.record AS b ON b.delivery_id = r.delivery_id AND b.ordinal = r.ordinal
    JOIN landing.delivery AS d ON d.delivery_id = r.delivery_id
    JOIN rule AS q ON q.subject_kind = 'resource'
    LEFT JOIN cycle AS c ON c.update_cycle = r.update_cycle
),

counted AS (
    SELECT
        j.rule_code,
        j.holder_code AS subject_key,
        count(*) FILTER (WHERE j.is_met) AS numerator,
        count(*) FILTER (WHERE j.is_met IS NOT NULL) AS denominator
    FROM judged AS j
    GROUP BY j.rule_code, j.holder_code
    UNION ALL
    SELECT
        'record_equation' AS rule_code,
        o.delivery_id AS subject_key,
        o.accepted_count + o.rejected_count + o.unchanged_count + o.held_count AS numerator,
        o.in_count AS denominator
    FROM landing.delivery_outcome AS o
)

SELECT
    q.rule_code,
    q.subject_kind,
    n.subject_key,
    q.indicator_code,
    q.dimension,
    q.rule_severity,
    n.numerator,
    n.denominator,
    q.threshold_pct,
    CASE
        WHEN q.rule_code = 'record_equation' THEN n.numerator = n.denominator
        WHEN n.denominator > 0 THEN n.numerator * 100 >= q.threshold_pct * n.denominator
    END AS is_passed,
    CASE WHEN n.denominator = 0 AND q.rule_code <> 'record_equation' THEN q.needs END AS not_assessed_reason
FROM counted AS n
JOIN rule AS q ON q.rule_code = n.rule_code
