"""The definitions of tables: what every table and column is called, means, and is typed and keyed by.

It is read from `sql/columns/` (one name, one type, one meaning) and `sql/<stage>/<table>.toml`; a table with a model has
`<table>.sql` beside it. The tables of policy lists and of delivered kinds are made from those (`policy_lists.py`, `delivered.py`). DDL,
comments, the data dictionary and Dagster's column metadata are made from all of them. Does not belong here: executing anything.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from warehouse.tables import cents, rules
from warehouse.tables.columns import column_definitions
from warehouse.tables.delivered import delivered_tables
from warehouse.tables.in_force import expanded
from warehouse.tables.policy_lists import policy_tables
from warehouse.tables.table import STAGES, Column, Lowering, Table, Tables


@cache
def all_tables() -> Tables:
    """The tables of the installed package."""
    columns = {name: Column(name, **fields) for name, fields in column_definitions().items()}
    found = (*policy_tables(columns), *delivered_tables(columns), *_written(columns))
    return Tables({table.qualified: table for table in found})


def _written(columns: Mapping[str, Column]) -> Iterator[Table]:
    """The tables of `sql/`."""
    root = files("warehouse") / "sql"
    for stage in STAGES:
        for entry in sorted((root / stage).iterdir(), key=lambda item: item.name):
            if not entry.name.endswith(".toml"):
                continue
            name = entry.name.removesuffix(".toml")
            model = root / stage / f"{name}.sql"
            fields = tomllib.loads(entry.read_text("utf-8"))
            text = cents.expanded(expanded(model.read_text("utf-8"))) if model.is_file() else None
            template = text if text and rules.has_marks(text) else None
            yield Table(
                stage=stage,
                name=name,
                key=tuple(fields.pop("key")),
                columns=tuple(columns[column] for column in fields.pop("columns")),
                partition=fields.pop("partition", None),
                layout_lists=tuple(fields.pop("layout_lists", ())),
                model=rules.expanded(template, rules.shipped_policy()) if template else text,
                template=template,
                lowered=tuple(
                    Lowering(columns=tuple(step.pop("columns")), **step) for step in fields.pop("lowered", ())
                ),
                **fields,
            )
