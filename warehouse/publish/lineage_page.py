"""The lineage page: the column graph of the whole lake as one HTML file that opens offline and asks nobody for anything.

Belongs here: what the page is given and how it is put together. How it looks and acts lies in `page/`, the library that draws it,
Cytoscape (MIT), with its licence in `vendor/`. Does not belong here: the graph (`warehouse/trace/graph.py`).
"""

import base64
import hashlib
import json
import re
import shlex
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from warehouse.building.unfilled import Unfilled
from warehouse.store.home import Home
from warehouse.store.lake import Lake, current_snapshot
from warehouse.store.published import publishing
from warehouse.tables.quoting import identifier
from warehouse.tables.table import STAGES, Table, Tables
from warehouse.trace.graph import LineageGraph

_LIBRARY = "vendor/cytoscape-3.34.4/cytoscape.min.js"

#: The stages that Python fills from what was delivered.
_TAKEN_IN = {"policy", "landing"}

Keys = Mapping[str, Mapping[str, object]]


def lineage_file(home: Home) -> Path:
    """Where the page of a home is published."""
    return home.reports / "lineage.html"


def publish_lineage(lake: Lake) -> Path:
    """Write the page of the home, whose example commands trace a row that the lake holds; returns the file."""
    target = lineage_file(lake.home)
    with lake.reading() as connection:
        snapshot = current_snapshot(connection)
    with publishing(lake.home, "report", snapshot) as publication, publication.placed(target) as aside:
        aside.write_bytes(lineage_page(lake.tables, first_keys(lake)).encode())
    return target


def first_keys(lake: Lake) -> Keys:
    """Qualified table -> the key of its first row, of those that hold any."""
    keys: dict[str, Mapping[str, object]] = {}
    with lake.reading() as connection:
        unfilled = Unfilled.of(connection, lake.tables)
        for table in lake.tables.values():
            if table in unfilled:
                continue
            key = ", ".join(identifier(name) for name in table.key)
            row = connection.execute(f"SELECT {key} FROM {table.qualified} ORDER BY ALL LIMIT 1").fetchone()
            if row is not None:
                keys[table.qualified] = dict(zip(table.key, row, strict=True))
    return keys


def lineage_page(tables: Tables, keys: Keys | None = None) -> str:
    """The page; commands take their keys from `keys`, or say `COLUMN=…` where it has none.

    Nothing but the scripts named by their hash runs, and nothing is loaded.
    """
    folder = files("warehouse") / "publish"
    library = (folder / _LIBRARY).read_text("utf-8")
    script = (folder / "page" / "lineage.js").read_text("utf-8")
    policy = (
        f"default-src 'none'; script-src {_hash(library)} {_hash(script)}; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    parts = {
        "policy": policy,
        "style": (folder / "page" / "lineage.css").read_text("utf-8"),
        "library": library,
        "script": script,
        # In a script element only "<" could end it or open another.
        "lake": json.dumps(lake_document(tables, keys or {}), ensure_ascii=False).replace("<", "\\u003c"),
    }
    template = (folder / "page" / "lineage.html").read_text("utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], template)


def lake_document(tables: Tables, keys: Keys) -> dict[str, Any]:
    """Stages, tables with their columns, and edges [from, to, 1 if filter] between columns, numbered in their order."""
    ordered = [table for stage in STAGES for table in tables.of_stage(stage)]
    numbers = {
        (table.qualified, column.name): number
        for number, (table, column) in enumerate((t, c) for t in ordered for c in t.columns)
    }
    return {
        "stages": {stage: {"label": STAGES[stage], "rank": rank} for stage, rank in _ranks(tables).items()},
        "tables": [_table(table, keys.get(table.qualified, {})) for table in ordered],
        "edges": [
            [
                numbers[edge.source.table, edge.source.column],
                numbers[edge.target.table, edge.target.column],
                int(edge.influence == "filter"),
            ]
            for edge in LineageGraph(tables).edges
        ],
    }


def _ranks(tables: Tables) -> dict[str, int]:
    """Stage -> its place from left to right: what is taken in, then each after all that its tables read, then the rest."""
    read: dict[str, set[str]] = {stage: set() for stage in STAGES}
    for table in tables.values():
        read[table.stage] |= {tables[name].stage for name in table.inputs} - {table.stage}
    ranks = dict.fromkeys(_TAKEN_IN, 0)
    for stage in STAGES:
        if stage not in _TAKEN_IN and read[stage]:
            ranks[stage] = max(ranks.get(before, 0) for before in read[stage]) + 1
    last = max(ranks.values())
    return {stage: ranks.get(stage, last) for stage in STAGES}


def _table(table: Table, key: Mapping[str, object]) -> dict[str, Any]:
    return {
        "id": table.qualified,
        "stage": table.stage,
        "name": table.name,
        "label": table.label,
        "zh": table.zh,
        "en": table.en,
        "grain_zh": table.grain_zh,
        "grain_en": table.grain_en,
        "key": table.key,
        "sql": table.model,
        "delivered": table.model is None and table.stage in _TAKEN_IN,
        "trace": _trace(table, key),
        "columns": [
            {"name": c.name, "type": c.type, "label": c.label, "zh": c.zh, "en": c.en, "unit": c.unit}
            for c in table.columns
        ],
    }


def _trace(table: Table, key: Mapping[str, object]) -> str | None:
    """The command that traces a row; None where nothing is to trace."""
    if table.stage == "audit":
        return None
    parts = (shlex.quote(f"{name}={key.get(name, '…')}") for name in table.key)
    return f"shuzhang trace {table.qualified} {' '.join(parts)}"


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
