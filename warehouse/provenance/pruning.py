"""Cutting a model down to what influences some of its output columns.

Belongs here: taking out of a qualified query the projections, aggregates and LEFT JOINs that cannot
influence the wanted columns. Does not belong here: the rewriting that follows (`rewrite.py`).

Wanted columns go from the main query down: each SELECT keeps the projections that its readers use, and asks
its own sources for the columns that it uses itself. Projections of a DISTINCT stay, since they decide which
rows are equal. A LEFT JOIN whose right side nothing reads goes, if it cannot change how often a row counts:
because at most one row matches (the right side is unique on the compared columns), or because no reader
counts rows (only a sum, a count, a list or a window does; the main query has a key).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from warehouse.provenance.constructs import (
    RESERVED,
    Use,
    aggregate_use,
    aggregates,
    is_first_row,
    is_grouped,
    is_recursive,
    windows,
)
from warehouse.provenance.tree import (
    Relation,
    columns_of,
    cte_name,
    drop_unread_ctes,
    expression_queries,
    from_items,
    is_anti,
    joins,
    own_nodes,
    query_of,
    role,
    table_name,
    union_leaves,
)


def prune(
    tree: exp.Query, relations: Mapping[str, Relation], columns: Collection[str] | None
) -> dict[str, frozenset[str]]:
    """Prune a qualified tree in place.

    Args:
        columns: output columns to keep; None keeps all.

    Returns:
        The columns that are still read of each table, in references that contribute rows: not those right
        of an ANTI JOIN, nor those of a NOT EXISTS or NOT IN.

    Raises:
        ValueError: the query has no such output column.
    """
    outputs = set(tree.named_selects)
    unknown = set(columns or ()) - outputs
    if unknown:
        raise ValueError(f"no such output column 没有这一列: {', '.join(sorted(unknown))}")
    pruner = _Pruner(tree, relations)
    pruner.query(tree, _Need(outputs if columns is None else set(columns), as_set=True, contributes=True))
    recursive = "with_" in tree.args and tree.args["with_"] and tree.args["with_"].args.get("recursive")
    for cte in reversed(tree.ctes):
        need = pruner.needs.get(cte.alias)
        if need is not None:
            if recursive and is_recursive(cte):
                need.merge(_Need(set(cte.this.named_selects), as_set=False, contributes=False))
            pruner.query(cte.this, need)
    drop_unread_ctes(tree)
    return {name: frozenset(read) for name, read in pruner.reads.items()}


@dataclass
class _Need:
    """What the readers of a query want of it; `as_set`: how often it returns a row is the same to them."""

    columns: set[str]
    as_set: bool
    contributes: bool

    def merge(self, other: "_Need") -> None:
        self.columns |= other.columns
        self.as_set &= other.as_set
        self.contributes |= other.contributes


@dataclass
class _Pruner:
    tree: exp.Query
    relations: Mapping[str, Relation]
    needs: dict[str, _Need] = field(default_factory=dict)
    reads: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ctes: dict[str, exp.Query] = {cte.alias: cte.this for cte in self.tree.ctes}

    def query(self, query: exp.Query, need: _Need) -> None:
        leaves = union_leaves(query)
        every = any(leaf.args.get("distinct") for leaf in leaves)
        wanted = [n for n, name in enumerate(leaves[0].named_selects) if every or name in need.columns]
        for leaf in leaves:
            self._select(leaf, wanted, need)

    def _select(self, select: exp.Select, wanted: list[int], need: _Need) -> None:
        grouped = is_grouped(select)
        kept = [select.expressions[n] for n in wanted]
        select.set("expressions", kept or [exp.alias_(exp.null(), f"{RESERVED}none", quoted=True)])
        if grouped and not is_grouped(select):
            # One row for all groups that are one: it is there whatever the tables hold.
            for clause in ("from_", "joins", "where", "qualify"):
                select.set(clause, None)
            return
        as_set = _counts_rows_never(select, need.as_set)
        self._drop_left_joins(select, as_set)
        for query in expression_queries(select):
            self._expression_query(query, need)
        excluded = {id(join.this) for join in joins(select) if is_anti(join)}
        columns = list(columns_of(select))
        for item in from_items(select):
            anti = id(item) in excluded
            used = {column.name for column in columns if column.table == item.alias_or_name}
            self._source(item, _Need(used, as_set or anti, need.contributes and not anti))

    def _source(self, item: exp.Expr, need: _Need) -> None:
        table, cte = table_name(item), cte_name(item)
        if table is not None and need.contributes:
            self.reads.setdefault(table, set()).update(need.columns)
        elif cte is not None and cte in self.needs:
            self.needs[cte].merge(need)
        elif cte is not None:
            self.needs[cte] = need
        elif (query := query_of(item)) is not None:
            self.query(query, need)

    def _expression_query(self, query: exp.Query, need: _Need) -> None:
        contributes = need.contributes and role(query) != "excludes"
        exists = isinstance(query.parent, exp.Exists)
        inner = query.this if isinstance(query, exp.Subquery) else query
        # How often EXISTS and IN find a row is the same to them, and what it holds to EXISTS.
        as_set = exists or isinstance(query.parent, exp.In)
        self.query(inner, _Need(set() if exists else set(inner.named_selects), as_set, contributes))

    def _drop_left_joins(self, select: exp.Select, as_set: bool) -> None:
        for join in reversed(list(joins(select))):
            alias = join.this.alias_or_name
            mine = {id(column) for column in own_nodes(join, exp.Column)}
            others = (column for column in columns_of(select) if id(column) not in mine)
            read = any(column.table == alias for column in others)
            if join.side == "LEFT" and not read and (as_set or self._matches_once(join)):
                join.pop()

    def _matches_once(self, join: exp.Join) -> bool:
        """Whether at most one row of the right side can match: it is unique on columns that ON compares."""
        condition, alias = join.args.get("on"), join.this.alias_or_name
        parts = condition.flatten() if isinstance(condition, exp.And) else [condition]
        compared = set()
        for part in parts:
            if isinstance(part, exp.EQ):
                for side, other in ((part.this, part.expression), (part.expression, part.this)):
                    foreign = all(column.table != alias for column in other.find_all(exp.Column))
                    if isinstance(side, exp.Column) and side.table == alias and foreign:
                        compared.add(side.name)
        return any(unique <= compared for unique in self._unique(join.this))

    def _unique(self, item: exp.Expr) -> list[set[str]]:
        """Sets of columns of a source, each of which is unique in it."""
        table, cte = table_name(item), cte_name(item)
        if table is not None:
            return [set(self.relations[table].key)]
        query = self.ctes.get(cte) if cte is not None else item.this
        return self._unique_outputs(query) if isinstance(query, exp.Select) else []

    def _unique_outputs(self, select: exp.Select) -> list[set[str]]:
        found: list[set[str] | None] = []
        group, qualify = select.args.get("group"), select.args.get("qualify")
        if select.args.get("distinct"):
            found.append(set(select.named_selects))
        if is_grouped(select):
            found.append(_outputs_of(select, group.expressions if group else []))
        if qualify is not None and is_first_row(qualify):
            found.append(_outputs_of(select, qualify.this.this.args.get("partition_by") or []))
        first = select.args.get("from_")
        if not is_grouped(select) and first is not None and not joins(select):
            for unique in self._unique(first.this):
                columns = [exp.column(name, first.this.alias_or_name, quoted=True) for name in sorted(unique)]
                found.append(_outputs_of(select, list(columns)))
        return [unique for unique in found if unique is not None]


def _counts_rows_never(select: exp.Select, as_set: bool) -> bool:
    """Whether how often a row comes from its sources cannot matter to a SELECT and its readers."""
    if is_grouped(select):
        return all(
            aggregate_use(aggregate) in (Use.EXTREMUM, Use.ARGUMENT) or aggregate.find(exp.Distinct)
            for aggregate in aggregates(select)
        )
    qualify = select.args.get("qualify")
    over = [window for clause in (*select.expressions, qualify) if clause is not None for window in windows(clause)]
    if over and not (len(over) == 1 and is_first_row(qualify)):
        return False
    return as_set or bool(select.args.get("distinct")) or bool(over)


def _outputs_of(select: exp.Select, expressions: list[exp.Expr]) -> set[str] | None:
    """The names of the outputs that are these expressions; None if one of them is not returned."""
    named = [(projection.unalias(), projection.alias) for projection in select.expressions]
    names = [next((name for node, name in named if node == wanted), None) for wanted in expressions]
    return None if None in names else {name for name in names if name is not None}
