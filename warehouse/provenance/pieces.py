"""Pieces of SQL that a rewritten query is put together from: keys of rows as columns, as lists, over the rows of a group.

Belongs here: what says nothing of which rows take part. Does not belong here: trees of models (`tree.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from warehouse.provenance.constructs import RESERVED

SOURCE = f"{RESERVED}source_"
ROWS = f"{RESERVED}rows"
ROW = f"{RESERVED}row"
TOOK_PART = f"{RESERVED}took_part"
EXTREME = f"{RESERVED}extreme_"


@dataclass(frozen=True)
class Source:
    """A column of a twin: keys of rows of `table`, one as a STRUCT or several as a LIST."""

    column: str
    table: str
    is_list: bool


@dataclass(frozen=True)
class Keys:
    """The same as an expression of a SELECT that has yet to return it."""

    value: exp.Expr
    table: str
    is_list: bool


def listed(source: Source, value: exp.Expr, *conditions: exp.Expr) -> exp.Expr:
    """The list of a value over the rows of a group that have a key of the source and meet the conditions."""
    # Equal lists come of one total joined to many rows: one is enough.
    listed = exp.ArrayAgg(this=exp.Distinct(expressions=[value.copy()]) if source.is_list else value.copy())
    passes = exp.and_(*conditions, is_not_null(column_of(source.column, ROWS)))
    return exp.Filter(this=listed, expression=exp.Where(this=passes))


def as_list(key: exp.Expr, *, is_list: bool) -> exp.Expr:
    """A key as a list of one, or of none."""
    return key if is_list else exp.case().when(is_not_null(key.copy()), exp.Array(expressions=[key]))


def concatenated(lists: list[exp.Expr]) -> exp.Expr:
    """Lists one after another; NULL counts as empty."""
    first, *others = lists
    return exp.ArrayConcat(this=first, expressions=others) if others else first


def is_not_null(value: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Is(this=exp.paren(value), expression=exp.null()))


def struct_of(fields: Mapping[str, exp.Expr]) -> exp.Struct:
    return exp.Struct(
        expressions=[exp.PropertyEQ(this=identifier(name), expression=field) for name, field in fields.items()]
    )


def subquery(query: exp.Query, alias: str) -> exp.Subquery:
    return exp.Subquery(this=query, alias=exp.TableAlias(this=identifier(alias)))


def identifier(name: str) -> exp.Identifier:
    return exp.to_identifier(name, quoted=True)


def column_of(name: str, table: str) -> exp.Column:
    return exp.column(name, table, quoted=True)


def named_as(value: exp.Expr, name: str) -> exp.Alias:
    return exp.Alias(this=value, alias=identifier(name))
