"""Reports of a few rows, in memory, for tests of what is published from them; and a reader of the pages.

Does not belong here: reports of a home, which `FormReader` gives.
"""

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

from warehouse.publish.form_page import FormColumn, FormPage
from warehouse.publish.report.edition import DRAFT, GOVERNMENT, Check, Edition, Report, Scope
from warehouse.tables.definitions import all_tables

HOSTILE = "</script><img src=x onerror=alert(1)>{{ 1 }}"
#: Opening 700.00, additions 500.00 less 50.00 of amortisation: closing 1150.00.
COLUMNS = {
    "entity_name": ("", "单位", "text"),
    "opening_carrying_cny": ("期初", "净值", "money"),
    "addition_cost_cny": ("本期增加", "原值", "money"),
    "addition_amortisation_cny": ("本期增加", "计提摊销", "money"),
    "closing_count": ("期末", "数量", "count"),
    "closing_carrying_cny": ("期末", "净值", "money"),
}
CITY = ("全市", Decimal("700.00"), Decimal("500.00"), Decimal("50.00"), 1204, Decimal("1150.00"))
ZERO = Decimal("0.00")


def page_of(
    level: str, rows: Sequence[tuple[str, Sequence[Any]]], shown: Mapping[str, tuple[str, str, str]] = COLUMNS
) -> FormPage:
    """A page of R1: (code, cells) by row."""
    columns = [FormColumn(name, *of) for name, of in shown.items()]
    keys = [("2026-06", "government", level, code) for code, _ in rows]
    table = all_tables()["report.form_r1"]
    return FormPage(
        "r1", table, "2026-06", level, "表 R1", f"表 R1（{level}）", "注", columns, [r for _, r in rows], keys
    )


def report_of(*pages: FormPage, before: Sequence[FormPage] = (), checks: Sequence[Check] = ()) -> Report:
    edition = Edition("2026-06", Scope("city", "city", "甲市"), GOVERNMENT, "行政事业性", 1, DRAFT, 7)
    return Report(edition, pages, before, checks, ["乙局未报送。"])


def departments(count: int) -> FormPage:
    rows = [(f"D{n}", (f"{n}局", ZERO, ZERO, ZERO, n, Decimal(n))) for n in range(1, count + 1)]
    return page_of("department", rows)


class PageReader(HTMLParser):
    """A written page: its tags with their attributes, its words, its data packs."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.packs: list[str] = []
        self._in = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._in = dict(attrs).get("class") or "" if tag == "script" else "style" if tag == "style" else ""
        if tag == "script" and self._in == "data":
            self.packs.append("")

    def handle_endtag(self, tag: str) -> None:
        self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in == "data":
            self.packs[-1] += data
        else:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(self.words)

    @property
    def hrefs(self) -> list[str]:
        return [attrs["href"] or "" for tag, attrs in self.tags if tag == "a" and "href" in attrs]

    def data(self, number: int) -> dict[str, Any]:
        return json.loads(gzip.decompress(base64.b64decode(self.packs[number])))
