"""Where rows are merged, GROUP BY and DISTINCT: the keys of those that take part, gathered into lists.

Does not belong here: windows, which merge nothing (`window_keys.py`); which rows of a group take part (`participation.py`).
"""

from collections.abc import Mapping

from sqlglot import exp

from warehouse.provenance.constructs import RESERVED, aggregates
from warehouse.provenance.participation import Participation, participation_of
from warehouse.provenance.pieces import (
    ROW,
    ROWS,
    SOURCE,
    TOOK_PART,
    Keys,
    Source,
    column_of,
    identifier,
    is_not_null,
    listed,
    named_as,
    struct_of,
    subquery,
)
from warehouse.provenance.tree import own_nodes


def merge_groups(select: exp.Select, keys: list[Keys]) -> tuple[exp.Select, list[Keys]]:
    """GROUP BY over a subquery of the rows, each with what tells whether it takes part, to gather the keys.

    SELECT k, sum(v), max(w) FROM t GROUP BY k  becomes, leaving aside NULLs and that somebody must take part,
    SELECT k, sum(v), max(w), list(source) FILTER (WHERE took_part) || [row.source FOR row IN
        list({source, extreme_1}) FILTER (WHERE NOT took_part) IF row.extreme_1 = max(extreme_1)]
    FROM (SELECT k, v, w, source, v IS NOT NULL AS took_part, w AS extreme_1 FROM t) GROUP BY k
    """
    used = [aggregate for projection in select.expressions for aggregate in aggregates(projection)]
    participation = participation_of(used)
    rows, sources = rows_below(select, keys)
    if participation is not None:
        rows.select(*participation.columns(), copy=False)
    fall_back = select.args.get("group") is not None
    return select, [_gathered(source, participation, fall_back=fall_back) for source in sources]


def rows_below(select: exp.Select, keys: list[Keys]) -> tuple[exp.Select, list[Source]]:
    """Put the rows of a SELECT, with the columns that it uses and their keys, into a subquery below it."""
    rows = exp.select(copy=False)
    for clause in ("from_", "joins", "where"):
        rows.set(clause, select.args.get(clause))
        select.set(clause, None)
    names: dict[str, str] = {}
    for column in list(own_nodes(select, exp.Column)):
        name = names.setdefault(column.sql(), f"{RESERVED}column_{len(names) + 1}")
        if name not in rows.named_selects:
            rows.select(named_as(column.copy(), name), copy=False)
        column.replace(column_of(name, ROWS))
    rows, sources = _returning(rows, keys)
    select.from_(subquery(rows, ROWS), copy=False)
    return rows, sources


def merge_duplicates(select: exp.Select, keys: list[Keys]) -> tuple[exp.Select, list[Keys]]:
    """DISTINCT as GROUP BY all outputs."""
    outputs = select.named_selects
    rows, sources = _returning(select, keys)
    merged = exp.select(*(named_as(column_of(name, ROWS), name) for name in outputs), copy=False)
    merged.from_(subquery(rows, ROWS), copy=False)
    merged.group_by(*(column_of(name, ROWS) for name in outputs), copy=False)
    return merged, [_gathered(source, None, fall_back=False) for source in sources]


def _returning(select: exp.Select, keys: list[Keys]) -> tuple[exp.Select, list[Source]]:
    select.select(*(named_as(key.value, f"{SOURCE}{n}") for n, key in enumerate(keys, 1)), copy=False)
    return select, [Source(f"{SOURCE}{n}", key.table, key.is_list) for n, key in enumerate(keys, 1)]


def _gathered(source: Source, participation: Participation | None, *, fall_back: bool) -> Keys:
    """A source's keys over a group: of the rows that took part or, if none did and `fall_back`, of all."""
    key, took_part = column_of(source.column, ROWS), column_of(TOOK_PART, ROWS)
    if participation is None:
        value = listed(source, key)
    else:
        value = listed(source, key, took_part)
        someone: exp.Expr = exp.LogicalOr(this=took_part)
        extremes = participation.over_group()
        if extremes:
            value = exp.ArrayConcat(this=value, expressions=[_tied(source, extremes)])
            someone = exp.or_(someone, *(is_not_null(extreme) for extreme in extremes.values()))
        if fall_back:
            value = exp.case().when(someone, value).else_(listed(source, key, exp.not_(took_part)))
    return Keys(exp.Flatten(this=value) if source.is_list else value, source.table, is_list=True)


def _tied(source: Source, extremes: Mapping[str, exp.Expr]) -> exp.Expr:
    """The keys of the rows that tie for an extreme, of those that do not take part anyway."""
    names = (source.column, *extremes)
    others = listed(
        source, struct_of({name: column_of(name, ROWS) for name in names}), exp.not_(column_of(TOOK_PART, ROWS))
    )
    ties = [exp.EQ(this=column_of(name, ROW), expression=extreme) for name, extreme in extremes.items()]
    tied = exp.Comprehension(
        this=column_of(source.column, ROW),
        expression=identifier(ROW),
        iterator=others,
        condition=exp.or_(*ties),
    )
    return exp.Array(expressions=[tied])
