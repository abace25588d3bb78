"""Which rows of a group take part in its aggregates (the last rows of the table in `rewrite.py`)."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from warehouse.provenance.constructs import Use, aggregate_use
from warehouse.provenance.pieces import EXTREME, ROWS, TOOK_PART, column_of, is_not_null, named_as


@dataclass(frozen=True)
class Participation:
    """Which rows of a group take part: those that meet a condition, and those that tie for an extreme of a value."""

    conditions: list[exp.Expr]
    extremes: list[tuple[exp.Expr, type[exp.Max | exp.Min]]]

    def columns(self) -> Iterator[exp.Expr]:
        """What the subquery of the rows must return for it."""
        condition = exp.Coalesce(this=exp.or_(exp.false(), *self.conditions), expressions=[exp.false()])
        yield named_as(condition, TOOK_PART)
        for n, (value, _) in enumerate(self.extremes, 1):
            yield named_as(value, f"{EXTREME}{n}")

    def over_group(self) -> dict[str, exp.Expr]:
        """For each of these columns of values, its extreme as an aggregate."""
        columns = {f"{EXTREME}{n}": function for n, (_, function) in enumerate(self.extremes, 1)}
        return {name: function(this=column_of(name, ROWS)) for name, function in columns.items()}


def participation_of(used: list[exp.Expr]) -> Participation | None:
    """Which rows take part in any of these aggregates; None if every row does."""
    found = Participation([], [])
    for aggregate in used:
        parent, use = aggregate.parent, aggregate_use(aggregate)
        passes = [parent.expression.this.copy()] if isinstance(parent, exp.Filter) else []
        if use is Use.EVERY and not passes:
            return None
        if use is Use.EVERY:
            found.conditions.append(exp.and_(*passes))
        elif use is Use.NON_NULL:
            found.conditions.append(exp.and_(*passes, is_not_null(_argument(aggregate))))
        else:
            value = _argument(aggregate)
            if use is Use.ARGUMENT:
                passes.append(is_not_null(value))
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
