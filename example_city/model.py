"""What the example city is made of before it is written: records, files and deliveries, flaws included.

Belongs here: the generator's own objects and the columns of each kind, as the shipped policy gives them.
Does not belong here: content (the tables of the city) and bytes (`writers.py`).
"""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

#: Stands in every file, so that nobody takes the figures for real ones.
NOTICE = "示例市及本文件全部数据均为虚构 / The city and all data in this file are invented"


@dataclass(frozen=True)
class Column:
    """A column of a kind of delivery (policy/delivery_column.csv)."""

    name: str
    label_zh: str
    label_en: str
    value_type: str
    is_required: bool
    is_key: bool


@cache
def columns(kind: str) -> tuple[Column, ...]:
    """The columns of a kind, in the order of the shipped policy; `catalog.field` are those of a 信息项."""
    text = resources.files("policy").joinpath("delivery_column.csv").read_text("utf-8-sig")
    return tuple(
        Column(
            row["column"],
            row["label_zh"],
            row["label_en"],
            row["value_type"],
            row["is_required"] == "yes",
            row["is_key"] == "yes",
        )
        for row in csv.DictReader(text.splitlines())
        if row["kind"] == kind
    )


@dataclass(frozen=True)
class Record:
    """One record: canonical column -> text in canonical form (ISO dates, plain decimals).

    The form in which it is written is the layout's. `rule` is the rejection rule that the record breaks by
    construction (policy/rejection_rule.csv); None if it is sound. `verbatim` stands in
    place of the whole record in a DCAT file: a text where an object should be. `is_record`: else it is a row that
    readers pass over and name.
    """

    cells: Mapping[str, str]
    fields: tuple[Mapping[str, str], ...] = ()
    rule: str | None = None
    verbatim: str | None = None
    is_record: bool = True

    @property
    def content(self) -> tuple[object, ...]:
        """What makes two versions of a record equal: filled cells and fields, in no order of columns."""
        return _filled(self.cells), tuple(_filled(item) for item in self.fields)

    def key(self, kind: str) -> str | None:
        """The record's key within its deliverer, source and kind; None if all of it is empty."""
        if kind == "content":
            return f"{self.cells['table_name']}|{self.cells['heading']}"
        if kind == "catalog":
            named = (self.cells.get("provider_name", ""), self.cells.get("title", ""))
            return self.cells.get("identifier") or self.cells.get("landing_page") or _joined(named)
        keys = tuple(self.cells.get(column.name, "") for column in columns(kind) if column.is_key)
        # Voucher numbers start again each month, so the month is part of what identifies a line.
        return _joined((*keys, self.cells.get("posted_date", "")[:7]) if kind == "costs" else keys)


def _filled(cells: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, value) for name, value in cells.items() if value))


def _joined(parts: tuple[str, ...]) -> str | None:
    return "|".join(parts) if any(parts) else None


@dataclass(frozen=True)
class Layout:
    """How a table is written, with the habits that real deliveries have.

    form: xlsx, csv or dcat. headings: label_zh, label_en or name. date: iso, slash, chinese or cell (a date
    cell of XLSX). amount: plain, number (a number cell of XLSX), currency (￥12,000.00) or fullwidth.
    `blank_after` counts
    the lines below the header.
    """

    form: str = "xlsx"
    encoding: str = "utf-8-sig"
    headings: str = "label_zh"
    merged: bool = False
    date: str = "iso"
    amount: str = "plain"
    title: str | None = None
    blank_after: tuple[int, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    padded: bool = False
    notes_sheet: bool = False

    @property
    def habits(self) -> set[str]:
        """The names of the habits that a reader has to cope with."""
        names = [heading for heading, _ in self.extra]
        found = {
            "title_row": self.title is not None,
            "empty_rows": bool(self.blank_after),
            "unknown_heading": bool(names),
            "repeated_heading": len(names) > len(set(names)),
            "trailing_spaces": self.padded,
            "full_width_digits": self.amount == "fullwidth",
            "currency_signs": self.amount == "currency",
            "merged_cells": self.merged,
        }
        return {name for name, is_there in found.items() if is_there}


@dataclass(frozen=True)
class File:
    """A file of a delivery. `spoil` makes its bytes unreadable: then none of its records comes in.

    content: the lines of a table that is delivered as content, whose records are the table and its columns.
    """

    name: str
    records: tuple[Record, ...]
    layout: Layout
    spoil: Callable[[bytes], bytes] | None = None
    remarks: frozenset[str] = frozenset()
    content: tuple[tuple[str, ...], ...] | None = None

    @property
    def defects(self) -> set[str]:
        """What is wrong or awkward in the file, by name."""
        if self.spoil:
            return {self.spoil.__name__}
        if self.content is not None:
            return set(self.remarks)
        return {r.rule for r in self.records if r.rule} | self.layout.habits | self.remarks


@dataclass(frozen=True)
class Delivery:
    """A delivery folder: its manifest's facts and its files; the folder bears its sender's short name."""

    sender: str
    deliverer_code: str
    kind: str
    day: date
    files: tuple[File, ...]
    sequence: int = 1
    source: str = "default"
    mode: str = "full"
    holder_code: str | None = None
    resource_code: str | None = None

    @property
    def folder(self) -> str:
        """`<date>-<sender>-<kind>`, with the sequence if it is not the first of the day."""
        suffix = f"-{self.sequence}" if self.sequence > 1 else ""
        return f"{self.day.isoformat()}-{self.sender}-{self.kind}{suffix}"

    @property
    def group(self) -> tuple[str, str, str]:
        """What deliveries are compared within."""
        return self.deliverer_code, self.source, self.kind
