"""The trace page: every figure of a report down to the delivered text, in one file that opens offline.

Belongs here: how its data are cut into blocks that are unpacked when they are wanted, and writing it. Does not belong here: which data
(`trace_figures.py`, `trace_lines.py`, `trace_sources.py`), how it looks and acts (`html/trace.*`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse.publish.report.anchors import english
from warehouse.publish.report.edition import LEVELS, STATES, Edition, Report
from warehouse.publish.report.offline import packed, write_offline
from warehouse.publish.report.trace_figures import Figures, Most, asked_figures
from warehouse.publish.report.trace_lines import Lines, line_documents, walk_lines, with_room
from warehouse.publish.report.trace_sources import deliverer_names, delivery_dates, sources_of
from warehouse.store.lake import Lake
from warehouse.tables.table import Tables
from warehouse.trace.line_walk import LineWalk
from warehouse.trace.tracer import Tracer

#: So many lines or sources go into a block; a figure's stand near each other.
_BLOCK = 250


@dataclass(frozen=True)
class TraceContent:
    """What a trace page holds, as its script reads it: forms with their rows, words for names, lines, sources."""

    forms: Sequence[dict[str, Any]]
    labels: dict[str, Any]
    lines: Sequence[dict[str, Any]]
    sources: Sequence[dict[str, Any]]


def write_trace_page(lake: Lake, report: Report, target: Path, most: Most | None = None) -> None:
    """Write the trace of every figure of a report.

    Args:
        most: how much goes into the page; what does not is told on it.

    Raises:
        TraceError: a figure of the report is not what its table has.
        NotOnRecordError: a table on the way is not as a commit on record left it.
    """
    most = most or Most()
    with Tracer.of_many(lake) as tracer:
        asked = asked_figures(tracer.connection, report, most)
        found = with_room(tracer, asked, most)
        with tracer.walking(LineWalk) as walk:
            walk_lines(walk, asked, found)
            lines = line_documents(walk, found)
            sources, of_lines, beyond = sources_of(walk, lake, most)
            labels = {"dates": delivery_dates(walk, sources), "deliverers": deliverer_names(walk, sources)}
    for line, numbers, more in zip(lines, of_lines, beyond, strict=True):
        line |= {"o": numbers} | ({"m": more} if more else {})
    forms = [_form(of, found[of.table.qualified], report) for of in asked]
    put_trace_page(
        report.edition, TraceContent(forms, labels | _labels(lake.tables, lines, sources), lines, sources), target
    )


def put_trace_page(edition: Edition, content: TraceContent, target: Path) -> None:
    """Write the page of what was traced."""
    index = {
        "title": edition.title,
        "forms": content.forms,
        "labels": content.labels,
        "levels": {level: zh for level, (zh, _) in LEVELS.items()},
        "block": _BLOCK,
    }
    write_offline(
        target,
        "trace.html",
        scripts=["common.js", "trace.js"],
        styles=["common.css", "trace.css"],
        values={
            "edition": edition,
            "state": STATES[edition.state],
            "index": packed(index),
            "blocks": {"lines": _blocks(content.lines), "sources": _blocks(content.sources)},
        },
    )


def _blocks(documents: Sequence[Any]) -> list[str]:
    return [packed(documents[start : start + _BLOCK]) for start in range(0, len(documents), _BLOCK)]


def _form(of: Figures, lines: Lines, report: Report) -> dict[str, Any]:
    page = next(page for page in report.pages if page.table.qualified == of.table.qualified)
    return {
        "table": of.table.qualified,
        "key": of.table.key,
        "title": page.title,
        "en": of.table.en,
        "columns": [
            {
                "name": column.name,
                "label": f"{column.group} {column.label}".strip(),
                "en": english(column.name),
                "format": column.number_format,
                "parts": [
                    {"table": part.table, "amounts": part.amounts, "adds": part.adds}
                    for part in lines.parts.get(column.name, ())
                ],
            }
            for column in of.columns
        ],
        "rows": [
            {"k": key, "n": of.names[place], "v": of.cells[place]}
            | ({"b": of.below[place]} if of.below.get(place) else {})
            | ({"l": lines.links[place]} if lines.links.get(place) else {})
            | ({"many": lines.too_many[place]} if place in lines.too_many else {})
            | ({"cut": 1} if place in of.cut else {})
            for place, key in enumerate(of.keys)
        ],
        "leftOut": of.left_out,
    }


def _labels(tables: Tables, lines: Sequence[dict[str, Any]], sources: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What tables and columns that the page names are called, in Chinese and English."""
    named = {line["t"] for line in lines} | {source["t"] for source in sources}
    named |= {f"policy.{source['k'][0]}" for source in sources if source["t"] == "policy.entry"}
    columns = {name for line in lines for name in line["v"]} | {a[0] for source in sources for a in source.get("a", ())}
    known = {column.name: column.label for table in tables.values() for column in table.columns}
    return {
        "tables": {
            name: [tables[name].label, tables[name].name.replace("_", " ")] for name in sorted(named) if name in tables
        },
        "keys": {name: tables[name].key for name in sorted(named) if name in tables},
        "columns": {name: [known.get(name, name), english(name)] for name in sorted(columns)},
    }
