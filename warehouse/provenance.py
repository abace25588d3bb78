"""Which rows took part in a row: why-provenance by query rewriting.

The method is that of Perm, GProM and ProvSQL: the model's own SELECT is rewritten into one that returns the
same rows and, beside each, the keys of the rows that took part. What runs is what is traced; nothing is
declared, and nothing is kept while building.

**Twins.** Every CTE keeps its original and gets a rewritten twin. A twin has *the same rows as its
original*, each once, and one more column for each reference to a table that contributes: a STRUCT of that
table's key or, where rows were merged, a LIST of such structs. A CTE that is read twice brings its columns
twice. Since no row is ever multiplied, `row_number()`, joins and aggregates mean in the twin what they mean
in the model, and a join of two totals costs the sum of their inputs' rows. (Perm's witness rows are the
product of them; a list holds, for its reference, the union of what stands in those rows.) In the end the
lists are unnested side by side: a row of the result is a place in the longest list, with NULL where another
list is shorter.

**What takes part:**

| construct | rows that take part |
|---|---|
| table | the row |
| WHERE, projection, JOIN, outer and CROSS JOIN | what does in either side; NULL where a side has no row |
| ANTI JOIN | the left side; the right side stays the original query: it is why other rows are absent |
| UNION ALL | what does in the branch, NULL for the others |
| UNNEST, VALUES | nothing of their own |
| DISTINCT | all duplicates |
| QUALIFY row_number() OVER (...) = 1 | the row itself; those that it beat do not matter to it |
| GROUP BY, or aggregates without it | the rows of the group that take part in any of the aggregates |
| - count(*), list(x), json_group_array(x) | every row (that passes FILTER; so below) |
| - sum, avg, string_agg, count(x), with DISTINCT or not | rows where x is not NULL |
| - max, min, bool_or, bool_and | rows where x equals the result: all ties |
| - arg_max(y, x), arg_min(y, x) | of the rows where y is not NULL, those with the extremum of x: all ties |

If no row of a group takes part in any aggregate (all NULL), or there is none, all of its rows do, since
they make the group. An aggregate over a whole query needs no row in order to exist, so then none does.

**Columns.** Asked for some output columns, the model is first cut down to what influences them
(`pruning.py`).

**Whitelist.** Everything else is refused by name (`constructs.py`): other windows, EXISTS, IN (subquery),
HAVING, LIMIT and so on.

**What holds**, and is tested against brute force: the model over the traced rows alone, with what is right
of an ANTI JOIN left whole (`rederivation`), gives the same row; and each traced row matters: there is a way
to delete others one by one, the result unchanged, until deleting it changes the result.

**Known limits.** Witnesses are not absorbed: where one table reaches a row by two ways of which one is
needed anyway or both give the same (a self-join under DISTINCT, a tie for a max beside a sum that needs the
other row), both are returned. Values are not looked into: a row that adds 0 to a sum, or is joined and
gives what its absence would give, takes part. What decides *between* rows without standing in the result
(what an ANTI JOIN excluded, what lost a row_number() or a max) is not part of a trace. A total that is
joined to each of its n rows and added up again carries n lists of n keys on the way.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from warehouse.constructs import RESERVED, Use, aggregate_use, aggregates, check, check_arrows, is_grouped
from warehouse.pruning import prune
from warehouse.sqltree import (
    Relation,
    UnsupportedConstruct,
    cte_name,
    drop_unread_ctes,
    from_items,
    inputs,
    is_anti,
    joins,
    own_nodes,
    parse,
    policy_lists,
    qualified,
    rederivation,
    render,
    retarget,
    table_name,
    union_leaves,
)

__all__ = [
    "Provenance",
    "Relation",
    "UnsupportedConstruct",
    "inputs",
    "policy_lists",
    "rederivation",
    "retarget",
    "rewrite",
]

_SOURCE = f"{RESERVED}source_"
_TWIN = f"{RESERVED}traced"
_ROWS = f"{RESERVED}rows"
_ROW = f"{RESERVED}row"
_TOOK_PART = f"{RESERVED}took_part"
_EXTREME = f"{RESERVED}extreme_"


@dataclass(frozen=True)
class Provenance:
    """A model's query rewritten to return, beside its rows, the keys of the rows that took part.

    Attributes:
        sql: DuckDB query; returns the (kept) output columns, then the columns of `sources`. Parameters are
        as in the
            model. An output row comes once, or as often as its longest list of sources is long.
        sources: (column, table) for each contributing reference; the column is a STRUCT of the table's key,
        NULL
            where no (further) row of that reference took part.
        columns: the columns that the query reads of each contributing table.
    """

    sql: str
    sources: tuple[tuple[str, str], ...]
    columns: Mapping[str, frozenset[str]]


def rewrite(sql: str, relations: Mapping[str, Relation], columns: Collection[str] | None = None) -> Provenance:
    """Rewrite a model's SELECT to return the keys of the rows that took part in each of its rows.

    Args:
        relations: at least the tables that the model reads, by `stage.table`.
        columns: output columns to trace, with those that identify a row; None traces all.

    Raises:
        UnsupportedConstruct: the model uses what is not in the whitelist.
        ValueError: a table or column is not known, or a table has no key.
    """
    check_arrows(sql)
    tree = parse(sql)
    check(tree)
    tree = qualified(tree, relations)
    reads = prune(tree, relations, columns)
    outputs = tree.named_selects
    rewriter = _Rewriter(relations)
    ctes: list[exp.CTE] = []
    for cte in tree.ctes:
        ctes += [cte.copy(), rewriter.twin(cte)]
    tree.set("with_", None)
    traced, sources = rewriter.query(tree)
    if any(source.is_list for source in sources):
        traced = _unnested(traced, outputs, sources)
    if ctes:
        traced.set("with_", exp.With(expressions=ctes))
        drop_unread_ctes(traced)
    return Provenance(render(traced), tuple((source.column, source.table) for source in sources), reads)


@dataclass(frozen=True)
class _Source:
    """A column of a twin: keys of rows of `table`, one as a STRUCT or several as a LIST."""

    column: str
    table: str
    is_list: bool


@dataclass(frozen=True)
class _Keys:
    """The same as an expression of a SELECT that has yet to return it."""

    value: exp.Expr
    table: str
    is_list: bool


@dataclass
class _Rewriter:
    relations: Mapping[str, Relation]
    twins: dict[str, list[_Source]] = field(default_factory=dict)

    def twin(self, cte: exp.CTE) -> exp.CTE:
        """The rewritten twin of a CTE, under its own name."""
        query, self.twins[cte.alias] = self.query(cte.this)
        return exp.CTE(this=query, alias=exp.TableAlias(this=_identifier(cte.alias + _TWIN)))

    def query(self, query: exp.Query) -> tuple[exp.Query, list[_Source]]:
        """A query that also returns keys. The branches of a UNION ALL return NULL for each other's."""
        leaves = [self._select(leaf.copy()) for leaf in union_leaves(query)]
        everyone = [key for _, keys in leaves for key in keys]
        branches, before = [], 0
        for select, keys in leaves:
            values: list[exp.Expr] = [exp.null() for _ in everyone]
            values[before : before + len(keys)] = [key.value for key in keys]
            named = [_named(value, f"{_SOURCE}{n}") for n, value in enumerate(values, 1)]
            branches.append(select.select(*named, copy=False))
            before += len(keys)
        sources = [_Source(f"{_SOURCE}{n}", key.table, key.is_list) for n, key in enumerate(everyone, 1)]
        united = branches[0] if len(branches) == 1 else exp.union(*branches, distinct=False, copy=False)
        return united, sources

    def _select(self, select: exp.Select) -> tuple[exp.Select, list[_Keys]]:
        keys = [key for item in _contributing(select) for key in self._contribution(item)]
        distinct, qualify = select.args.get("distinct"), select.args.get("qualify")
        select.set("distinct", None)
        if qualify is not None:
            # DuckDB 1.5.5 turns `row_number() ... = 1` into an arg_min of what is selected
            # (top_n_window_elimination), which took the wrong row where that was a LIST or STRUCT and the
            # first order key NULL. So it may not see it.
            qualify.set("this", exp.NullSafeEQ(this=qualify.this.this, expression=qualify.this.expression))
        if is_grouped(select):
            select, keys = _merge_groups(select, keys)
        if distinct is not None:
            select, keys = _merge_duplicates(select, keys)
        return select, keys

    def _contribution(self, item: exp.Expr) -> Iterator[_Keys]:
        """The keys that a source of a SELECT brings; what is no table of the lake is replaced by its twin."""
        table, cte, alias = table_name(item), cte_name(item), item.alias_or_name
        if table is not None:
            yield _Keys(self._key(table, alias), table, is_list=False)
            return
        if cte is not None:
            sources = self.twins[cte]
            item.set("this", _identifier(cte + _TWIN))
        elif isinstance(item, exp.Subquery):
            query, sources = self.query(item.this)
            item.set("this", query)
        else:
            return
        for source in sources:
            yield _Keys(_column(source.column, alias), source.table, source.is_list)

    def _key(self, table: str, alias: str) -> exp.Expr:
        """The key of a reference's row; NULL where an outer join has none (else it is never NULL)."""
        names = self.relations[table].key
        if not names:
            raise ValueError(f"{table}: a table without a key cannot be traced 没有键的表无法追溯")
        struct = _struct({name: _column(name, alias) for name in names})
        return exp.case().when(_is_not_null(_column(names[0], alias)), struct)


def _contributing(select: exp.Select) -> list[exp.Expr]:
    excluded = {id(join.this) for join in joins(select) if is_anti(join)}
    return [item for item in from_items(select) if id(item) not in excluded]


def _merge_groups(select: exp.Select, keys: list[_Keys]) -> tuple[exp.Select, list[_Keys]]:
    """GROUP BY over a subquery of the rows, each with what tells whether it takes part, to gather the keys.

    SELECT k, sum(v), max(w) FROM t GROUP BY k  becomes, leaving aside NULLs and that somebody must take part,
    SELECT k, sum(v), max(w), list(source) FILTER (WHERE took_part) || [row.source FOR row IN
        list({source, extreme_1}) FILTER (WHERE NOT took_part) IF row.extreme_1 = max(extreme_1)]
    FROM (SELECT k, v, w, source, v IS NOT NULL AS took_part, w AS extreme_1 FROM t) GROUP BY k
    """
    used = [aggregate for projection in select.expressions for aggregate in aggregates(projection)]
    participation = _participation(used)
    rows = exp.select(copy=False)
    for clause in ("from_", "joins", "where"):
        rows.set(clause, select.args.get(clause))
        select.set(clause, None)
    names: dict[str, str] = {}
    for column in list(own_nodes(select, exp.Column)):
        name = names.setdefault(column.sql(), f"{RESERVED}column_{len(names) + 1}")
        if name not in rows.named_selects:
            rows.select(_named(column.copy(), name), copy=False)
        column.replace(_column(name, _ROWS))
    rows, sources = _returning(rows, keys)
    if participation is not None:
        rows.select(*participation.columns(), copy=False)
    select.from_(_subquery(rows, _ROWS), copy=False)
    fall_back = select.args.get("group") is not None
    return select, [_gathered(source, participation, fall_back=fall_back) for source in sources]


def _merge_duplicates(select: exp.Select, keys: list[_Keys]) -> tuple[exp.Select, list[_Keys]]:
    """DISTINCT as GROUP BY all outputs."""
    outputs = select.named_selects
    rows, sources = _returning(select, keys)
    merged = exp.select(*(_named(_column(name, _ROWS), name) for name in outputs), copy=False)
    merged.from_(_subquery(rows, _ROWS), copy=False)
    merged.group_by(*(_column(name, _ROWS) for name in outputs), copy=False)
    return merged, [_gathered(source, None, fall_back=False) for source in sources]


def _returning(select: exp.Select, keys: list[_Keys]) -> tuple[exp.Select, list[_Source]]:
    select.select(*(_named(key.value, f"{_SOURCE}{n}") for n, key in enumerate(keys, 1)), copy=False)
    return select, [_Source(f"{_SOURCE}{n}", key.table, key.is_list) for n, key in enumerate(keys, 1)]


def _gathered(source: _Source, participation: "_Participation | None", *, fall_back: bool) -> _Keys:
    """A source's keys over a group: of the rows that took part or, if none did and `fall_back`, of all."""
    key, took_part = _column(source.column, _ROWS), _column(_TOOK_PART, _ROWS)
    if participation is None:
        value = _listed(source, key)
    else:
        value = _listed(source, key, took_part)
        someone: exp.Expr = exp.LogicalOr(this=took_part)
        extremes = participation.over_group()
        if extremes:
            value = exp.ArrayConcat(this=value, expressions=[_tied(source, extremes)])
            someone = exp.or_(someone, *(_is_not_null(extreme) for extreme in extremes.values()))
        if fall_back:
            value = exp.case().when(someone, value).else_(_listed(source, key, exp.not_(took_part)))
    return _Keys(exp.Flatten(this=value) if source.is_list else value, source.table, is_list=True)


def _tied(source: _Source, extremes: Mapping[str, exp.Expr]) -> exp.Expr:
    """The keys of the rows that tie for an extreme, of those that do not take part anyway."""
    names = (source.column, *extremes)
    others = _listed(
        source, _struct({name: _column(name, _ROWS) for name in names}), exp.not_(_column(_TOOK_PART, _ROWS))
    )
    ties = [exp.EQ(this=_column(name, _ROW), expression=extreme) for name, extreme in extremes.items()]
    tied = exp.Comprehension(
        this=_column(source.column, _ROW),
        expression=_identifier(_ROW),
        iterator=others,
        condition=exp.or_(*ties),
    )
    return exp.Array(expressions=[tied])


def _listed(source: _Source, value: exp.Expr, *conditions: exp.Expr) -> exp.Expr:
    """The list of a value over the rows of a group that have a key of the source and meet the conditions."""
    # Equal lists come of one total joined to many rows: one is enough.
    listed = exp.ArrayAgg(this=exp.Distinct(expressions=[value.copy()]) if source.is_list else value.copy())
    passes = exp.and_(*conditions, _is_not_null(_column(source.column, _ROWS)))
    return exp.Filter(this=listed, expression=exp.Where(this=passes))


# --- which rows take part ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Participation:
    """Which rows of a group take part: those that meet a condition, and those that tie for an extreme of a value."""

    conditions: list[exp.Expr]
    extremes: list[tuple[exp.Expr, type[exp.Max | exp.Min]]]

    def columns(self) -> Iterator[exp.Expr]:
        """What the subquery of the rows must return for it."""
        condition = exp.Coalesce(this=exp.or_(exp.false(), *self.conditions), expressions=[exp.false()])
        yield _named(condition, _TOOK_PART)
        for n, (value, _) in enumerate(self.extremes, 1):
            yield _named(value, f"{_EXTREME}{n}")

    def over_group(self) -> dict[str, exp.Expr]:
        """For each of these columns of values, its extreme as an aggregate."""
        columns = {f"{_EXTREME}{n}": function for n, (_, function) in enumerate(self.extremes, 1)}
        return {name: function(this=_column(name, _ROWS)) for name, function in columns.items()}


def _participation(used: list[exp.Expr]) -> _Participation | None:
    """Which rows take part in any of these aggregates; None if every row does."""
    found = _Participation([], [])
    for aggregate in used:
        parent, use = aggregate.parent, aggregate_use(aggregate)
        passes = [parent.expression.this.copy()] if isinstance(parent, exp.Filter) else []
        if use is Use.EVERY and not passes:
            return None
        if use is Use.EVERY:
            found.conditions.append(exp.and_(*passes))
        elif use is Use.NON_NULL:
            found.conditions.append(exp.and_(*passes, _is_not_null(_argument(aggregate))))
        else:
            value = _argument(aggregate)
            if use is Use.ARGUMENT:
                passes.append(_is_not_null(value))
                value = aggregate.expression.copy()
            value = exp.case().when(exp.and_(*passes), value) if passes else value
            greatest = isinstance(aggregate, exp.Max | exp.ArgMax | exp.LogicalOr)
            found.extremes.append((value, exp.Max if greatest else exp.Min))
    return found if used else None


def _argument(aggregate: exp.Expr) -> exp.Expr:
    """The value that an aggregate takes of each row, without DISTINCT and ORDER BY."""
    value = aggregate.this
    while isinstance(value, exp.Order | exp.Distinct):
        value = value.this if isinstance(value, exp.Order) else value.expressions[0]
    return value.copy()


# --- pieces of SQL ----------------------------------------------------------------------------------------


def _unnested(traced: exp.Query, outputs: list[str], sources: list[_Source]) -> exp.Query:
    """Lists side by side, a key a row. An output row without any source stays, with NULLs."""
    select = exp.select(*(_named(_column(name, _ROWS), name) for name in outputs), copy=False)
    for source in sources:
        value: exp.Expr = _column(source.column, _ROWS)
        if source.is_list:
            some = exp.Nullif(this=value, expression=exp.Array(expressions=[]))
            value = exp.Explode(this=exp.Coalesce(this=some, expressions=[exp.Array(expressions=[exp.null()])]))
        select.select(_named(value, source.column), copy=False)
    return select.from_(_subquery(traced, _ROWS), copy=False)


def _is_not_null(value: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Is(this=exp.paren(value), expression=exp.null()))


def _struct(fields: Mapping[str, exp.Expr]) -> exp.Struct:
    return exp.Struct(
        expressions=[exp.PropertyEQ(this=_identifier(name), expression=field) for name, field in fields.items()]
    )


def _subquery(query: exp.Query, alias: str) -> exp.Subquery:
    return exp.Subquery(this=query, alias=exp.TableAlias(this=_identifier(alias)))


def _identifier(name: str) -> exp.Identifier:
    return exp.to_identifier(name, quoted=True)


def _column(name: str, table: str) -> exp.Column:
    return exp.column(name, table, quoted=True)


def _named(value: exp.Expr, name: str) -> exp.Alias:
    return exp.Alias(this=value, alias=_identifier(name))
