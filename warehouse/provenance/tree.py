"""Models as trees: parsing a model's SELECT, naming what it reads, and pointing it at other relations.

Belongs here: what provenance, lineage and the tables' definitions share about a query as text and as a sqlglot tree.
Does not belong here: what constructs mean (`constructs.py`, `rewrite.py`, `columns.py`). Nothing here
executes SQL.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeVar

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, OptimizeError
from sqlglot.optimizer.qualify import qualify

DIALECT = "duckdb"
N = TypeVar("N", bound=exp.Expr)
#: Ends the name of the copy of a CTE that reads whole tables, beside the one that reads traced rows.
_WHOLE = "__whole"


class UnsupportedConstruct(ValueError):  # noqa: N818 - it names the construct, which is no error of ours
    """A query uses a construct whose provenance is not defined here; the message says which, and where."""

    def __init__(self, construct: str, where: str) -> None:
        super().__init__(f"unsupported construct 不支持的写法: {construct}, in {where}")
        self.construct = construct
        self.where = where


@dataclass(frozen=True)
class Relation:
    """A table as the models see it.

    `name` is `stage.table`, `columns` maps names to DuckDB types; the `key` columns are NOT NULL and together
    unique.
    """

    name: str
    columns: Mapping[str, str]
    key: tuple[str, ...]


def parse(sql: str) -> exp.Query:
    """The tree of one SELECT, or of a UNION of them.

    Raises:
        UnsupportedConstruct: the text is another statement, or several.
        sqlglot.errors.ParseError: it is no SQL.
    """
    statements = sqlglot.parse(sql, dialect=DIALECT)
    tree = statements[0] if len(statements) == 1 else None
    if not isinstance(tree, exp.Select | exp.SetOperation):
        raise UnsupportedConstruct("anything but one SELECT statement", f"“{sql.strip()[:60]}”")
    # DuckDB's arrows bind weaker than other operators, and sqlglot writes them bare after NOT and ||.
    for arrow in list(tree.find_all(exp.JSONExtract, exp.JSONExtractScalar)):
        if not isinstance(arrow.parent, exp.Paren):
            parentheses = exp.Paren()
            arrow.replace(parentheses)
            parentheses.set("this", arrow)
    return tree


def render(tree: exp.Expr) -> str:
    """The tree as DuckDB SQL."""
    return tree.sql(dialect=DIALECT, unsupported_level=ErrorLevel.RAISE)


def qualified(tree: exp.Query, relations: Mapping[str, Relation]) -> exp.Query:
    """The tree with every column under its source's alias, stars and ordinals expanded, every output named.

    The branches of a UNION, INTERSECT or EXCEPT name their outputs as its first does.

    Raises:
        ValueError: the query reads a table that `relations` lacks, or a column cannot be resolved.
    """
    schema: dict[str, object] = {}
    for _, name in _tables_read(tree):
        if _demand_stage(name) not in relations:
            raise ValueError(f"{name}: no such relation 没有这张表; known: {', '.join(sorted(relations))}")
        stage, table = name.split(".")
        of_stage = schema.setdefault(stage, {})
        assert isinstance(of_stage, dict)  # noqa: S101 - put there one line above
        of_stage[table] = dict(relations[name].columns)
    try:
        tree = qualify(tree, dialect=DIALECT, schema=schema)
    except OptimizeError as error:
        raise ValueError(str(error)) from error
    for union in list(tree.find_all(exp.SetOperation)):
        first, *others = union_leaves(union)
        for leaf in others:
            for projection, name in zip(leaf.expressions, first.named_selects, strict=True):
                projection.set("alias", exp.to_identifier(name, quoted=True))
    return tree


def inputs(sql: str) -> tuple[str, ...]:
    """The tables that a model reads, as `stage.table`, in the order in which its text mentions them."""
    return tuple(dict.fromkeys(_demand_stage(reference.name) for reference in _references(sql)))


def retarget(sql: str, mapping: Mapping[str, str]) -> str:
    """The same query over other relations: its text as it is but for their names.

    Args:
        mapping: table `stage.table` -> the name to read instead. Tables that it lacks stay.
    """
    parts, end = list[str](), 0
    for reference in _references(sql):
        if reference.name in mapping:
            # Columns go on naming the reference as before: by its alias, or by the name that becomes its alias.
            parts += (sql[end : reference.start], mapping[reference.name], reference.alias)
            end = reference.end
    return "".join((*parts, sql[end:]))


@dataclass(frozen=True)
class _Reference:
    """Where the text of a query names a table. alias: what must stand behind another name in its place, if it has no alias."""

    start: int
    end: int
    name: str
    alias: str


# A whole run asks for those of some 230 models; to write their trees out anew instead took 5 ms each.
@lru_cache(maxsize=1024)
def _references(sql: str) -> tuple[_Reference, ...]:
    """Where a query names tables, in the order of its text."""
    found = []
    for table, name in _tables_read(parse(sql)):
        alias = "" if table.alias else f" AS {render(exp.to_identifier(table.name))}"
        found.append(_Reference(table.parts[0].meta["start"], table.parts[-1].meta["end"] + 1, name, alias))
    return tuple(sorted(found, key=lambda reference: reference.start))


def rederivation(sql: str, mapping: Mapping[str, str]) -> str:
    """The query that re-derives traced rows: `mapping` replaces only the references whose rows a trace holds.

    What only excludes (the right side of an ANTI JOIN or EXCEPT, the subquery of a NOT EXISTS or NOT IN)
    contributes no rows to a trace, so it goes on reading its tables whole: a row that it excluded must not
    come back because what excluded it was not traced. To point those references elsewhere too, `retarget`
    the result.
    """
    tree = parse(sql)
    # By identity: a NOT EXISTS inside the right side of an ANTI JOIN excludes once.
    excluding = list({id(table): table for query in _excluding(tree) for table in query.find_all(exp.Table)}.values())
    if excluding:
        _add_whole_ctes(tree)
        for table in excluding:
            _read_whole(table)
    kept = {id(table) for table in excluding}
    for query in (tree, *(cte.this for cte in tree.ctes)):
        if not _is_whole(query):
            for table in list(own_nodes(query, exp.Table, into_subqueries=True)):
                if id(table) not in kept:
                    _point(table, mapping)
    drop_unread_ctes(tree)
    return render(tree)


# --- looking at trees -------------------------------------------------------------------------------------


def table_name(node: exp.Expr) -> str | None:
    """`stage.table` of a reference to a table; None for a CTE, a subquery and everything else."""
    return f"{node.db}.{node.name}" if isinstance(node, exp.Table) and node.db else None


def cte_name(node: exp.Expr) -> str | None:
    """The name of the CTE that a node refers to, if it does."""
    return node.name if isinstance(node, exp.Table) and not node.db else None


def joins(select: exp.Select) -> list[exp.Join]:
    return select.args.get("joins") or []


def is_anti(join: exp.Join) -> bool:
    return join.kind == "ANTI"


def from_items(select: exp.Select) -> Iterator[exp.Expr]:
    """What a SELECT reads, in order: tables, CTEs, subqueries, UNNESTs and VALUES."""
    first = select.args.get("from_")
    if first is not None:
        yield first.this
    for join in joins(select):
        yield join.this


def role(query: exp.Query) -> Literal["excludes", "requires", "value"]:
    """What a query of `expression_queries` does to a row of the SELECT that it stands in.

    That of a NOT EXISTS or NOT IN in WHERE, HAVING or QUALIFY (below an odd number of NOTs with nothing but AND,
    OR and parentheses between) only excludes rows; that of an EXISTS or IN there is required. Any other makes a
    value: `SELECT NOT EXISTS (...) AS missing`.
    """
    place, negated = query.parent, False
    if not isinstance(place, exp.Exists | exp.In):
        return "value"
    while isinstance(place.parent, exp.And | exp.Or | exp.Paren | exp.Not):
        place = place.parent
        negated ^= isinstance(place, exp.Not)
    clause = place.parent
    if not isinstance(clause, exp.Where | exp.Having | exp.Qualify) or not isinstance(clause.parent, exp.Select):
        return "value"
    return "excludes" if negated else "requires"


def expression_queries(root: exp.Expr) -> Iterator[exp.Query]:
    """The queries inside the expressions of a SELECT or clause: those of EXISTS and IN, and scalar ones."""

    def nested(node: exp.Expr) -> bool:
        return node is not root and isinstance(node, exp.With | exp.Query)

    for node in root.walk(prune=nested):
        if (
            nested(node)
            and isinstance(node, exp.Query)
            and not isinstance(node.parent, exp.From | exp.Join | exp.Lateral)
        ):
            yield node


def query_of(item: exp.Expr) -> exp.Query | None:
    """The query of a subquery or LATERAL in FROM; None for everything else."""
    subquery = item.this if isinstance(item, exp.Lateral) else item
    return subquery.this if isinstance(subquery, exp.Subquery) else None


def columns_of(select: exp.Select) -> Iterator[exp.Column]:
    """A SELECT's uses of its sources' columns, in itself and in the queries that are evaluated for its rows."""
    aliases = {item.alias_or_name for item in from_items(select)}
    yield from (column for column in own_nodes(select, exp.Column) if column.table in aliases)
    laterals = (query_of(item) for item in from_items(select) if isinstance(item, exp.Lateral))
    for query in (*expression_queries(select), *laterals):
        if query is not None:
            yield from _columns_within(query, aliases)


def union_leaves(query: exp.Expr) -> list[exp.Select]:
    """The SELECTs of a UNION, INTERSECT or EXCEPT, in order; of a SELECT, itself."""
    if isinstance(query, exp.SetOperation):
        return union_leaves(query.this) + union_leaves(query.expression)
    if isinstance(query, exp.Subquery):
        return union_leaves(query.this)
    assert isinstance(query, exp.Select)  # noqa: S101 - `constructs.check` let nothing else pass
    return [query]


def own_nodes(root: exp.Expr, kind: type[N], *, into_subqueries: bool = False) -> Iterator[N]:
    """Nodes of a kind in a query or expression itself, not in its CTEs nor (unless wanted) its subqueries."""

    def nested(node: exp.Expr) -> bool:
        return node is not root and isinstance(node, exp.With if into_subqueries else exp.With | exp.Query)

    return (node for node in root.walk(prune=nested) if isinstance(node, kind) and not nested(node))


def location(node: exp.Expr) -> str:
    """Where a node stands, for messages: its CTE and its own text."""
    cte = node.find_ancestor(exp.CTE)
    text = node.sql(dialect=DIALECT)
    place = f"CTE {cte.alias}" if cte else "the main query"
    return f"{place}: {text[:77] + '...' if len(text) > 80 else text}"


def drop_unread_ctes(tree: exp.Query) -> None:
    """Take out the CTEs that nothing reads."""
    clause = tree.args.get("with_")
    if clause is None:
        return
    read = {cte_name(table) for table in own_nodes(tree, exp.Table, into_subqueries=True)}
    kept = []
    for cte in reversed(clause.expressions):
        if cte.alias in read:
            kept.insert(0, cte)
            read |= {cte_name(table) for table in cte.find_all(exp.Table)}
    clause.set("expressions", kept)
    if not kept:
        tree.set("with_", None)


# --- details ----------------------------------------------------------------------------------------------


def _tables_read(tree: exp.Query) -> Iterator[tuple[exp.Table, str]]:
    """The references to tables, each with `stage.table`; with the bare name where one is neither that nor a CTE's."""
    ctes = {cte.alias for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        name = table_name(table) or (table.name if table.name not in ctes else "")
        if name:
            yield table, name


def _demand_stage(name: str) -> str:
    if "." not in name:
        raise ValueError(f"{name}: no CTE, and tables are named stage.table 表名须写作 stage.table")
    return name


def _excluding(tree: exp.Query) -> Iterator[exp.Expr]:
    for join in tree.find_all(exp.Join):
        if is_anti(join):
            yield join.this
    for operation in tree.find_all(exp.Except):
        yield operation.expression
    for select in tree.find_all(exp.Select):
        yield from (query for query in expression_queries(select) if role(query) == "excludes")


def _columns_within(query: exp.Query, aliases: set[str]) -> Iterator[exp.Column]:
    """Columns of an outer query's sources, in a query inside it that may hide some of them by its own."""
    for select in union_leaves(query):
        seen = aliases - {item.alias_or_name for item in from_items(select)}
        if seen:
            yield from (column for column in own_nodes(select, exp.Column) if column.table in seen)
            for inner in (*expression_queries(select), *map(query_of, from_items(select))):
                if inner is not None:
                    yield from _columns_within(inner, seen)


def _point(table: exp.Table, mapping: Mapping[str, str]) -> None:
    name = table_name(table)
    if name is None or name not in mapping:
        return
    # Columns go on naming the reference as before: by its alias, or by the name that becomes its alias.
    alias = table.alias_or_name
    target = exp.to_table(mapping[name], dialect=DIALECT)
    for part in ("this", "db", "catalog"):
        table.set(part, target.args.get(part))
    if not table.alias:
        table.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))


def _add_whole_ctes(tree: exp.Query) -> None:
    clause = tree.args.get("with_")
    if clause is None:
        return
    both = []
    for cte in clause.expressions:
        whole = cte.copy()
        whole.set("alias", exp.TableAlias(this=exp.to_identifier(cte.alias + _WHOLE)))
        for table in whole.this.find_all(exp.Table):
            _read_whole(table)
        both += [whole, cte]
    clause.set("expressions", both)


def _read_whole(table: exp.Table) -> None:
    if cte_name(table):
        alias = table.alias_or_name
        table.set("this", exp.to_identifier(table.name + _WHOLE))
        table.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))


def _is_whole(query: exp.Expr) -> bool:
    return isinstance(query.parent, exp.CTE) and query.parent.alias.endswith(_WHOLE)
