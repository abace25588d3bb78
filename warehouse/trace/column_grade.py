"""The grades of the platform's own columns: what policy says of source columns, carried along column lineage, and the doors they pass.

A column has the highest grade of the columns that it is computed from, unless its table declares a step that lowers it (`[[lowered]]` in
its .toml). A source column that policy does not grade has the highest grade there is, and a door without a limit lets nothing pass: what
is forgotten is closed. Belongs here: these grades, and what passes a door. Does not belong here: grades of agencies' resources (models of
stage classification).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from readers.policy.files import PolicyOnDay
from readers.policy.lists.classification import PROVISIONAL_GRADES
from warehouse.tables.table import Tables
from warehouse.trace.graph import ColumnRef, table_lineage

#: Tables that statements and journals show, whose layout is no policy.
_BESIDE_FORMS = frozenset({"finance.difference", "finance.journal_entry"})
#: Doors through which tables leave: workbooks have the tables of policy/report_form.csv and these, the others all tables of the lake.
WORKBOOK, DATABASE, LAKE = DOORS = ("workbook", "database", "lake")


class DoorError(ValueError):
    """A table carries more than a door allows; the message names table, column, source column, door and mend."""


@dataclass(frozen=True)
class ColumnGrade:
    """The grade of a column; `source`: the column that policy grades and that it comes from, `lowered_at`: where a step lowered it last."""

    grade: str
    rank: int
    source: ColumnRef | None
    lowered_at: ColumnRef | None = None


@dataclass(frozen=True)
class Overflow:
    """A column that carries more than a door allows."""

    door: str
    column: ColumnRef
    carries: ColumnGrade
    limit: str

    def __str__(self) -> str:
        source = self.carries.source or self.column
        return (
            f"{self.column} 级别 {self.carries.grade}，来自 {source}，超过出口 {self.door} 的上限 {self.limit}："
            f"自有报表须去掉该列；随附的表在 warehouse/sql/{self.column.table.replace('.', '/')}.toml 声明降级步骤（[[lowered]]），"
            f"或核对 policy/column_grade.csv、policy/door_limit.csv / "
            f"{self.column} is of grade {self.carries.grade}, from {source}; the door {self.door} allows {self.limit}: leave it out of "
            "a form of your own; for a shipped table declare the step that lowers it in its .toml ([[lowered]]), or see "
            "policy/column_grade.csv and policy/door_limit.csv"
        )


def column_grades(tables: Tables, policy: PolicyOnDay) -> dict[ColumnRef, ColumnGrade]:
    """The grade of every column of the lake."""
    ranks = _ranks(policy)
    settled = [grade for grade in ranks if grade not in PROVISIONAL_GRADES]
    top, bottom = max(settled, key=lambda g: ranks[g]), min(settled, key=lambda g: ranks[g])
    given = {entry.entry_key: entry.body["grade"] for entry in policy.of("column_grade")}
    grades: dict[ColumnRef, ColumnGrade] = {}
    for name, table in tables.items():
        lineage = table_lineage(tables, table)
        lowered = {column: step for step in table.lowered for column in step.columns}
        for column in table.columns:
            ref = ColumnRef(name, column.name)
            said = given.get(f"{name}|{column.name}") or given.get(f"{name}|*")
            if said is None and table.model is None:
                said = top
            parts = [
                grades[ColumnRef(source, source_column)]
                for source, source_column, influence in lineage.get(column.name, ())
                if influence == "value"
            ]
            if said is not None:
                parts.append(ColumnGrade(said, ranks[said], ref))
            found = max(parts, key=lambda part: part.rank, default=ColumnGrade(bottom, ranks[bottom], None))
            step = lowered.get(column.name)
            if step is not None and ranks[step.to] < found.rank:
                found = ColumnGrade(step.to, ranks[step.to], found.source, ref)
            grades[ref] = found
    return grades


def overflows(
    tables: Tables, policy: PolicyOnDay, door: str, published: Collection[str] | None = None
) -> list[Overflow]:
    """The columns that carry more than a door allows, of the tables `published` there; by default of all that it has."""
    ranks = _ranks(policy)
    limits = {entry.entry_key: entry.body["grade"] for entry in policy.of("door_limit")}
    limit = limits.get(door)
    allowed = ranks[limit] if limit is not None else -1
    shown = _published(tables, policy, door) if published is None else published
    return [
        Overflow(door, ref, grade, limit or "none")
        for ref, grade in column_grades(tables, policy).items()
        if grade.rank > allowed and ref.table in shown
    ]


def keep_door(
    tables: Tables,
    policy: PolicyOnDay,
    door: str,
    published: Collection[str] | None = None,
    *,
    but: Collection[str] = (),
) -> None:
    """Let nothing pass a door that carries more than it allows.

    Args:
        published: the tables that pass; by default those that the door has.
        but: tables among these that are held back.

    Raises:
        DoorError: something does.
    """
    shown = _published(tables, policy, door) if published is None else published
    found = overflows(tables.under(policy.policy), policy, door, set(shown) - set(but))
    if found:
        raise DoorError("\n".join(map(str, found)))


def _published(tables: Tables, policy: PolicyOnDay, door: str) -> frozenset[str]:
    if door == WORKBOOK:
        return frozenset(entry.body["table"] for entry in policy.of("report_form")) | _BESIDE_FORMS
    return frozenset(tables)


def _ranks(policy: PolicyOnDay) -> Mapping[str, int]:
    return {entry.entry_key: int(entry.body["rank"]) for entry in policy.of("grade_level")}
