"""The data dictionary: every table and column as its definition says, in Markdown."""

import re
from collections.abc import Iterator
from importlib.resources import files

from warehouse.tables.table import POLICY, STAGES, Table, Tables


def dictionary_text(tables: Tables) -> str:
    """The dictionary of all tables, by stage."""
    return "\n".join(_lines(tables)) + "\n"


def anchor(table: Table) -> str:
    """Where a table stands in the dictionary, as Markdown viewers make an anchor of its heading."""
    return re.sub(r"[^\w -]", "", _heading(table).lower()).replace(" ", "-")


def _heading(table: Table) -> str:
    return f"{table.qualified} {table.label}"


def _lines(tables: Tables) -> Iterator[str]:
    yield "# 数据字典 / Data dictionary"
    yield ""
    yield "由表定义生成（`make docs`），请勿手改。Made from the tables' definitions by `make docs`; do not edit."
    for stage, label in STAGES.items():
        yield ""
        yield f"## {stage} {label}"
        for table in tables.of_stage(stage):
            yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    yield ""
    yield f"### {_heading(table)}"
    yield ""
    yield f"{table.zh}。{table.grain_zh}。"
    yield f"{table.en[0].upper()}{table.en[1:]}. {table.grain_en[0].upper()}{table.grain_en[1:]}."
    yield ""
    source = _source(table)
    partition = f" · partition `{table.partition}`" if table.partition else ""
    yield f"Key `{', '.join(table.key)}`{partition} · filled by {source}"
    yield ""
    yield "| column | type | 名称 | 定义 | definition |"
    yield "|---|---|---|---|---|"
    for c in table.columns:
        unit = f" [{c.unit}]" if c.unit else ""
        yield f"| `{c.name}` | {c.type} | {c.label} | {c.zh}{unit} | {c.en}{unit} |"


def _source(table: Table) -> str:
    """What fills a table: its model's file, what makes the model of a list or kind, or a step in Python."""
    if table.model is None:
        return "Python"
    model = files("warehouse") / "sql" / table.stage / f"{table.name}.sql"
    if model.is_file():
        return f"`warehouse/sql/{table.stage}/{table.name}.sql`"
    maker = "policy_lists" if table.stage == POLICY else "delivered"
    return f"a model made by `warehouse/tables/{maker}.py`"
