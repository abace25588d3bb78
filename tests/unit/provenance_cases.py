"""Queries for each construct that provenance handles, and for constructs inside others.

Belongs here: the cases of `test_provenance.py`, over the tables of `brute_force.py`. They avoid what the
docstring of `warehouse/provenance/rewrite.py` calls its limits: values that come out the same by chance, and rows
that decide between others.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """A query to trace.

    `columns`: only these are traced. `single`: in a table of distinct values, deleting one row alone shows
    whether it matters; not so where several rows would do. `most`: rows of a small example, fewer where the
    oracle must run the query once for each set of them.
    """

    sql: str
    columns: tuple[str, ...] | None = None
    single: bool = True
    most: int = 9


CASES: Mapping[str, Case] = {
    # one table
    "filter": Case("SELECT a.id, a.k FROM s.a AS a WHERE a.rank > 0"),
    "projection": Case("SELECT a.k FROM s.a AS a", single=False),
    "star": Case("SELECT * FROM s.b AS b WHERE b.part = 1"),
    "expressions": Case(
        "SELECT a.id, upper(a.k) || '-' || coalesce(CAST(a.rank AS VARCHAR), '?') AS label, "
        "CASE WHEN a.flag THEN a.amount // 2 ELSE -a.amount END AS v FROM s.a AS a WHERE a.k NOT LIKE 'z%'"
    ),
    "parameter": Case("SELECT $period AS period, a.id FROM s.a AS a WHERE $period || '-01' < '2026' AND a.flag"),
    "values": Case("SELECT a.id, v.x FROM s.a AS a JOIN (VALUES (0), (1)) AS v(x) ON v.x = a.rank"),
    # joins
    "inner join": Case("SELECT a.id, b.id AS b FROM s.a AS a JOIN s.b AS b ON b.k = a.k"),
    "left join": Case("SELECT a.id, b.amount FROM s.a AS a LEFT JOIN s.b AS b ON b.k = a.k AND b.part = 1"),
    "right join": Case("SELECT a.id, b.id AS b FROM s.a AS a RIGHT JOIN s.b AS b ON b.k = a.k AND a.flag"),
    "full join": Case("SELECT a.id, b.id AS b FROM s.a AS a FULL JOIN s.b AS b ON b.k = a.k"),
    "cross join": Case("SELECT a.id, c.id AS c FROM s.a AS a CROSS JOIN s.c AS c WHERE a.k = c.k OR a.rank = 0"),
    "comma join": Case("SELECT a.id, b.id AS b FROM s.a AS a, s.b AS b WHERE a.k = b.k"),
    "join using": Case("SELECT a.id, b.amount FROM s.a AS a JOIN s.b AS b USING (k)"),
    "join many to one value": Case("SELECT a.k, b.part FROM s.a AS a JOIN s.b AS b ON b.k = a.k", single=False),
    "same table twice": Case("SELECT x.id, y.id AS y FROM s.a AS x JOIN s.a AS y ON y.k = x.k AND y.id < x.id"),
    "three tables": Case(
        "SELECT a.id, b.id AS b, c.id AS c FROM s.a AS a LEFT JOIN s.b AS b ON b.k = a.k JOIN s.c AS c ON c.k = a.k"
    ),
    "anti join": Case("SELECT a.id, a.k FROM s.a AS a ANTI JOIN s.b AS b ON b.k = a.k"),
    "left join where null": Case("SELECT a.id FROM s.a AS a LEFT JOIN s.b AS b ON b.k = a.k WHERE b.id IS NULL"),
    # shapes of queries
    "cte": Case("WITH p AS (SELECT a.id, a.k FROM s.a AS a WHERE a.flag) SELECT p.k, p.id FROM p"),
    "cte twice": Case(
        "WITH p AS (SELECT b.id, b.k, b.part FROM s.b AS b WHERE b.k IS NOT NULL) "
        "SELECT x.id, y.id AS y FROM p AS x LEFT JOIN p AS y ON y.k = x.k AND y.part > x.part"
    ),
    "subquery": Case(
        "SELECT q.id, b.amount FROM (SELECT a.id, a.k AS kk FROM s.a AS a WHERE a.rank < 2) AS q "
        "JOIN s.b AS b ON b.k = q.kk"
    ),
    "anti join of a cte": Case(
        "WITH p AS (SELECT b.k FROM s.b AS b WHERE b.part = 0), "
        "left_over AS (SELECT a.id, a.k FROM s.a AS a ANTI JOIN p ON p.k = a.k) "
        "SELECT l.id, c.id AS c FROM left_over AS l LEFT JOIN s.c AS c ON c.k = l.k"
    ),
    "anti join of the same table": Case(
        "WITH p AS (SELECT a.id, a.k, a.rank FROM s.a AS a WHERE a.rank IS NOT NULL) "
        "SELECT x.id, x.rank FROM p AS x ANTI JOIN p AS y ON y.k = x.k AND (y.rank, y.id) > (x.rank, x.id)"
    ),
    "anti join of a subquery": Case(
        "SELECT a.k, sum(a.amount) AS total FROM s.a AS a "
        "ANTI JOIN (SELECT b.k FROM s.b AS b GROUP BY b.k) AS q ON q.k = a.k GROUP BY a.k"
    ),
    "union all": Case("SELECT a.id, a.k FROM s.a AS a UNION ALL SELECT b.id, 'b' FROM s.b AS b WHERE b.part = 0"),
    "union all of three": Case(
        "WITH u AS (SELECT a.k, a.rank AS n FROM s.a AS a UNION ALL SELECT b.k, b.part FROM s.b AS b "
        "UNION ALL SELECT c.k, 7 FROM s.c AS c) SELECT u.k, u.n FROM u",
        single=False,
    ),
    "union all in a join": Case(
        "WITH u AS (SELECT a.id, a.k FROM s.a AS a UNION ALL SELECT b.id, b.k FROM s.b AS b) "
        "SELECT u.id, c.id AS c FROM u LEFT JOIN s.c AS c ON c.k = u.k"
    ),
    # DISTINCT
    "distinct": Case("SELECT DISTINCT a.k, a.flag FROM s.a AS a", single=False),
    "distinct of a join": Case("SELECT DISTINCT a.k, b.part FROM s.a AS a JOIN s.b AS b USING (k)", single=False),
    "distinct of a union": Case(
        "SELECT DISTINCT u.k FROM (SELECT a.k FROM s.a AS a UNION ALL SELECT b.k FROM s.b AS b) AS u",
        single=False,
    ),
    "distinct joined": Case(
        "WITH d AS (SELECT DISTINCT b.k FROM s.b AS b) SELECT a.id, d.k FROM s.a AS a LEFT JOIN d ON d.k = a.k",
        single=False,
    ),
    "distinct of groups": Case("SELECT DISTINCT sum(a.amount) AS total FROM s.a AS a WHERE a.amount > 0 GROUP BY a.k"),
    # aggregates
    "group by alone": Case("SELECT a.k, a.flag FROM s.a AS a GROUP BY a.k, a.flag", single=False),
    "count rows": Case("SELECT a.k, count(*) AS n FROM s.a AS a GROUP BY a.k"),
    "count values": Case("SELECT a.k, count(a.rank) AS n FROM s.a AS a GROUP BY 1"),
    "count distinct": Case("SELECT a.k, count(DISTINCT a.rank) AS n FROM s.a AS a GROUP BY a.k"),
    "sum": Case("SELECT a.k, sum(a.amount) AS total FROM s.a AS a GROUP BY a.k"),
    "sum of decimals": Case(
        "SELECT a.k, CAST(sum(CAST(a.amount AS DECIMAL(20, 2)) * 0.01) AS DECIMAL(20, 2)) AS total_cny "
        "FROM s.a AS a GROUP BY a.k"
    ),
    "max": Case("SELECT a.k, max(a.rank) AS top FROM s.a AS a GROUP BY a.k"),
    "min": Case("SELECT a.k, min(a.rank) AS low FROM s.a AS a GROUP BY a.k"),
    "max less min": Case("SELECT a.k, max(a.amount) - min(a.amount) AS spread FROM s.a AS a GROUP BY a.k"),
    "max and sum": Case("SELECT a.k, max(a.id) AS top, sum(a.amount) AS total FROM s.a AS a GROUP BY a.k"),
    "case over aggregates": Case(
        "SELECT a.k, CASE WHEN count(*) > 1 THEN 'many' ELSE 'one' END AS label FROM s.a AS a GROUP BY a.k",
        single=False,
    ),
    "string_agg": Case("SELECT a.k, string_agg(a.amount, ';' ORDER BY a.id) AS list FROM s.a AS a GROUP BY a.k"),
    "list": Case("SELECT a.k, CAST(list(a.rank ORDER BY a.id) AS VARCHAR) AS list FROM s.a AS a GROUP BY a.k"),
    "json_group_array": Case("SELECT b.k, json_group_array(b.id) AS list FROM s.b AS b GROUP BY b.k"),
    "bool_or": Case("SELECT a.k, bool_or(a.flag) AS any_flag FROM s.a AS a GROUP BY a.k", single=False),
    "bool_and": Case("SELECT a.k, bool_and(a.flag) AS all_flags FROM s.a AS a GROUP BY a.k", single=False),
    "arg_max": Case("SELECT a.k, arg_max(a.amount, a.id) AS last FROM s.a AS a GROUP BY a.k"),
    "arg_min": Case("SELECT a.k, arg_min(a.amount, a.id) AS first FROM s.a AS a GROUP BY a.k"),
    "arg_max ties": Case("SELECT a.k, arg_max(-a.rank, a.rank) AS f FROM s.a AS a GROUP BY a.k", single=False),
    "filtered": Case(
        "SELECT a.k, count(*) FILTER (WHERE a.flag) AS n, sum(a.amount) FILTER (WHERE a.rank > 0) AS total "
        "FROM s.a AS a GROUP BY a.k",
        single=False,
    ),
    "filtered max": Case(
        "SELECT a.k, max(a.rank) FILTER (WHERE a.flag) AS top, arg_max(a.amount, a.id) FILTER (WHERE NOT "
        "a.flag) AS o "
        "FROM s.a AS a GROUP BY a.k",
        single=False,
    ),
    "group by expression": Case("SELECT a.rank % 2 AS odd, sum(a.amount) AS total FROM s.a AS a GROUP BY odd"),
    "whole sum": Case("SELECT sum(a.amount) AS total, count(*) AS n FROM s.a AS a WHERE a.rank > 0", most=5),
    "whole max": Case("SELECT max(a.rank) AS top FROM s.a AS a", most=5),
    "whole count joined": Case(
        "WITH q AS (SELECT count(*) AS n FROM s.c AS c) SELECT b.id, q.n FROM s.b AS b CROSS JOIN q",
        most=5,
    ),
    # nested
    "group by over union all": Case(
        "WITH u AS (SELECT a.k, a.amount FROM s.a AS a UNION ALL SELECT b.k, b.amount FROM s.b AS b) "
        "SELECT u.k, sum(u.amount) AS total FROM u GROUP BY u.k"
    ),
    "group by over group by": Case(
        "WITH g AS (SELECT a.k, a.flag, sum(a.amount) AS total FROM s.a AS a GROUP BY a.k, a.flag) "
        "SELECT g.k, sum(g.total) AS total, max(g.total) AS top FROM g GROUP BY g.k"
    ),
    "max over max": Case(
        "SELECT max(g.top) AS top, g.k FROM (SELECT a.k, a.flag, max(a.rank) AS top FROM s.a AS a GROUP BY "
        "1, 2) AS g "
        "GROUP BY g.k"
    ),
    "left join then group": Case(
        "SELECT a.k, sum(b.amount) AS total, count(b.id) AS n FROM s.a AS a LEFT JOIN s.b AS b ON b.k = a.k "
        "GROUP BY a.k"
    ),
    "totals side by side": Case(
        "WITH g AS (SELECT b.k, sum(b.amount) AS total FROM s.b AS b GROUP BY b.k), "
        "h AS (SELECT c.k, count(*) AS n FROM s.c AS c GROUP BY c.k) "
        "SELECT a.id, g.total, h.n FROM s.a AS a LEFT JOIN g ON g.k = a.k LEFT JOIN h ON h.k = a.k"
    ),
    "total joined back": Case(
        "WITH g AS (SELECT b.k, sum(b.amount) AS total FROM s.b AS b GROUP BY b.k) "
        "SELECT b.k, sum(b.amount * g.total) AS weighted FROM s.b AS b JOIN g ON g.k = b.k GROUP BY b.k"
    ),
    "anti join then group": Case(
        "WITH p AS (SELECT a.id, a.k, a.amount FROM s.a AS a ANTI JOIN s.b AS b ON b.k = a.k AND b.part = 1) "
        "SELECT p.k, sum(p.amount) AS total, count(*) AS n FROM p GROUP BY p.k"
    ),
    # row_number
    "first row": Case(
        "SELECT a.id, a.k FROM s.a AS a QUALIFY row_number() OVER (PARTITION BY a.k ORDER BY a.rank DESC, a.id) = 1"
    ),
    "first row of a union": Case(
        "WITH u AS (SELECT a.id, a.k FROM s.a AS a UNION ALL SELECT b.id, b.k FROM s.b AS b) "
        "SELECT u.k, u.id FROM u QUALIFY row_number() OVER (PARTITION BY u.k ORDER BY u.id DESC) = 1"
    ),
    "first row of duplicates": Case(
        "WITH d AS (SELECT DISTINCT a.k, a.rank FROM s.a AS a) "
        "SELECT d.k, d.rank FROM d QUALIFY row_number() OVER (PARTITION BY d.k ORDER BY d.rank) = 1",
        single=False,
    ),
    "first of groups": Case(
        "SELECT a.k, a.rank, sum(a.amount) AS total FROM s.a AS a GROUP BY a.k, a.rank "
        "QUALIFY row_number() OVER (PARTITION BY a.k ORDER BY a.rank) = 1"
    ),
    "latest accepted": Case(
        "WITH p AS (SELECT a.id, a.k, a.rank FROM s.a AS a), ok AS (SELECT p.* FROM p ANTI JOIN s.b AS b ON "
        "b.part = p.rank "
        "QUALIFY row_number() OVER (PARTITION BY p.k ORDER BY p.id DESC) = 1), "
        "seen AS (SELECT p.* FROM p QUALIFY row_number() OVER (PARTITION BY p.k ORDER BY p.id DESC) = 1) "
        "SELECT ok.id, seen.id AS seen FROM ok JOIN seen ON seen.k = ok.k"
    ),
    # lists
    "unnest": Case(
        "SELECT c.id, f.no, f.item ->> '$.n' AS n FROM s.c AS c, "
        "unnest(from_json(c.body -> '$.items', '[\"JSON\"]')) WITH ORDINALITY AS f(item, no)"
    ),
    "left join unnest": Case(
        "SELECT c.id, f.item ->> '$.n' AS n FROM s.c AS c "
        "LEFT JOIN unnest(from_json(c.body -> '$.items', '[\"JSON\"]')) AS f(item) ON TRUE"
    ),
    "unnest then group": Case(
        "WITH u AS (SELECT c.k, f.item ->> '$.n' AS n FROM s.c AS c, "
        "unnest(from_json(c.body -> '$.items', '[\"JSON\"]')) AS f(item)) "
        "SELECT u.n, count(*) AS times FROM u GROUP BY u.n"
    ),
    # some columns only
    "one aggregate of two": Case(
        "SELECT a.k, max(a.rank) AS top, sum(a.amount) AS total FROM s.a AS a GROUP BY a.k",
        columns=("k", "top"),
    ),
    "one total of two": Case(
        "WITH g AS (SELECT b.k, sum(b.amount) AS total, max(b.part) AS part FROM s.b AS b GROUP BY b.k), "
        "h AS (SELECT c.k, count(*) AS n FROM s.c AS c GROUP BY c.k) "
        "SELECT a.id, g.total, g.part, h.n FROM s.a AS a LEFT JOIN g ON g.k = a.k LEFT JOIN h ON h.k = a.k",
        columns=("id", "part"),
        single=False,
    ),
    "one total of two under a sum": Case(
        "WITH g AS (SELECT b.k, sum(b.amount) AS total FROM s.b AS b GROUP BY b.k), "
        "h AS (SELECT c.k, count(*) AS n FROM s.c AS c GROUP BY c.k) "
        "SELECT a.k, sum(g.total) AS total, sum(h.n) AS n FROM s.a AS a LEFT JOIN g ON g.k = a.k "
        "LEFT JOIN h ON h.k = a.k GROUP BY a.k",
        columns=("k", "n"),
    ),
    "one column of a join": Case(
        "SELECT a.id, a.rank, b.part FROM s.a AS a LEFT JOIN s.b AS b ON b.k = a.k", columns=("id", "rank")
    ),
    "one column of a union": Case(
        "SELECT u.k, u.n, u.total FROM (SELECT a.k, count(*) AS n, sum(a.amount) AS total FROM s.a AS a "
        "GROUP BY a.k "
        "UNION ALL SELECT b.k, sum(b.amount), max(b.part) FROM s.b AS b GROUP BY b.k) AS u",
        columns=("k", "n"),
        single=False,
    ),
    "constant beside a whole sum": Case("SELECT 'x' AS x, sum(a.amount) AS total FROM s.a AS a", ("x",), most=5),
    # HAVING
    "having count": Case("SELECT a.k FROM s.a AS a GROUP BY a.k HAVING count(*) > 1", single=False),
    "having max": Case(
        "SELECT a.k, max(a.rank) AS top FROM s.a AS a GROUP BY a.k HAVING max(a.rank) > 1",
        single=False,
    ),
    "having by alias": Case(
        "SELECT a.k, sum(a.amount) AS total, count(*) AS n FROM s.a AS a GROUP BY a.k HAVING n > 1 OR a.k = 'x'"
    ),
    "having without groups": Case("SELECT sum(a.amount) AS total FROM s.a AS a HAVING count(*) > 2", most=5),
    "having over an expression": Case(
        "SELECT a.rank % 2 AS odd, sum(a.amount) FILTER (WHERE a.flag) + 1 AS total FROM s.a AS a "
        "GROUP BY a.rank % 2 HAVING a.rank % 2 = 0"
    ),
    # EXISTS and IN
    "exists": Case("SELECT a.id FROM s.a AS a WHERE EXISTS (SELECT 1 FROM s.b AS b WHERE b.k = a.k)", single=False),
    "exists uncorrelated": Case(
        "SELECT a.id FROM s.a AS a WHERE a.rank >= 0 AND EXISTS (SELECT * FROM s.b AS b WHERE b.part = 1)",
        single=False,
    ),
    "exists of a join": Case(
        "SELECT a.id FROM s.a AS a WHERE EXISTS (SELECT b.id FROM s.b AS b JOIN s.c AS c ON c.k = b.k WHERE b.k = a.k)",
        single=False,
    ),
    "exists of groups": Case(
        "SELECT a.id FROM s.a AS a WHERE EXISTS "
        "(SELECT b.part FROM s.b AS b WHERE b.k = a.k GROUP BY b.part HAVING count(*) > 1)",
        single=False,
    ),
    "exists in exists": Case(
        "SELECT a.id FROM s.a AS a WHERE EXISTS (SELECT 1 FROM s.b AS b WHERE b.k = a.k AND EXISTS "
        "(SELECT 1 FROM s.c AS c WHERE c.k = a.k AND c.id > b.id))",
        single=False,
    ),
    "exists of a cte": Case(
        "WITH p AS (SELECT b.k FROM s.b AS b WHERE b.part = 1) "
        "SELECT a.k, sum(a.amount) AS total FROM s.a AS a WHERE EXISTS (SELECT 1 FROM p WHERE p.k = a.k) GROUP BY a.k",
        single=False,
    ),
    "exists as a value": Case(
        "SELECT a.id, EXISTS (SELECT 1 FROM s.b AS b WHERE b.k = a.k) AS has, "
        "NOT EXISTS (SELECT 1 FROM s.c AS c WHERE c.k = a.k) AS lacks FROM s.a AS a",
        single=False,
    ),
    "not exists": Case(
        "SELECT a.id FROM s.a AS a WHERE NOT EXISTS (SELECT 1 FROM s.b AS b WHERE b.k = a.k AND b.part = a.rank)",
    ),
    "not exists in not exists": Case(
        "SELECT a.id FROM s.a AS a WHERE NOT EXISTS (SELECT 1 FROM s.b AS b WHERE b.k = a.k AND NOT EXISTS "
        "(SELECT 1 FROM s.c AS c WHERE c.k = b.k))",
    ),
    "not not exists": Case(
        "SELECT a.id FROM s.a AS a WHERE NOT (a.rank IS NULL OR NOT EXISTS (SELECT 1 FROM s.b AS b WHERE b.k = a.k))",
        single=False,
    ),
    "not exists then first row": Case(
        "WITH ok AS (SELECT a.id, a.k FROM s.a AS a WHERE NOT EXISTS (SELECT 1 FROM s.b AS b WHERE b.part = a.rank)) "
        "SELECT ok.id, ok.k FROM ok QUALIFY row_number() OVER (PARTITION BY ok.k ORDER BY ok.id DESC) = 1",
    ),
    "in": Case("SELECT a.id FROM s.a AS a WHERE a.k IN (SELECT b.k FROM s.b AS b WHERE b.part = 1)", None, False),
    "in correlated": Case(
        "SELECT a.id FROM s.a AS a WHERE a.rank IN (SELECT b.part FROM s.b AS b WHERE b.k = a.k)", None, False
    ),
    "in groups": Case(
        "SELECT a.id FROM s.a AS a WHERE a.id IN (SELECT max(b.id) - 10 FROM s.b AS b GROUP BY b.k)", None, False
    ),
    "in a union": Case(
        "SELECT c.id FROM s.c AS c WHERE c.k IN (SELECT a.k FROM s.a AS a UNION ALL SELECT b.k FROM s.b AS b)",
        single=False,
    ),
    "in as a value": Case(
        "SELECT a.id, a.k IN (SELECT b.k FROM s.b AS b WHERE b.k IS NOT NULL) AS known FROM s.a AS a "
        "WHERE a.k IS NOT NULL",
        single=False,
    ),
    "not in": Case("SELECT a.id FROM s.a AS a WHERE a.k NOT IN (SELECT b.k FROM s.b AS b WHERE b.part = 1)"),
    "not in correlated": Case(
        "SELECT a.k, count(*) AS n FROM s.a AS a WHERE a.rank NOT IN (SELECT b.part FROM s.b AS b WHERE b.k = a.k) "
        "GROUP BY a.k",
    ),
    # scalar subqueries
    "scalar in select": Case(
        "SELECT a.id, (SELECT sum(b.amount) FROM s.b AS b WHERE b.k = a.k) AS total FROM s.a AS a"
    ),
    "scalar uncorrelated": Case("SELECT a.id, (SELECT max(b.id) FROM s.b AS b) AS top FROM s.a AS a", most=5),
    "scalar without from": Case("SELECT (SELECT max(b.id) FROM s.b AS b) AS top, 1 AS one", most=5),
    "scalar row": Case(
        "SELECT a.id, (SELECT b.id FROM s.b AS b WHERE b.k = a.k "
        "QUALIFY row_number() OVER (ORDER BY b.id DESC) = 1) AS last FROM s.a AS a",
    ),
    "scalar in where": Case("SELECT a.id FROM s.a AS a WHERE a.id = (SELECT max(x.id) FROM s.a AS x WHERE x.k = a.k)"),
    "scalar over groups": Case(
        "SELECT a.k, sum(a.amount) AS total, (SELECT count(*) FROM s.b AS b WHERE b.k = a.k) AS n "
        "FROM s.a AS a GROUP BY a.k",
    ),
    "scalar in having": Case(
        "SELECT a.k, count(*) AS n FROM s.a AS a GROUP BY a.k "
        "HAVING count(*) = (SELECT count(*) FROM s.b AS b WHERE b.k = a.k)",
        columns=None,
        single=False,
    ),
    "scalar, some columns": Case(
        "SELECT a.id, (SELECT sum(b.amount) FROM s.b AS b WHERE b.k = a.k) AS total, "
        "(SELECT count(*) FROM s.c AS c WHERE c.k = a.k) AS n FROM s.a AS a",
        columns=("id", "n"),
    ),
    # windows
    "sum over partition": Case("SELECT a.id, sum(a.amount) OVER (PARTITION BY a.k) AS total FROM s.a AS a"),
    "running sum": Case("SELECT a.id, sum(a.amount) OVER (PARTITION BY a.k ORDER BY a.id) AS total, a.k FROM s.a AS a"),
    "running sum by value": Case("SELECT a.id, sum(a.amount) OVER (ORDER BY a.rank) AS total FROM s.a AS a"),
    "sum over range": Case(
        "SELECT a.id, sum(a.amount) OVER (ORDER BY a.rank RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) AS total "
        "FROM s.a AS a WHERE a.rank IS NOT NULL",
        single=False,
    ),
    "sum over the rest": Case(
        "SELECT b.id, sum(b.amount) OVER (PARTITION BY b.k ORDER BY b.id ROWS BETWEEN CURRENT ROW AND "
        "UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) AS total FROM s.b AS b"
    ),
    "sum over rows": Case(
        "SELECT b.id, sum(b.amount) OVER (PARTITION BY b.k ORDER BY b.id ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING) "
        "AS total FROM s.b AS b"
    ),
    "filtered count over": Case(
        "SELECT a.id, count(*) FILTER (WHERE a.flag) OVER (PARTITION BY a.k) AS n FROM s.a AS a"
    ),
    "max over": Case("SELECT a.id, max(a.id) OVER (PARTITION BY a.k) AS top FROM s.a AS a"),
    "max over ties": Case(
        "SELECT a.id, max(a.rank) OVER (PARTITION BY a.k) AS top FROM s.a AS a QUALIFY a.rank IS NULL", single=False
    ),
    "arg_min over": Case("SELECT a.id, arg_min(a.amount, a.id) OVER (PARTITION BY a.k) AS low FROM s.a AS a"),
    "row_number": Case("SELECT a.id, row_number() OVER (PARTITION BY a.k ORDER BY a.id) AS no FROM s.a AS a"),
    "rank": Case("SELECT a.id, rank() OVER (PARTITION BY a.k ORDER BY a.rank) AS no FROM s.a AS a", single=False),
    "dense_rank": Case("SELECT a.id, dense_rank() OVER (ORDER BY a.rank DESC) AS no FROM s.a AS a", single=False),
    "cume_dist": Case(
        "SELECT a.id, cume_dist() OVER (ORDER BY a.id) AS part, count(*) OVER () AS n FROM s.a AS a", single=False
    ),
    "lag": Case("SELECT b.id, lag(b.amount) OVER (PARTITION BY b.k ORDER BY b.id) AS before FROM s.b AS b"),
    "lag by two": Case("SELECT b.id, lag(b.amount, 2, -1) OVER (ORDER BY b.id) AS before FROM s.b AS b"),
    "lead": Case("SELECT b.id, lead(b.id) OVER (PARTITION BY b.k ORDER BY b.amount) AS after FROM s.b AS b"),
    "first_value": Case("SELECT b.id, first_value(b.id) OVER (PARTITION BY b.k ORDER BY b.id) AS first FROM s.b AS b"),
    "last_value": Case(
        "SELECT b.id, last_value(b.amount) OVER (PARTITION BY b.k ORDER BY b.id "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS last FROM s.b AS b"
    ),
    "first_value not null": Case(
        "SELECT a.id, first_value(a.amount IGNORE NULLS) OVER (PARTITION BY a.k ORDER BY a.id DESC) AS last FROM s.a AS a"
    ),
    "window over a join": Case(
        "SELECT a.id, b.id AS b, sum(b.amount) OVER (PARTITION BY a.id) AS total FROM s.a AS a "
        "LEFT JOIN s.b AS b ON b.k = a.k"
    ),
    "window over totals": Case(
        "WITH g AS (SELECT a.k, sum(a.amount) AS total FROM s.a AS a WHERE a.amount > 0 GROUP BY a.k) "
        "SELECT g.k, g.total, lag(g.total) OVER (ORDER BY g.k) AS before FROM g"
    ),
    "window over groups": Case(
        "SELECT a.k, sum(a.amount) AS total, sum(sum(a.amount)) OVER () AS of FROM s.a AS a "
        "WHERE a.amount > 0 GROUP BY a.k HAVING sum(a.amount) > 0",
        single=False,
    ),
    "window and exists": Case(
        "SELECT a.id, sum(a.amount) OVER (PARTITION BY a.k) AS total FROM s.a AS a "
        "WHERE EXISTS (SELECT 1 FROM s.b AS b WHERE b.k = a.k)",
        single=False,
    ),
    "window beside a scalar": Case(
        "SELECT a.id, sum(a.amount) OVER (PARTITION BY a.k) AS total, "
        "(SELECT count(*) FROM s.b AS b WHERE b.k = a.k) AS n FROM s.a AS a "
        "QUALIFY sum(a.amount) OVER (PARTITION BY a.k) IS NOT NULL",
        single=False,
    ),
    "distinct windows": Case(
        "SELECT DISTINCT a.k, sum(a.amount) OVER (PARTITION BY a.k) AS total FROM s.a AS a WHERE a.amount > 0",
        single=False,
    ),
    "one window of two": Case(
        "SELECT a.id, sum(a.amount) OVER () AS total, lag(a.id) OVER (ORDER BY a.id) AS before FROM s.a AS a",
        columns=("id", "before"),
    ),
    # QUALIFY
    "first three": Case(
        "SELECT b.id, b.k FROM s.b AS b QUALIFY row_number() OVER (PARTITION BY b.k ORDER BY b.id) <= 3"
    ),
    "first rank": Case("SELECT a.id, a.k FROM s.a AS a QUALIFY rank() OVER (PARTITION BY a.k ORDER BY a.rank) = 1"),
    "second row": Case(
        "SELECT b.id FROM s.b AS b QUALIFY row_number() OVER (PARTITION BY b.k ORDER BY b.id) = 2", single=False
    ),
    "qualify a count": Case("SELECT a.id FROM s.a AS a QUALIFY count(*) OVER (PARTITION BY a.k) > 1", single=False),
    "qualify by alias": Case(
        "SELECT a.id, lag(a.id) OVER (PARTITION BY a.k ORDER BY a.id) AS before FROM s.a AS a QUALIFY before IS NOT NULL",
        single=False,
    ),
    # UNION, INTERSECT, EXCEPT
    "union": Case("SELECT a.k, a.rank AS n FROM s.a AS a UNION SELECT b.k, b.part FROM s.b AS b", single=False),
    "intersect": Case("SELECT a.k, a.rank AS n FROM s.a AS a INTERSECT SELECT b.k, b.part FROM s.b AS b", single=False),
    "except": Case("SELECT a.k, a.rank AS n FROM s.a AS a EXCEPT SELECT b.k, b.part FROM s.b AS b", None, False, 5),
    "except in parentheses": Case(
        "WITH e AS (SELECT a.k FROM s.a AS a UNION ALL (SELECT b.k FROM s.b AS b EXCEPT SELECT c.k FROM s.c AS c)) "
        "SELECT e.k, count(*) AS n FROM e GROUP BY e.k",
        single=False,
        most=5,
    ),
    "intersect of three": Case(
        "SELECT a.k FROM s.a AS a INTERSECT SELECT b.k FROM s.b AS b INTERSECT SELECT c.k FROM s.c AS c", single=False
    ),
    # LATERAL
    "lateral": Case(
        "SELECT a.id, l.b FROM s.a AS a, LATERAL (SELECT b.id AS b FROM s.b AS b WHERE b.k = a.k AND b.part = 1) AS l",
    ),
    "left join lateral": Case(
        "SELECT a.id, l.total FROM s.a AS a LEFT JOIN LATERAL "
        "(SELECT sum(b.amount) AS total FROM s.b AS b WHERE b.k = a.k GROUP BY b.k) AS l ON TRUE",
    ),
    "lateral first row": Case(
        "SELECT a.id, l.b FROM s.a AS a CROSS JOIN LATERAL (SELECT b.id AS b FROM s.b AS b WHERE b.k = a.k "
        "QUALIFY row_number() OVER (ORDER BY b.id) = 1) AS l",
    ),
    "lateral unnest": Case(
        "SELECT a.id, l.n FROM s.a AS a, LATERAL (SELECT f.item ->> '$.n' AS n FROM s.c AS c, "
        "unnest(from_json(c.body -> '$.items', '[\"JSON\"]')) AS f(item) WHERE c.k = a.k) AS l",
        single=False,
    ),
    # WITH RECURSIVE
    "recursive": Case(
        "WITH RECURSIVE r AS (SELECT a.id, a.k, 0 AS n FROM s.a AS a WHERE a.flag UNION ALL "
        "SELECT b.id, b.k, r.n + 1 FROM r JOIN s.b AS b ON b.k = r.k AND b.id > r.id) SELECT r.id, r.n FROM r",
        single=False,
    ),
    "recursive totals": Case(
        "WITH RECURSIVE r AS (SELECT a.k, sum(a.amount) AS v, 0 AS n FROM s.a AS a GROUP BY a.k UNION ALL "
        "SELECT c.k, r.v, r.n + 1 FROM r JOIN s.c AS c ON c.k = r.k WHERE r.n < 2) SELECT r.k, r.v, r.n FROM r",
        single=False,
    ),
    "recursive without tables": Case(
        "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT n.i + 1 FROM n WHERE n.i < 3) "
        "SELECT a.id, n.i FROM s.a AS a JOIN n ON n.i > a.rank",
    ),
}
