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
| QUALIFY row_number(), rank() or dense_rank() OVER (...) = 1 or <= n | the row itself; those that it beat do not matter |
| any other window, in SELECT or QUALIFY | the row itself, and those that the window's value depends on: |
| - row_number() | the rows before it |
| - rank(), dense_rank() | the rows before it and its peers |
| - percent_rank(), cume_dist(), ntile() | its partition |
| - lag, lead | the rows from it to the one that is referred to, if there is one |
| - first_value, last_value | the row that gives the value |
| - an aggregate | the rows of the frame that take part in it, as below |
| - any over a frame that ends n ROWS or GROUPS away | all rows from it to the far end: each counts as a place |
| EXISTS (q) | what does in any row of q, whether required or a value |
| x IN (q) | what does in the rows of q that equal x; as a value, also in those that compare as NULL |
| NOT EXISTS, NOT IN in WHERE, HAVING, QUALIFY | nothing of theirs, as in an ANTI JOIN |
| scalar subquery, LATERAL | what does in its rows |
| HAVING | what does in its aggregates too |
| UNION, INTERSECT, EXCEPT | all duplicates of the row; on both sides, of EXCEPT on the left |
| WITH RECURSIVE | what does in any step on the way to the row |
| GROUP BY, or aggregates without it | the rows of the group that take part in any of the aggregates |
| - count(*), list(x), json_group_array(x) | every row (that passes FILTER; so below) |
| - sum, avg, string_agg, count(x), with DISTINCT or not | rows where x is not NULL |
| - max, min, bool_or, bool_and | rows where x equals the result: all ties |
| - arg_max(y, x), arg_min(y, x) | of the rows where y is not NULL, those with the extremum of x: all ties |

If no row of a group takes part in any aggregate (all NULL), or there is none, all of its rows do, since
they make the group. An aggregate over a whole query needs no row in order to exist, so then none does.

**Columns.** Asked for some output columns, the model is first cut down to what influences them
(`pruning.py`).

**Windows and subqueries.** A window's keys are gathered over the same window, beside its value. A subquery in
an expression stays as it is, and its twin is asked beside it for the keys of its rows, for each row anew. A
recursion carries its lists through the steps. HAVING, set operations and mixtures of all these are first
written as subqueries (`normalise.py`).

**Whitelist.** Everything else is refused by name (`constructs.py`): LIMIT, ALL of INTERSECT and EXCEPT,
recursion that merges rows or reads itself twice, and so on.

**What holds**, and is tested against brute force: the model over the traced rows alone, with what only
excludes (right of ANTI JOIN and EXCEPT, NOT EXISTS, NOT IN) left whole (`rederivation`), gives the same row;
and each traced row matters: there is a way to delete others one by one, the result unchanged, until deleting
it changes the result.

**Known limits.** Witnesses are not absorbed: where one table reaches a row by two ways of which one is
needed anyway or both give the same (a self-join under DISTINCT, a tie for a max beside a sum that needs the
other row), both are returned. Values are not looked into: a row that adds 0 to a sum, or is joined and
gives what its absence would give, takes part. So do all rows of a sum that a HAVING compares, and all of an
EXISTS beside an OR that holds anyway. What decides *between* rows without standing in the result
(what an ANTI JOIN excluded, what lost a row_number() or a max) is not part of a trace. A total that is
joined to each of its n rows and added up again carries n lists of n keys on the way.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from sqlglot import exp

from warehouse.provenance.constructs import (
    RESERVED,
    Reach,
    Use,
    aggregate_use,
    aggregates,
    check,
    check_arrows,
    function_of,
    is_first_row,
    is_grouped,
    is_recursive,
    keeps_leading,
    window_reach,
    windows,
)
from warehouse.provenance.normalise import normalise
from warehouse.provenance.pruning import prune
from warehouse.provenance.tree import (
    DIALECT,
    Relation,
    UnsupportedConstruct,
    cte_name,
    drop_unread_ctes,
    expression_queries,
    from_items,
    inputs,
    is_anti,
    joins,
    own_nodes,
    parse,
    qualified,
    query_of,
    rederivation,
    render,
    retarget,
    role,
    table_name,
    union_leaves,
)

__all__ = [
    "Provenance",
    "Relation",
    "UnsupportedConstruct",
    "inputs",
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
    tree = normalise(qualified(tree, relations))
    reads = prune(tree, relations, columns)
    outputs = tree.named_selects
    rewriter = _Rewriter(relations)
    ctes: list[exp.CTE] = []
    recursive = bool(tree.args.get("with_") and tree.args["with_"].args.get("recursive"))
    for cte in tree.ctes:
        ctes += [cte.copy(), rewriter.twin(cte)]
    tree.set("with_", None)
    traced, sources = rewriter.query(tree)
    if any(source.is_list for source in sources):
        traced = _unnested(traced, outputs, sources)
    if ctes:
        traced.set("with_", exp.With(expressions=ctes, recursive=recursive))
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
        if is_recursive(cte):
            query = self._recursion(cte)
        else:
            query, self.twins[cte.alias] = self.query(cte.this)
        return exp.CTE(this=query, alias=exp.TableAlias(this=_identifier(cte.alias + _TWIN)))

    def query(self, query: exp.Query) -> tuple[exp.Query, list[_Source]]:
        """A query that also returns keys. The branches of a UNION ALL share the columns of the tables that they share.

        A row comes from one branch, so nothing meets in a shared column; what a branch lacks is NULL in its rows.
        """
        leaves = [self._select(leaf.copy()) for leaf in union_leaves(query)]
        shapes = [Counter((key.table, key.is_list) for key in keys) for _, keys in leaves]
        most = reduce(or_, shapes)
        sources = [_Source(f"{_SOURCE}{n}", *shape) for n, shape in enumerate(most.elements(), 1)]
        branches = []
        for select, keys in leaves:
            own = {shape: [key.value for key in keys if (key.table, key.is_list) == shape] for shape in most}
            values = [own[source.table, source.is_list] for source in sources]
            named = [
                _named(value.pop(0) if value else exp.null(), s.column)
                for value, s in zip(values, sources, strict=True)
            ]
            branches.append(select.select(*named, copy=False))
        united = branches[0] if len(branches) == 1 else exp.union(*branches, distinct=False, copy=False)
        return united, sources

    def _select(self, select: exp.Select) -> tuple[exp.Select, list[_Keys]]:
        keys = [key for item in _contributing(select) for key in self._contribution(item)]
        keys += [key for query in expression_queries(select) for key in self._gathered_within(query)]
        distinct, qualify = select.args.get("distinct"), select.args.get("qualify")
        select.set("distinct", None)
        if qualify is not None and is_first_row(qualify):
            # DuckDB 1.5.5 turns `row_number() ... = 1` into an arg_min of what is selected
            # (top_n_window_elimination), which took the wrong row where that was a LIST or STRUCT and the
            # first order key NULL. So it may not see it.
            qualify.set("this", exp.NullSafeEQ(this=qualify.this.this, expression=qualify.this.expression))
        elif qualify is not None:
            qualify.set("this", exp.Coalesce(this=qualify.this, expressions=[exp.false()]))
        if _wide(select):
            select, keys = _merge_windows(select, keys)
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
        elif (inner := query_of(item)) is not None:
            query, sources = self.query(inner)
            (item.this if isinstance(item, exp.Lateral) else item).set("this", query)
        else:
            return
        for source in sources:
            yield _Keys(_column(source.column, alias), source.table, source.is_list)

    def _gathered_within(self, query: exp.Query) -> Iterator[_Keys]:
        """The keys that a query inside an expression brings: of all its rows or, for IN, of those that are equal."""
        what = role(query)
        if what == "excludes":
            return
        twin, sources = self.query(query.this if isinstance(query, exp.Subquery) else query)
        place = query.parent
        for source in sources:
            rows = exp.select(_listed(source, _column(source.column, _ROWS)), copy=False)
            rows.from_(_subquery(twin.copy(), _ROWS), copy=False)
            if isinstance(place, exp.In):
                (name,) = twin.named_selects[: len(twin.named_selects) - len(sources)]
                same: exp.Expr = exp.EQ(this=place.this.copy(), expression=_column(name, _ROWS))
                # As a value, a NULL to compare with makes IN a NULL: such rows take part.
                rows.where(exp.Coalesce(this=same, expressions=[exp.true()]) if what == "value" else same, copy=False)
            value: exp.Expr = exp.Subquery(this=rows)
            yield _Keys(exp.Flatten(this=value) if source.is_list else value, source.table, is_list=True)

    def _recursion(self, cte: exp.CTE) -> exp.Query:
        """The twin of `base UNION ALL SELECT ... FROM itself`: each row carries the lists of all steps to it."""
        name = cte.alias
        query, of_base = self.query(cte.this.this)
        self.twins[name] = []
        _, of_step = self._select(cte.this.expression.copy())
        tables = [source.table for source in of_base] + [key.table for key in of_step]
        carried = [_Source(f"{_SOURCE}{n}", table, is_list=True) for n, table in enumerate(tables, 1)]
        self.twins[name] = carried
        step, keys = self._select(cte.this.expression.copy())
        (itself,) = (item.alias_or_name for item in from_items(step) if cte_name(item) == name + _TWIN)
        before = [_column(source.column, itself) for source in carried]
        own = [key for key in keys if key.value not in before]
        base = exp.select(*(_named(_column(n, _ROWS), n) for n in cte.this.named_selects), copy=False)
        base.from_(_subquery(query, _ROWS), copy=False)
        for n, source in enumerate(carried):
            empty = exp.cast(exp.Array(expressions=[]), self._list_type(source.table), dialect=DIALECT)
            first: list[exp.Expr] = [empty]
            if n < len(of_base):
                first.append(_as_list(_column(of_base[n].column, _ROWS), is_list=of_base[n].is_list))
            then: list[exp.Expr] = [before[n]]
            if n >= len(of_base):
                key = own[n - len(of_base)]
                then.append(_as_list(key.value, is_list=key.is_list))
            base.select(_named(_concatenated(first), source.column), copy=False)
            step.select(_named(_concatenated(then), source.column), copy=False)
        return exp.union(base, step, distinct=False, copy=False)

    def _list_type(self, table: str) -> str:
        relation = self.relations[table]
        fields = ", ".join(
            f"{_identifier(name).sql(dialect=DIALECT)} {relation.columns[name]}" for name in relation.key
        )
        return f"STRUCT({fields})[]"

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
    rows, sources = _rows_below(select, keys)
    if participation is not None:
        rows.select(*participation.columns(), copy=False)
    fall_back = select.args.get("group") is not None
    return select, [_gathered(source, participation, fall_back=fall_back) for source in sources]


def _rows_below(select: exp.Select, keys: list[_Keys]) -> tuple[exp.Select, list[_Source]]:
    """Put the rows of a SELECT, with the columns that it uses and their keys, into a subquery below it."""
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
    select.from_(_subquery(rows, _ROWS), copy=False)
    return rows, sources


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


# --- windows ----------------------------------------------------------------------------------------------


def _wide(select: exp.Select) -> list[exp.Window]:
    """The windows whose values make a row, or decide whether it stays by more than that it leads its partition."""
    found = [window for projection in select.expressions for window in windows(projection)]
    qualify = select.args.get("qualify")
    if qualify is not None:
        found += [window for window in windows(qualify) if not _only_leads(window)]
    return found


def _only_leads(window: exp.Window) -> bool:
    condition = window.parent
    if condition is None or not keeps_leading(condition):
        return False
    while isinstance(condition.parent, exp.And | exp.Or | exp.Paren | exp.Coalesce):
        condition = condition.parent
    return isinstance(condition.parent, exp.Qualify)


def _merge_windows(select: exp.Select, keys: list[_Keys]) -> tuple[exp.Select, list[_Keys]]:
    """Each row's own keys and, over the same windows, those of the rows that its windows' values depend on.

    SELECT k, sum(v) OVER (PARTITION BY k) FROM t  becomes, leaving aside rows without a key,
    SELECT k, sum(v) OVER (PARTITION BY k), [source] || list(source) FILTER (WHERE v IS NOT NULL) OVER (PARTITION BY k)
    FROM (SELECT k, v, source FROM t)
    """
    _, sources = _rows_below(select, keys)
    over = list({window.sql(): window for window in _wide(select)}.values())
    gathered = []
    for source in sources:
        own = _as_list(_column(source.column, _ROWS), is_list=source.is_list)
        reached = [_reached(window, source) for window in over]
        gathered.append(_Keys(_concatenated([own, *reached]), source.table, is_list=True))
    return select, gathered


def _reached(window: exp.Window, source: _Source) -> exp.Expr:
    """The keys of a source of the rows that the value of a window depends on, as a list for each row."""
    reach, function = window_reach(window), function_of(window)
    spec = window.args.get("spec")
    if reach is Reach.BEFORE:
        return _window_list(source, window, _frame("UNBOUNDED", "CURRENT ROW"))
    if reach is Reach.BEFORE_PEERS:
        # Peers do not matter to a rank: without ORDER BY all are peers.
        return _window_list(source, window, _frame("UNBOUNDED", "CURRENT ROW", kind="RANGE", exclude="TIES"))
    if reach is Reach.PARTITION:
        return _window_list(source, window, _frame("UNBOUNDED", "UNBOUNDED"))
    if reach is Reach.OFFSET:
        offset = function.args.get("offset") or exp.Literal.number(1)
        lag = isinstance(function, exp.Lag)
        frame = _frame(offset, "CURRENT ROW") if lag else _frame("CURRENT ROW", offset)
        there = _over(window, type(function)(this=exp.true(), offset=offset.copy()), None)
        return exp.case().when(_is_not_null(there), _window_list(source, window, frame))
    if spec is not None and _counts_places(spec):
        # The frame is so many places long: whoever stands in it or on the way to it moves others by going.
        return _window_list(source, window, _hull(spec))
    if reach is Reach.FRAME_END:
        return _frame_end(window, source)
    participation = _participation([function])
    if participation is None:
        return _window_list(source, window, spec)
    if participation.conditions:
        return _window_list(source, window, spec, *participation.conditions)
    ((value, extreme),) = participation.extremes
    boxed = _struct({source.column: _column(source.column, _ROWS), _EXTREME: value})
    listed = exp.Filter(
        this=exp.ArrayAgg(this=boxed), expression=exp.Where(this=_is_not_null(_column(source.column, _ROWS)))
    )
    tied = exp.Comprehension(
        this=_column(source.column, _ROW),
        expression=_identifier(_ROW),
        iterator=_over(window, listed, spec),
        condition=exp.EQ(this=_column(_EXTREME, _ROW), expression=_over(window, extreme(this=value.copy()), spec)),
    )
    keys = exp.Array(expressions=[tied])
    return exp.Flatten(this=keys) if source.is_list else keys


def _frame_end(window: exp.Window, source: _Source) -> exp.Expr:
    """The keys of the row that first_value or last_value takes, in a box: NULL is a key too for IGNORE NULLS."""
    function, ignores = function_of(window), isinstance(window.this, exp.IgnoreNulls)
    box: exp.Expr = _struct({source.column: _column(source.column, _ROWS)})
    if ignores:
        box = exp.case().when(_is_not_null(function.this.copy()), box)
    taken: exp.Expr = type(function)(this=box)
    if ignores:
        taken = exp.IgnoreNulls(this=taken)
    over = _over(window, taken, window.args.get("spec"))
    key = exp.Anonymous(this="struct_extract", expressions=[over, exp.Literal.string(source.column)])
    return key if source.is_list else exp.Array(expressions=[key])


def _window_list(source: _Source, window: exp.Window, spec: exp.Expr | None, *conditions: exp.Expr) -> exp.Expr:
    """The keys of a source over a window, of the rows that meet the conditions."""
    key = _column(source.column, _ROWS)
    passes = exp.and_(*(condition.copy() for condition in conditions), _is_not_null(key))
    listed = exp.Filter(this=exp.ArrayAgg(this=key.copy()), expression=exp.Where(this=passes))
    value = _over(window, listed, spec)
    return exp.Flatten(this=value) if source.is_list else value


def _over(window: exp.Window, function: exp.Expr, spec: exp.Expr | None) -> exp.Window:
    """Another function over the partition and order of a window."""
    over = window.copy()
    over.set("this", function)
    over.set("spec", spec.copy() if spec is not None else None)
    return over


def _frame(
    start: exp.Expr | str, end: exp.Expr | str, kind: str = "ROWS", exclude: str | None = None
) -> exp.WindowSpec:
    """A frame from `start` places before a row to `end` places after it."""
    return exp.WindowSpec(
        kind=kind,
        start=start,
        start_side=None if start == "CURRENT ROW" else "PRECEDING",
        end=end,
        end_side=None if end == "CURRENT ROW" else "FOLLOWING",
        exclude=exclude,
    )


def _counts_places(spec: exp.WindowSpec) -> bool:
    """Whether a frame ends so many rows or groups of peers away."""
    bounds = [spec.args.get(name) for name in ("start", "end")]
    return spec.args.get("kind") != "RANGE" and any(isinstance(bound, exp.Expr) for bound in bounds)


def _hull(spec: exp.WindowSpec) -> exp.WindowSpec:
    """The frame, and what lies between it and the row."""
    start = spec.args["start"] if spec.args.get("start_side") == "PRECEDING" else "CURRENT ROW"
    end = spec.args["end"] if spec.args.get("end_side") == "FOLLOWING" else "CURRENT ROW"
    return _frame(start, end, kind=spec.args["kind"])


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


def _as_list(key: exp.Expr, *, is_list: bool) -> exp.Expr:
    """A key as a list of one, or of none."""
    return key if is_list else exp.case().when(_is_not_null(key.copy()), exp.Array(expressions=[key]))


def _concatenated(lists: list[exp.Expr]) -> exp.Expr:
    """Lists one after another; NULL counts as empty."""
    first, *others = lists
    return exp.ArrayConcat(this=first, expressions=others) if others else first


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
