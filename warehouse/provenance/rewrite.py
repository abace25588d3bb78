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

from warehouse.provenance.constructs import RESERVED, check, check_arrows, is_first_row, is_grouped, is_recursive
from warehouse.provenance.merging import merge_duplicates, merge_groups
from warehouse.provenance.normalise import normalise
from warehouse.provenance.pieces import (
    ROWS,
    SOURCE,
    Keys,
    Source,
    as_list,
    column_of,
    concatenated,
    identifier,
    is_not_null,
    listed,
    named_as,
    struct_of,
    subquery,
)
from warehouse.provenance.pruning import prune
from warehouse.provenance.tree import (
    DIALECT,
    Relation,
    cte_name,
    drop_unread_ctes,
    expression_queries,
    from_items,
    is_anti,
    joins,
    parse,
    qualified,
    query_of,
    render,
    role,
    table_name,
    union_leaves,
)
from warehouse.provenance.window_keys import merge_windows, wide

_TWIN = f"{RESERVED}traced"


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


@dataclass
class _Rewriter:
    relations: Mapping[str, Relation]
    twins: dict[str, list[Source]] = field(default_factory=dict)

    def twin(self, cte: exp.CTE) -> exp.CTE:
        """The rewritten twin of a CTE, under its own name."""
        if is_recursive(cte):
            query = self._recursion(cte)
        else:
            query, self.twins[cte.alias] = self.query(cte.this)
        return exp.CTE(this=query, alias=exp.TableAlias(this=identifier(cte.alias + _TWIN)))

    def query(self, query: exp.Query) -> tuple[exp.Query, list[Source]]:
        """A query that also returns keys. The branches of a UNION ALL share the columns of the tables that they share.

        A row comes from one branch, so nothing meets in a shared column; what a branch lacks is NULL in its rows.
        """
        leaves = [self._select(leaf.copy()) for leaf in union_leaves(query)]
        shapes = [Counter((key.table, key.is_list) for key in keys) for _, keys in leaves]
        most = reduce(or_, shapes)
        sources = [Source(f"{SOURCE}{n}", *shape) for n, shape in enumerate(most.elements(), 1)]
        branches = []
        for select, keys in leaves:
            own = {shape: [key.value for key in keys if (key.table, key.is_list) == shape] for shape in most}
            values = [own[source.table, source.is_list] for source in sources]
            named = [
                named_as(value.pop(0) if value else exp.null(), s.column)
                for value, s in zip(values, sources, strict=True)
            ]
            branches.append(select.select(*named, copy=False))
        united = branches[0] if len(branches) == 1 else exp.union(*branches, distinct=False, copy=False)
        return united, sources

    def _select(self, select: exp.Select) -> tuple[exp.Select, list[Keys]]:
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
        if wide(select):
            select, keys = merge_windows(select, keys)
        if is_grouped(select):
            select, keys = merge_groups(select, keys)
        if distinct is not None:
            select, keys = merge_duplicates(select, keys)
        return select, keys

    def _contribution(self, item: exp.Expr) -> Iterator[Keys]:
        """The keys that a source of a SELECT brings; what is no table of the lake is replaced by its twin."""
        table, cte, alias = table_name(item), cte_name(item), item.alias_or_name
        if table is not None:
            yield Keys(self._key(table, alias), table, is_list=False)
            return
        if cte is not None:
            sources = self.twins[cte]
            item.set("this", identifier(cte + _TWIN))
        elif (inner := query_of(item)) is not None:
            query, sources = self.query(inner)
            (item.this if isinstance(item, exp.Lateral) else item).set("this", query)
        else:
            return
        for source in sources:
            yield Keys(column_of(source.column, alias), source.table, source.is_list)

    def _gathered_within(self, query: exp.Query) -> Iterator[Keys]:
        """The keys that a query inside an expression brings: of all its rows or, for IN, of those that are equal."""
        what = role(query)
        if what == "excludes":
            return
        twin, sources = self.query(query.this if isinstance(query, exp.Subquery) else query)
        place = query.parent
        for source in sources:
            rows = exp.select(listed(source, column_of(source.column, ROWS)), copy=False)
            rows.from_(subquery(twin.copy(), ROWS), copy=False)
            if isinstance(place, exp.In):
                (name,) = twin.named_selects[: len(twin.named_selects) - len(sources)]
                same: exp.Expr = exp.EQ(this=place.this.copy(), expression=column_of(name, ROWS))
                # As a value, a NULL to compare with makes IN a NULL: such rows take part.
                rows.where(exp.Coalesce(this=same, expressions=[exp.true()]) if what == "value" else same, copy=False)
            value: exp.Expr = exp.Subquery(this=rows)
            yield Keys(exp.Flatten(this=value) if source.is_list else value, source.table, is_list=True)

    def _recursion(self, cte: exp.CTE) -> exp.Query:
        """The twin of `base UNION ALL SELECT ... FROM itself`: each row carries the lists of all steps to it."""
        name = cte.alias
        query, of_base = self.query(cte.this.this)
        self.twins[name] = []
        _, of_step = self._select(cte.this.expression.copy())
        tables = [source.table for source in of_base] + [key.table for key in of_step]
        carried = [Source(f"{SOURCE}{n}", table, is_list=True) for n, table in enumerate(tables, 1)]
        self.twins[name] = carried
        step, keys = self._select(cte.this.expression.copy())
        (itself,) = (item.alias_or_name for item in from_items(step) if cte_name(item) == name + _TWIN)
        before = [column_of(source.column, itself) for source in carried]
        own = [key for key in keys if key.value not in before]
        base = exp.select(*(named_as(column_of(n, ROWS), n) for n in cte.this.named_selects), copy=False)
        base.from_(subquery(query, ROWS), copy=False)
        for n, source in enumerate(carried):
            empty = exp.cast(exp.Array(expressions=[]), self._list_type(source.table), dialect=DIALECT)
            first: list[exp.Expr] = [empty]
            if n < len(of_base):
                first.append(as_list(column_of(of_base[n].column, ROWS), is_list=of_base[n].is_list))
            then: list[exp.Expr] = [before[n]]
            if n >= len(of_base):
                key = own[n - len(of_base)]
                then.append(as_list(key.value, is_list=key.is_list))
            base.select(named_as(concatenated(first), source.column), copy=False)
            step.select(named_as(concatenated(then), source.column), copy=False)
        return exp.union(base, step, distinct=False, copy=False)

    def _list_type(self, table: str) -> str:
        relation = self.relations[table]
        fields = ", ".join(f"{identifier(name).sql(dialect=DIALECT)} {relation.columns[name]}" for name in relation.key)
        return f"STRUCT({fields})[]"

    def _key(self, table: str, alias: str) -> exp.Expr:
        """The key of a reference's row; NULL where an outer join has none (else it is never NULL)."""
        names = self.relations[table].key
        if not names:
            raise ValueError(f"{table}: a table without a key cannot be traced 没有键的表无法追溯")
        struct = struct_of({name: column_of(name, alias) for name in names})
        return exp.case().when(is_not_null(column_of(names[0], alias)), struct)


def _contributing(select: exp.Select) -> list[exp.Expr]:
    excluded = {id(join.this) for join in joins(select) if is_anti(join)}
    return [item for item in from_items(select) if id(item) not in excluded]


def _unnested(traced: exp.Query, outputs: list[str], sources: list[Source]) -> exp.Query:
    """Lists side by side, a key a row. An output row without any source stays, with NULLs."""
    select = exp.select(*(named_as(column_of(name, ROWS), name) for name in outputs), copy=False)
    for source in sources:
        value: exp.Expr = column_of(source.column, ROWS)
        if source.is_list:
            some = exp.Nullif(this=value, expression=exp.Array(expressions=[]))
            value = exp.Explode(this=exp.Coalesce(this=some, expressions=[exp.Array(expressions=[exp.null()])]))
        select.select(named_as(value, source.column), copy=False)
    return select.from_(subquery(traced, ROWS), copy=False)
