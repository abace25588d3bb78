"""Which input columns an output column is made of, derived from the model's SQL.

Belongs here: column lineage, for Dagster's metadata and the auditor's questions. Rows are `rewrite.py`'s.

The query is parsed and qualified once and walked once, from its CTEs to its outputs: every output carries
the table columns that its value is computed from, and every query those that decide which rows it returns
(WHERE, ON, GROUP BY, QUALIFY, the right side of an ANTI JOIN, the lists of an UNNEST), which influence all
of its outputs as a filter. So does what decides which rows a value is taken of: the FILTER of an aggregate,
the partition, order and frame of a window, and what decides the rows of a subquery. Of EXISTS nothing else
counts; what a scalar subquery returns, and what IN compares with, is a value. A recursive CTE is walked until
its columns bring nothing new.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from warehouse.provenance.constructs import check, check_arrows, is_recursive
from warehouse.provenance.normalise import normalise
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
    table_name,
    union_leaves,
)

Influence = Literal["value", "filter"]
_Columns = frozenset[tuple[str, str]]
_NONE: _Columns = frozenset()


def column_lineage(sql: str, relations: Mapping[str, Relation]) -> dict[str, tuple[tuple[str, str, Influence], ...]]:
    """The table columns that influence each output column of a model.

    Returns:
        output column -> sorted (table, column, influence). 'value': the output is computed from it.
        'filter': it decides whether and where the row appears, or which rows an aggregate takes. A column
        that does both is a 'value'.

    Raises:
        UnsupportedConstruct, ValueError: as `provenance.rewrite`.
    """
    check_arrows(sql)
    tree = parse(sql)
    check(tree)
    tree = normalise(qualified(tree, relations))
    scope = _Scope(relations, {})
    for cte in tree.ctes:
        recursive, known = is_recursive(cte), None
        if recursive:
            scope.ctes[cte.alias] = _query(cte.this.this, scope, {})
        while known != (known := _query(cte.this, scope, {})):
            scope.ctes[cte.alias] = known
            if not recursive:
                break
    query = _query(tree, scope, {})
    return {name: _report(flow, query.rows) for name, flow in query.outputs.items()}


@dataclass(frozen=True)
class _Flow:
    """Table columns that make a value, and those that only select what makes it."""

    values: _Columns = _NONE
    filters: _Columns = _NONE

    @property
    def all(self) -> _Columns:
        return self.values | self.filters

    @classmethod
    def union(cls, flows: Iterable["_Flow"]) -> "_Flow":
        flows = list(flows)
        return cls(_NONE.union(*(f.values for f in flows)), _NONE.union(*(f.filters for f in flows)))


@dataclass(frozen=True)
class _Query:
    """What the outputs of a query are made of, and what decides its rows."""

    outputs: dict[str, _Flow]
    rows: _Columns


@dataclass(frozen=True)
class _Scope:
    """What a query can name, besides the sources of the SELECTs around it."""

    relations: Mapping[str, Relation]
    ctes: dict[str, _Query]


def _query(query: exp.Query, scope: _Scope, outer: Mapping[str, _Query]) -> _Query:
    """What makes a query; `outer` are the sources of the SELECTs whose rows go into it."""
    branches = [_select(leaf, scope, outer) for leaf in union_leaves(query)]
    columns = zip(*(branch.outputs.values() for branch in branches), strict=True)
    outputs = dict(zip(branches[0].outputs, (_Flow.union(column) for column in columns), strict=True))
    return _Query(outputs, _NONE.union(*(branch.rows for branch in branches)))


def _select(select: exp.Select, scope: _Scope, outer: Mapping[str, _Query]) -> _Query:
    sources = dict(outer)
    rows: _Columns = _NONE
    for item in from_items(select):
        source = _source(item, scope, sources, outer)
        sources[item.alias_or_name] = source
        rows |= source.rows
    outputs = {projection.alias: _flow(projection, scope, sources) for projection in select.expressions}
    for clause in (
        select.args.get("where"),
        select.args.get("group"),
        select.args.get("qualify"),
        *joins(select),
    ):
        if clause is not None:
            rows |= _flow(clause, scope, sources).all
    if select.args.get("distinct"):
        rows |= _Flow.union(outputs.values()).all
    for join in joins(select):
        if is_anti(join):
            # Nothing of the right side can be returned; what decides its rows decides what is left of the
            # others.
            rows |= sources[join.this.alias_or_name].rows
    return _Query(outputs, rows)


def _source(item: exp.Expr, scope: _Scope, before: Mapping[str, _Query], outer: Mapping[str, _Query]) -> _Query:
    table, cte, query = table_name(item), cte_name(item), query_of(item)
    if table is not None:
        return _Query({name: _Flow(frozenset({(table, name)})) for name in scope.relations[table].columns}, _NONE)
    if cte is not None:
        return scope.ctes[cte]
    if query is not None:
        return _query(query, scope, before if isinstance(item, exp.Lateral) else outer)
    # UNNEST and VALUES: every column comes of the same expression, and how long a list is decides how many
    # rows there are.
    flow = _flow(item, scope, before)
    alias = item.args["alias"]
    names = [*(column.name for column in alias.columns), *(n.name for n in (item.args.get("offset"),) if n)]
    return _Query(dict.fromkeys(names, flow), flow.all)


def _flow(root: exp.Expr, scope: _Scope, sources: Mapping[str, _Query]) -> _Flow:
    """What an expression is made of; what selects the rows of an aggregate, window or subquery only filters."""
    flows = []
    for column in own_nodes(root, exp.Column):
        flow = sources[column.table].outputs[column.name]
        flows.append(_Flow(filters=flow.all) if _selects_rows(column) else flow)
    for query in expression_queries(root):
        inner = _query(query.this if isinstance(query, exp.Subquery) else query, scope, sources)
        if not isinstance(query.parent, exp.Exists):
            flows += inner.outputs.values()
        flows.append(_Flow(filters=inner.rows))
    return _Flow.union(flows)


def _selects_rows(column: exp.Column) -> bool:
    """Whether a column stands in the FILTER of an aggregate, or in a window outside of its function."""
    node: exp.Expr = column
    while node.parent is not None and not isinstance(node.parent, exp.Select):
        within_filter = isinstance(node, exp.Where) and isinstance(node.parent, exp.Filter)
        if within_filter or (isinstance(node.parent, exp.Window) and node.arg_key != "this"):
            return True
        node = node.parent
    return False


def _report(flow: _Flow, rows: _Columns) -> tuple[tuple[str, str, Influence], ...]:
    found: dict[tuple[str, str], Influence] = dict.fromkeys(rows | flow.filters, "filter")
    found |= dict.fromkeys(flow.values, "value")
    return tuple((table, column, found[table, column]) for table, column in sorted(found))
