"""Queries for each construct that provenance handles, and for constructs inside others.

Belongs here: the cases of `test_provenance.py`, over the tables of `brute_force.py`. They avoid what the
docstring of `warehouse/provenance.py` calls its limits: values that come out the same by chance, and rows
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
}
