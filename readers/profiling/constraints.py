"""Denial constraints over delivered tables: what no row, or no two rows, may have together, and the cells that break them.

The notation is that of HoloClean: `t1&t2&EQ(t1.City,t2.City)&IQ(t1.County,t2.County)` denies two rows with one city and two counties.
Terms are EQ, IQ, LT, GT, LTE, GTE over two columns, or a column and a text in double quotes; `t1` alone denies single rows. Belongs here:
reading and evaluating them. Does not belong here: which hold for which table (`policy/content_constraint.csv`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

_SIGNS = {"EQ": "=", "IQ": "<>", "LT": "<", "GT": ">", "LTE": "<=", "GTE": ">="}
_TERM = re.compile(r'(EQ|IQ|LT|GT|LTE|GTE)\((t[12])\.([^,()]+),(?:(t[12])\.([^,()]+)|"([^"]*)")\)')


class ConstraintError(ValueError):
    """The text is no denial constraint, or it names a column that the table lacks; the message says which."""


@dataclass(frozen=True)
class Term:
    """A comparison: of a column of the first or second row with another column, or with a text."""

    sign: str
    row: str
    column: str
    other_row: str | None
    other: str

    @property
    def pairs(self) -> bool:
        """Whether it compares a column of one row with the same column of the other."""
        return self.other_row is not None and self.other_row != self.row and self.other == self.column


@dataclass(frozen=True)
class Constraint:
    """What is denied: all terms together, of one row or of two."""

    terms: tuple[Term, ...]
    is_of_two: bool

    @classmethod
    def parse(cls, text: str) -> "Constraint":
        """Read the notation.

        Raises:
            ConstraintError: it is not written so, or compares two rows without asking that anything be equal.
        """
        head, *parts = text.strip().split("&")
        is_of_two = bool(parts) and parts[0] == "t2"
        terms = []
        for part in parts[is_of_two:]:
            match = _TERM.fullmatch(part.strip())
            if match is None:
                raise ConstraintError(f"“{part}” is no term like EQ(t1.a,t2.a) 不是约束条件")
            sign, row, column, other_row, other, words = match.groups()
            terms.append(Term(sign, row, column.strip(), other_row, words if other_row is None else other.strip()))
        if head != "t1" or not terms:
            raise ConstraintError(f"“{text}” is not t1&… or t1&t2&… 不是否定约束")
        if is_of_two and not any(term.sign == "EQ" and term.pairs for term in terms):
            raise ConstraintError(f"“{text}” compares all rows with all; it needs an EQ of two rows 缺少两行相等的条件")
        if not is_of_two and any("t2" in (term.row, term.other_row) for term in terms):
            raise ConstraintError(f"“{text}” speaks of t2 without naming it 未声明 t2")
        return cls(tuple(terms), is_of_two)

    @property
    def columns(self) -> frozenset[str]:
        """The columns that it names."""
        named = {term.column for term in self.terms}
        return frozenset(named | {term.other for term in self.terms if term.other_row is not None})

    @property
    def dependency(self) -> tuple[list[str], str] | None:
        """Determinant and dependent column, where it says that equal ones have an equal other: a functional dependency."""
        equal = [term.column for term in self.terms if term.sign == "EQ" and term.pairs]
        unequal = [term.column for term in self.terms if term.sign == "IQ" and term.pairs]
        if len(equal) + len(unequal) == len(self.terms) and len(unequal) == 1:
            return equal, unequal[0]
        return None


def broken_cells(
    connection: duckdb.DuckDBPyConnection, relation: str, names: Mapping[str, str], constraint: Constraint
) -> set[tuple[int, str]]:
    """The cells (row, column of the constraint) that a constraint points at.

    Of a dependency these are the values that fewer rows have than the commonest beside the same determinant, or all of them where none
    is commonest; else every cell that the broken constraint names.

    Args:
        relation: a table of text columns with the number of each row in `row_no`.
        names: its column by the name that the constraint has for it.

    Raises:
        ConstraintError: a column is not there.
    """
    missing = sorted(constraint.columns - names.keys())
    if missing:
        raise ConstraintError(f"no column “{missing[0]}” 没有这一列")
    dependency = constraint.dependency
    if dependency is not None:
        determinant, dependent = dependency
        query = _DEPENDENCY.format(
            relation=relation, x=", ".join(names[column] for column in determinant), y=names[dependent]
        )
        return {(row, dependent) for (row,) in connection.execute(query).fetchall()}
    conditions, values = [], {}
    for number, term in enumerate(constraint.terms):
        left = f"{term.row}.{names[term.column]}"
        if term.other_row is None:
            right = f"$v{number}"
            values[f"v{number}"] = term.other
        else:
            right = f"{term.other_row}.{names[term.other]}"
        conditions.append(f"{left} {_SIGNS[term.sign]} {right}")
    second = f" JOIN {relation} AS t2 ON t1.row_no <> t2.row_no AND " if constraint.is_of_two else " WHERE "
    query = f"SELECT DISTINCT t1.row_no FROM {relation} AS t1{second}{' AND '.join(conditions)}"
    rows = [row for (row,) in connection.execute(query, values).fetchall()]
    return {(row, column) for row in rows for column in constraint.columns}


# Rows whose value of the dependent column is not the commonest beside their determinant, or shares that place.
_DEPENDENCY = """
SELECT s.row_no
FROM (
    SELECT
        r.*,
        max(r.n) OVER (PARTITION BY {x}) AS most,
        min(CASE WHEN r.n = r.top THEN {y} END) OVER (PARTITION BY {x}) AS least_top,
        max(CASE WHEN r.n = r.top THEN {y} END) OVER (PARTITION BY {x}) AS last_top
    FROM (
        SELECT q.*, max(q.n) OVER (PARTITION BY {x}) AS top
        FROM (
            SELECT row_no, {x}, {y}, count(*) OVER (PARTITION BY {x}, {y}) AS n
            FROM {relation}
            WHERE ({x}) IS NOT NULL AND {y} IS NOT NULL
        ) AS q
    ) AS r
) AS s
WHERE s.n < s.most OR s.least_top <> s.last_top
"""
