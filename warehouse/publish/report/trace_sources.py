"""The sources of lines: delivered records, deliveries and policy entries, each once, and which of them each line has.

Belongs here: reading them as a page shows them, and their order. Does not belong here: which they are (`warehouse/trace/line_walk.py`).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from readers.kinds import KINDS
from warehouse.publish.report.trace_figures import Most
from warehouse.store.lake import Lake
from warehouse.trace.line_walk import LineWalk
from warehouse.trace.walk import Node, listed

#: What an auditor reads first: amounts, then what persons decided, what proves an asset, the rest; at last the rules.
_MONEY, _DECISION, _EVENT, _OTHER, _DELIVERY, _POLICY = range(6)
_RANKS = {"decisions": _DECISION, "events": _EVENT, "evidence": _EVENT, "reviews": _EVENT, "authorisations": _EVENT}
_READ = {
    "landing.record": ("kind", "deliverer_code", "delivery_id", "raw", "body"),
    "landing.delivery": ("kind", "deliverer_code", "delivery_id", "delivery_date", "mode"),
    "policy.entry": ("list_name", "entry_key", "effective_from", "status", "source", "raw"),
}


def sources_of(walk: LineWalk, lake: Lake, most: Most) -> tuple[list[dict[str, Any]], list[list[int]], list[int]]:
    """The sources in the order in which lines name them, each line's sources by number, and how many a line has beyond those named."""
    documents: list[dict[str, Any]] = []
    of_line: list[list[tuple[int, int]]] = [[] for _ in walk.lines]
    for node in walk.nodes:
        if node.table.model is not None or not node.row_count:
            continue
        numbers: dict[tuple[Any, ...], int] = {}
        for key, document in _documents(walk, node, lake, most):
            numbers[key] = len(documents)
            documents.append(document)
        key = listed(node.table.key)
        rows = walk.connection.execute(f"SELECT line, {key} FROM {walk.reaching(node)} ORDER BY ALL").fetchall()
        for line, *values in rows:
            number = numbers[tuple(values)]
            of_line[line].append((documents[number]["r"], number))
    shown = [[number for _, number in sorted(found)[: most.sources]] for found in of_line]
    order = {number: place for place, number in enumerate(dict.fromkeys(n for found in shown for n in found))}
    return (
        [documents[number] for number in order],
        [[order[number] for number in found] for found in shown],
        [len(found) - min(len(found), most.sources) for found in of_line],
    )


def _documents(walk: LineWalk, node: Node, lake: Lake, most: Most) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
    key = listed(node.table.key)
    extra = _READ.get(node.table.qualified, ())
    cursor = walk.connection.execute(
        f"SELECT {listed([*node.table.key, 'source_file', 'source_sha256', 'source_pointer'])}"
        f"{''.join(f', {name} AS x_{name}' for name in extra)} FROM {node.stored} SEMI JOIN {node.keys} USING ({key}) ORDER BY {key}"
    )
    names = [d[0] for d in cursor.description or ()]
    width = len(node.table.key)
    found = []
    for row in cursor.fetchall():
        values = dict(zip(names, row, strict=True))
        document = {"t": node.table.qualified, "k": [str(value) for value in row[:width]]} | {
            "f": values["source_file"],
            "h": values["source_sha256"],
            "p": values["source_pointer"],
        }
        of = {name: values[f"x_{name}"] for name in extra}
        if node.table.qualified == "policy.entry":
            document |= {"r": _POLICY, "e": str(of["effective_from"]), "s": of["status"], "o": of["source"]}
            document |= _text(of["raw"], most)
        elif node.table.qualified == "landing.delivery":
            manifest = lake.home.read(values["source_sha256"]).decode()
            document |= _delivered(of, _DELIVERY) | {"m": of["mode"]} | _text(manifest, most)
        elif node.table.qualified == "landing.record":
            amounts = _amounts(of["body"])
            rank = _MONEY if amounts else _RANKS.get(of["kind"], _OTHER)
            document |= _delivered(of, rank) | {"a": amounts} | _text(of["raw"], most)
        else:
            document |= {"r": _OTHER}
        found.append((tuple(row[:width]), document))
    return found


def _delivered(of: Mapping[str, Any], rank: int) -> dict[str, Any]:
    kind = KINDS.get(of["kind"])
    return {"r": rank, "c": of["deliverer_code"], "d": of["delivery_id"], "i": kind.name_zh if kind else of["kind"]}


def _text(text: str | None, most: Most) -> dict[str, Any]:
    """What was delivered, verbatim; beyond what there is room for, how many characters it has."""
    text = text or ""
    return {"x": text} if len(text) <= most.chars else {"x": text[: most.chars], "l": len(text)}


def _amounts(body: str | None) -> list[tuple[str, str]]:
    """The amounts of a record, by column."""
    fields = json.loads(body) if body else {}
    if not isinstance(fields, dict):
        return []
    return [(name, str(value)) for name, value in fields.items() if name.endswith("_cny") and value not in (None, "")]


def delivery_dates(walk: LineWalk, documents: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The dates of the deliveries that sources are of."""
    wanted = sorted({document["d"] for document in documents if "d" in document})
    rows = walk.connection.execute(
        "SELECT delivery_id, CAST(delivery_date AS VARCHAR) FROM lake.landing.delivery "
        "WHERE list_contains($wanted, delivery_id) ORDER BY ALL",
        {"wanted": wanted},
    ).fetchall()
    return dict(rows)


def deliverer_names(walk: LineWalk, documents: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What the deliverers of sources are called, by their last names on record."""
    wanted = sorted({document["c"] for document in documents if document.get("c")})
    rows = walk.connection.execute(
        "SELECT organisation_code, arg_max(name, valid_from) FROM lake.catalog.organisation "
        "WHERE list_contains($wanted, organisation_code) GROUP BY organisation_code ORDER BY ALL",
        {"wanted": wanted},
    ).fetchall()
    return dict(rows)
