"""The columns of each kind of delivery as shipped: what the typed tables of deliveries stand on.

An officer may add columns and synonyms, and change labels, notes and whether a column must be filled; of the shipped columns of a kind
that has a table of its own (`readers/kinds.py`), type and code list stay, and so does the check of what is no plain text.
"""

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from readers.kinds import KINDS


class DeliveryColumn(NamedTuple):
    """A column of a kind as shipped in policy/delivery_column.csv."""

    name: str
    label_zh: str
    label_en: str
    value_type: str
    code_list: str
    note_zh: str


@cache
def shipped_columns(kind: str) -> tuple[DeliveryColumn, ...]:
    """The shipped columns of a kind, in the order of the file."""
    return tuple(
        DeliveryColumn(
            *(row[name] for name in ("column", "label_zh", "label_en", "value_type", "code_list", "note_zh"))
        )
        for row in _rows()
        if row["kind"] == kind
    )


@cache
def fixed_cells() -> Mapping[str, Mapping[str, str]]:
    """What an entry of delivery_column must say, by its key: the typed tables stand on it."""
    tabled = {kind.code for kind in KINDS.values() if kind.table is not None}
    return {f"{row['kind']}|{row['column']}": dict(_fixed(row)) for row in _rows() if row["kind"] in tabled}


def required_columns() -> tuple[str, ...]:
    """The keys of the entries of delivery_column that the typed tables cannot do without."""
    tabled = {kind.code for kind in KINDS.values() if kind.table is not None}
    return tuple(
        f"{row['kind']}|{row['column']}" for row in _rows() if row["kind"] in tabled and row["is_required"] == "yes"
    )


def _fixed(row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield "value_type", row["value_type"]
    if row["code_list"]:
        yield "code_list", row["code_list"]
    if row["value_type"] != "text":
        yield "is_strict", "yes"


@cache
def _rows() -> tuple[Mapping[str, str], ...]:
    text = (files("policy") / "delivery_column.csv").read_text("utf-8-sig")
    return tuple(csv.DictReader(text.splitlines()))
