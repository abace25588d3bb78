"""The oracle of the provenance tests: what happens to a query's rows when rows of its tables are deleted.

A set of deletions is a *world*. All worlds of an example are evaluated at once: the tables hold every
world's rows, and the query gets a `world` column that joins, groups and windows keep apart. That is the
test's own rewriting, and `Example._outcomes` checks it against running the plain query in single worlds; a
query with an aggregate over all rows is run world by world. Does not belong here: expectations.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb
from sqlglot import exp

from warehouse.provenance.constructs import is_grouped
from warehouse.provenance.tree import (
    Relation,
    cte_name,
    expression_queries,
    from_items,
    is_anti,
    joins,
    own_nodes,
    parse,
    qualified,
    query_of,
    rederivation,
    render,
    table_name,
    union_leaves,
)

Row = tuple[Any, ...]

#: Three small tables; `id` is unique over all of them, so that it names a row.
RELATIONS: Mapping[str, Relation] = {
    "s.a": Relation(
        "s.a",
        {"id": "INTEGER", "k": "VARCHAR", "amount": "INTEGER", "rank": "INTEGER", "flag": "BOOLEAN"},
        ("id",),
    ),
    "s.b": Relation("s.b", {"id": "INTEGER", "part": "INTEGER", "k": "VARCHAR", "amount": "INTEGER"}, ("part", "id")),
    "s.c": Relation("s.c", {"id": "INTEGER", "k": "VARCHAR", "body": "JSON"}, ("id",)),
}
_IN_WORLD = {name: name.replace("s.", "w.") for name in RELATIONS}
_ALONE = {name: name.replace("s.", "one.") for name in RELATIONS}
_PARAMETERS = {"period": "2025-01"}


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """One database for all examples: tables `s.*`, and views `one.*` of the rows that `kept` names."""
    connection = duckdb.connect()
    # DuckDB 1.5.5 returns wrong rows for `row_number() OVER (... ORDER BY x) = 1` where x is NULL in some
    # rows.
    connection.execute("SET disabled_optimizers = 'top_n_window_elimination'")
    connection.execute("SET threads = 1; CREATE SCHEMA s; CREATE SCHEMA w; CREATE SCHEMA one")
    connection.execute("CREATE TABLE bit (id INTEGER, bit INTEGER); SET VARIABLE kept = []::INTEGER[]")
    for name, relation in RELATIONS.items():
        columns = ", ".join(f"{column} {kind}" for column, kind in relation.columns.items())
        connection.execute(f"CREATE TABLE {name} ({columns})")
        view = f"SELECT * FROM {name} WHERE list_contains(getvariable('kept'), id)"
        connection.execute(f"CREATE VIEW {_ALONE[name]} AS {view}")
    return connection


@dataclass
class Example:
    """The tables `s.*` with these rows."""

    rows: Mapping[str, Sequence[Row]]

    def __post_init__(self) -> None:
        self.connection = _database()
        self.ids = [row[0] for table in RELATIONS for row in self.rows.get(table, ())]
        self._fill("bit", [(row_id, bit) for bit, row_id in enumerate(self.ids)])
        for name in RELATIONS:
            self._fill(name, self.rows.get(name, ()))

    def run(self, sql: str) -> list[Row]:
        return self.connection.execute(sql, _PARAMETERS if "$period" in sql else {}).fetchall()

    def over(self, sql: str, ids: Iterable[object]) -> set[Row]:
        """The query's rows over these rows alone; what only excludes (ANTI JOIN, NOT EXISTS) stays whole."""
        return self._over(_rederiving(sql), ids)

    def _over(self, rederiving: str, ids: Iterable[object]) -> set[Row]:
        self.connection.execute(f"SET VARIABLE kept = [{', '.join(map(str, ids))}]::INTEGER[]")
        return set(self.run(rederiving))

    def every_world(self, sql: str) -> dict[int, set[Row]]:
        """The query's rows in each set of rows, as a mask of bits by place in `ids`."""
        return self._outcomes(sql, "(world.mask >> bit.bit) & 1 = 1", {m: m for m in range(1 << len(self.ids))})

    def without_each(self, sql: str) -> dict[int, set[Row]]:
        """The query's rows without each row, by its place in `ids`."""
        whole = (1 << len(self.ids)) - 1
        return self._outcomes(
            sql, "world.mask <> bit.bit", {place: whole & ~(1 << place) for place in range(len(self.ids))}
        )

    def _outcomes(self, sql: str, alive: str, masks: Mapping[int, int]) -> dict[int, set[Row]]:
        rederiving = _rederiving(sql)

        def directly(world: int) -> set[Row]:
            return self._over(rederiving, [r for place, r in enumerate(self.ids) if masks[world] >> place & 1])

        worldly = _with_worlds(sql)
        if worldly is None:
            return {world: directly(world) for world in masks}
        self.connection.execute(f"CREATE OR REPLACE TABLE world AS SELECT unnest(range({len(masks)})) AS mask")
        for name, in_world in _IN_WORLD.items():
            self.connection.execute(
                f"CREATE OR REPLACE TABLE {in_world} AS SELECT world.mask AS world, t.* FROM {name} AS t "
                f"JOIN bit ON bit.id = t.id JOIN world ON {alive}"
            )
        outcomes: dict[int, set[Row]] = {world: set() for world in masks}
        for *row, world in self.run(worldly):
            outcomes[world].add(tuple(row))
        for world in random.Random(0).sample(list(masks), min(3, len(masks))):  # noqa: S311 - a sample, no secret
            assert outcomes[world] == directly(world), "the oracle's own rewriting is wrong"
        return outcomes

    def _fill(self, table: str, rows: Sequence[Row]) -> None:
        self.connection.execute(f"DELETE FROM {table}")
        if rows:
            values = ", ".join(f"({', '.join(map(_literal, row))})" for row in rows)
            self.connection.execute(f"INSERT INTO {table} VALUES {values}")


def _literal(value: object) -> str:
    return "NULL" if value is None else repr(value)


def causes(row: Row, outcomes: Mapping[int, set[Row]], places: int) -> set[int]:
    """Places of the rows that matter to an output row.

    Such a row has a set of rows, reached from all of them by deleting one by one while the output row
    stays, in which deleting it changes or removes the output row.
    """
    found: set[int] = set()
    waiting = [(1 << places) - 1]
    seen = set(waiting)
    while waiting:
        mask = waiting.pop()
        for place in range(places):
            if mask >> place & 1:
                without = mask & ~(1 << place)
                if row not in outcomes[without]:
                    found.add(place)
                elif without not in seen:
                    seen.add(without)
                    waiting.append(without)
    return found


# A case is tried on many examples: its SQL is rewritten once.


@cache
def _rederiving(sql: str) -> str:
    return rederivation(sql, _ALONE)


@cache
def _with_worlds(sql: str) -> str | None:
    """The query over all worlds, with its world as the last column; None if it aggregates all rows, or looks aside."""
    relations = dict(RELATIONS) | {name: RELATIONS[s] for s, name in _IN_WORLD.items()}
    tree = qualified(parse(rederivation(sql, _IN_WORLD)), relations)
    if tree.find(exp.Except):
        return None
    worldly: set[str] = set()
    for query, name in (*((cte.this, cte.alias) for cte in tree.ctes), (tree, "")):
        for leaf in union_leaves(query):
            added = _add_world(leaf, worldly)
            if added is None:
                return None
            if added:
                worldly.add(name)
    return render(tree)


def _add_world(select: exp.Select, worldly: set[str], outer: exp.Expr | None = None) -> bool | None:
    """Keep worlds apart in a SELECT, and return its world; one inside another's rows is held to their world, `outer`."""
    known: list[exp.Expr] = [] if outer is None else [outer]
    by_item = {id(join.this): join for join in joins(select)}
    found = False
    for item in from_items(select):
        table, cte, query = table_name(item), cte_name(item), query_of(item)
        has_world = (table or "").startswith("w.") or cte in worldly
        if query is not None:
            lateral = isinstance(item, exp.Lateral)
            for leaf in union_leaves(query):
                added = _add_world(leaf, worldly, _first(known) if lateral else None)
                if added is None:
                    return None
                has_world |= added and not lateral
        if not has_world:
            continue
        found = True
        world, join = exp.column("world", item.alias_or_name, quoted=True), by_item.get(id(item))
        if join is None and known:
            select.where(exp.EQ(this=world, expression=_first(known)), copy=False)
        elif join is not None and known:
            same = exp.EQ(this=world, expression=_first(known))
            on = join.args.get("on")
            join.set("on", exp.and_(on, same) if on is not None else same)
            join.set("kind", None if join.kind == "CROSS" else join.kind)
        if join is None or not is_anti(join):
            known.append(world)
    nested = [leaf for query in expression_queries(select) for leaf in union_leaves(query)]
    if nested and not known:
        return None
    if any(_add_world(leaf, worldly, _first(known)) is None for leaf in nested):
        return None
    if outer is not None or not found:
        return found
    grouped = select.args.get("group")
    if grouped is None and is_grouped(select):
        return None
    select.select(exp.alias_(_first(known), "world", quoted=True), copy=False)
    if grouped is not None:
        select.group_by(_first(known), copy=False)
    for window in own_nodes(select, exp.Window):
        window.append("partition_by", _first(known))
    return True


def _first(columns: list[exp.Expr]) -> exp.Expr:
    first, *others = (column.copy() for column in columns)
    return exp.Coalesce(this=first, expressions=others) if others else first
