"""The policy as typed tables: one a list, `policy.<list>`, with a model over `policy.entry` that is made from the list's shape.

Each row is a version of an entry: the columns of the list with their types, where it comes from, and from when to when it holds. What a
column means stands in `policy_lists.toml`. Does not belong here: the shapes (`readers/policy/lists/`), which version holds on a day
(`in_force.py`).
"""

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from readers.policy.lists import LISTS
from readers.policy.lists.shape import ListShape
from warehouse.tables.quoting import identifier, literal
from warehouse.tables.table import POLICY, Column, Table

#: Columns that the table of every list has after its own.
_COMMON = ("status", "source", "effective_from", "effective_to", "is_first_version")


def policy_tables(common: Mapping[str, Column]) -> Iterator[Table]:
    """The table of each list.

    Args:
        common: the columns that all tables share, by name.
    """
    described = tomllib.loads((files("warehouse.tables") / "policy_lists.toml").read_text("utf-8"))
    for name, shape in LISTS.items():
        words = described["lists"][name]
        own = words.get("columns", {})
        yield Table(
            stage=POLICY,
            name=name,
            label=words["label"],
            grain_zh="每行一个条目的一个版本",
            grain_en="One row a version of an entry",
            zh=words["zh"],
            en=words["en"],
            key=("entry_key", "effective_from"),
            columns=(
                common["entry_key"],
                *(_column(column, type_, own, described["columns"]) for column, type_ in shape.columns.items()),
                *(common[column] for column in _COMMON),
            ),
            partition=None,
            model=_model(name, shape),
        )


def _column(name: str, type_: str, own: Mapping[str, Any], general: Mapping[str, Any]) -> Column:
    return Column(name, type_, **(own.get(name) or general[name]))


def _model(name: str, shape: ListShape) -> str:
    columns = "".join(
        f"    {_typed(column, type_)} AS {identifier(column)},\n" for column, type_ in shape.columns.items()
    )
    return (
        "SELECT\n    e.entry_key,\n"
        f"{columns}"
        "    e.status,\n    e.source,\n    e.effective_from,\n"
        "    lead(e.effective_from) OVER (PARTITION BY e.entry_key ORDER BY e.effective_from) AS effective_to,\n"
        "    lag(e.effective_from) OVER (PARTITION BY e.entry_key ORDER BY e.effective_from) IS NULL AS is_first_version\n"
        f"FROM policy.entry AS e\nWHERE e.list_name = {literal(name)}\n"
    )


def _typed(column: str, type_: str) -> str:
    text = f"(e.body ->> {literal(f'$.{column}')})"
    if type_ == "BOOLEAN":
        return f"{text} = 'yes'"
    return text if type_ == "VARCHAR" else f"CAST({text} AS {type_})"
