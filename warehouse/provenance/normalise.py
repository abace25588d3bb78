"""Queries brought to fewer shapes: what is an exact rewriting into constructs that provenance knows is written so.

Belongs here: rewritings of a qualified tree that change neither its rows nor which rows matter to them.
Does not belong here: keys (`rewrite.py`), and what may be written at all (`constructs.py`).

| written | becomes |
|---|---|
| HAVING; windows, or subqueries in SELECT, over groups | a SELECT with WHERE over the subquery of the groups |
| windows beside subqueries in SELECT or QUALIFY | a SELECT with WHERE over the subquery of the windows |
| l INTERSECT r, l EXCEPT r | SELECT DISTINCT of l WHERE [NOT] EXISTS (r of the same values, NULLs alike) |
| l UNION r | SELECT DISTINCT of l UNION ALL r |

A query that uses none of these stays as it is.
"""

from collections.abc import Iterator, Mapping

from sqlglot import exp

from warehouse.provenance.constructs import (
    RESERVED,
    aggregates,
    is_first_row,
    is_grouped,
    is_recursive,
    window_of,
    windows,
)
from warehouse.provenance.tree import (
    UnsupportedConstruct,
    columns_of,
    expression_queries,
    from_items,
    location,
    query_of,
)

_INNER = f"{RESERVED}inner_"
_LEFT = f"{RESERVED}left"
_RIGHT = f"{RESERVED}right"


def normalise(tree: exp.Query) -> exp.Query:
    """The query in the shapes above; a qualified and checked tree is changed in place."""
    clause = tree.args.get("with_")
    if clause is not None:
        clause.pop()
        for cte in clause.expressions:
            if is_recursive(cte):
                # What makes it a recursion stays: only its two sides are normalised.
                for side in ("this", "expression"):
                    cte.this.set(side, _query(cte.this.args[side]))
            else:
                cte.set("this", _query(cte.this))
    tree = _query(tree)
    if clause is not None:
        tree.set("with_", clause)
    return tree


def _query(query: exp.Expr) -> exp.Query:
    if isinstance(query, exp.Subquery) and not query.alias:
        return _query(query.this)
    if isinstance(query, exp.SetOperation):
        # Detached, so that what replaces a side is not taken for a part of what it came from.
        left, right = _query(query.this.pop()), _query(query.expression.pop())
        return _operation(query, left, right)
    assert isinstance(query, exp.Select)  # noqa: S101 - `constructs.check` let nothing else pass
    inner = [nested for item in from_items(query) if (nested := query_of(item)) is not None]
    inner += [nested.this if isinstance(nested, exp.Subquery) else nested for nested in expression_queries(query)]
    for nested in inner:
        place, name = nested.parent, nested.arg_key
        changed = _query(nested)
        if changed is not nested and place is not None:
            place.set(str(name), changed)
    return _layered(query)


def _operation(query: exp.SetOperation, left: exp.Query, right: exp.Query) -> exp.Query:
    names = left.named_selects
    if isinstance(query, exp.Union):
        query.set("this", left)
        query.set("expression", right)
        if not query.args.get("distinct"):
            return query
        query.set("distinct", False)
        return _outputs(names, query).distinct(copy=False)
    same = [exp.NullSafeEQ(this=_column(name, _RIGHT), expression=_column(name, _LEFT)) for name in names]
    matching = exp.select(_named(exp.null(), f"{RESERVED}none"), copy=False)
    matching = matching.from_(_subquery(right, _RIGHT), copy=False).where(*same, copy=False)
    condition: exp.Expr = exp.Exists(this=matching)
    if isinstance(query, exp.Except):
        condition = exp.Not(this=condition)
    return _outputs(names, left).where(condition, copy=False).distinct(copy=False)


def _outputs(names: list[str], query: exp.Query) -> exp.Select:
    selected = exp.select(*(_named(_column(name, _LEFT), name) for name in names), copy=False)
    return selected.from_(_subquery(query, _LEFT), copy=False)


def _layered(select: exp.Select) -> exp.Select:
    """Groups below windows below subqueries: each in a SELECT of its own, if there are several."""
    upper = _upper_clauses(select)
    over = [window for clause in upper for window in windows(clause)]
    queries = any(clause.find(exp.Query) for clause in upper)
    first_row = len(over) == 1 and is_first_row(select.args.get("qualify"))
    if is_grouped(select) and (select.args.get("having") or queries or (over and not first_row)):
        group = select.args.get("group")
        keys = group.expressions if group is not None else []
        return _layered(_above(select, [*keys, *map(_with_filter, _aggregates(upper))], grouped=True))
    if over and queries:
        within = {id(column) for window in over for column in window.find_all(exp.Column)}
        columns = [column for column, _ in _upper_columns(select) if id(column) not in within]
        return _above(select, [*over, *columns], grouped=False)
    return select


def _above(select: exp.Select, computed: list[exp.Expr], *, grouped: bool) -> exp.Select:
    """A SELECT of the upper clauses over the subquery that computes these expressions.

    The rows of windows are filtered by a WHERE then; those of groups may still be put through windows.
    """
    names: dict[str, str] = {}
    # A layer of its own has a name of its own: a subquery inside may be in layers too, and go into this one's rows.
    alias = f"{_INNER}{1 + sum(inner.alias.startswith(_INNER) for inner in select.find_all(exp.Subquery))}"
    inner = exp.select(copy=False)
    for node in computed:
        name = names.setdefault(node.sql(), f"{RESERVED}inner_{len(names) + 1}")
        if name not in inner.named_selects:
            inner.select(_named(node.copy(), name), copy=False)
    if not names:
        inner.select(_named(exp.null(), f"{RESERVED}none"), copy=False)
    for column, inside in list(_upper_columns(select)):
        if inside and column.sql() in names:
            column.replace(_column(names[column.sql()], alias))
        elif inside:
            raise UnsupportedConstruct("a subquery over groups that uses more than their columns", location(column))
    for clause in _upper_clauses(select):
        _replace(clause, names, alias)
    having, qualify = select.args.get("having"), select.args.get("qualify")
    outer = exp.select(*select.expressions, copy=False).from_(_subquery(inner, alias), copy=False)
    outer.set("distinct", select.args.get("distinct"))
    for clause in ("from_", "joins", "where", "group"):
        inner.set(clause, select.args.get(clause))
    if having is not None:
        outer.where(having.this, copy=False)
    if qualify is not None and grouped:
        outer.set("qualify", qualify)
    elif qualify is not None:
        outer.where(qualify.this, copy=False)
    return outer


def _upper_clauses(select: exp.Select) -> list[exp.Expr]:
    """What is evaluated over groups, if there are any."""
    return [*select.expressions, *(c for name in ("having", "qualify") if (c := select.args.get(name)) is not None)]


def _upper_columns(select: exp.Select) -> Iterator[tuple[exp.Column, bool]]:
    """Columns of the SELECT's sources in these clauses, and whether they stand in a subquery of one."""
    upper = {id(clause) for clause in _upper_clauses(select)}
    for column in columns_of(select):
        node, inside = column.parent, False
        while node is not None and node is not select and id(node) not in upper:
            inside |= isinstance(node, exp.Query)
            node = node.parent
        if node is not None and node is not select:
            yield column, inside


def _aggregates(clauses: list[exp.Expr]) -> list[exp.Expr]:
    return [aggregate for clause in clauses for aggregate in aggregates(clause)]


def _with_filter(aggregate: exp.Expr) -> exp.Expr:
    return aggregate.parent if isinstance(aggregate.parent, exp.Filter) else aggregate


def _replace(node: exp.Expr, names: Mapping[str, str], alias: str) -> None:
    """Put columns of the inner query for what it computes: the outermost expressions, outside subqueries."""
    if isinstance(node, exp.Query):
        return
    if window_of(node) is None and node.sql() in names:
        node.replace(_column(names[node.sql()], alias))
        return
    for child in list(node.iter_expressions()):
        _replace(child, names, alias)


def _subquery(query: exp.Query, alias: str) -> exp.Subquery:
    return exp.Subquery(this=query, alias=exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))


def _column(name: str, table: str) -> exp.Column:
    return exp.column(name, table, quoted=True)


def _named(value: exp.Expr, name: str) -> exp.Alias:
    return exp.Alias(this=value, alias=exp.to_identifier(name, quoted=True))
