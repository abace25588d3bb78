"""The trace page over a small home: its lines and sources are those of single traces, its sums come out, nothing is left out unsaid."""

import base64
import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.homes import lake_of
from warehouse.publish.form_reader import FormReader
from warehouse.publish.report.edition import DRAFT, GOVERNMENT, Edition, Report, Scope
from warehouse.publish.report.trace_figures import Most
from warehouse.publish.report.trace_page import write_trace_page
from warehouse.store.home import Home
from warehouse.store.lake import Lake, current_snapshot
from warehouse.trace.tracer import Tracer
from warehouse.trace.walk import TraceError

PERIOD = "2026-06"
R1 = "report.form_r1"


def report_of(lake: Lake) -> Report:
    """R1 of the city and the list of its assets."""
    with lake.reading() as connection:
        pages = [
            page
            for name in ("form_r1", "asset_list")
            for page in FormReader(lake, connection, PERIOD).pages(name)
            if page.rows
        ]
        snapshot = current_snapshot(connection)
    edition = Edition(PERIOD, Scope("city", "city", "示例市"), GOVERNMENT, "行政事业性", 1, DRAFT, snapshot)
    # The lower levels are found by the page itself.
    return Report(edition, [page for page in pages if page.label not in ("区划", "主管部门", "单位")], [], [], [])


@dataclass(frozen=True)
class Opened:
    """What a trace page holds, unpacked."""

    index: dict[str, Any]
    lines: list[dict[str, Any]]
    sources: list[dict[str, Any]]

    @classmethod
    def of(cls, file: Path) -> "Opened":
        text = file.read_text("utf-8")
        packs = {
            name: json.loads(gzip.decompress(base64.b64decode(pack)))
            for name, pack in re.findall(r'octet-stream" id="([\w-]+)">([^<]*)<', text)
        }
        blocks: dict[str, list[dict[str, Any]]] = {"lines": [], "sources": []}
        for name in sorted((n for n in packs if n != "index"), key=lambda n: int(n.rpartition("-")[2])):
            blocks[name.rpartition("-")[0]] += packs[name]
        return cls(packs["index"], blocks["lines"], blocks["sources"])

    def form(self, table: str) -> dict[str, Any]:
        return next(form for form in self.index["forms"] if form["table"] == table)


@pytest.fixture(scope="module")
def lake(few: Home) -> Lake:
    return lake_of(few)


@pytest.fixture(scope="module")
def opened(lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    folder = tmp_path_factory.mktemp("trace")
    for name in ("a.html", "b.html"):
        write_trace_page(lake, report_of(lake), folder / name)
    assert (folder / "a.html").read_bytes() == (folder / "b.html").read_bytes()
    return Opened.of(folder / "a.html")


def money(value: str | None) -> Decimal:
    return Decimal(value or 0)


def added(part: Mapping[str, Any], lines: list[dict[str, Any]]) -> Decimal:
    own = [line for line in lines if line["t"] == part["table"]]
    if part["adds"] == "count":
        return Decimal(len(own))
    return sum((sign * money(line["v"].get(name)) for line in own for name, sign in part["amounts"]), Decimal())


def test_each_figure_is_the_sum_of_those_below_it_and_the_lowest_of_its_lines(opened: Opened) -> None:
    form = opened.form(R1)
    rows, seen = form["rows"], 0
    assert {row["k"][2] for row in rows} == {"city", "tier", "district", "department", "unit"}
    for row in rows:
        lines = [opened.lines[number] for number in row.get("l", ())]
        for n, column in enumerate(form["columns"]):
            if column["name"] in ("unit_count", "reporting_count"):
                continue  # how many units there are is no sum over lines
            if row.get("b"):
                assert sum(money(rows[place]["v"][n]) for place in row["b"]) == money(row["v"][n])
            else:
                assert {part["adds"] for part in column["parts"]} <= {"sum", "count"}
                assert sum(added(part, lines) for part in column["parts"]) == money(row["v"][n])
                seen += money(row["v"][n]) != 0
    assert seen > 10


def test_what_a_column_is_made_of_is_told(opened: Opened) -> None:
    parts = {column["name"]: column["parts"] for column in opened.form(R1)["columns"]}
    assert parts["memo_count"] == [{"table": "registry.memo_register", "amounts": [], "adds": "count"}]
    (carrying,) = parts["opening_carrying_cny"]
    assert dict(carrying["amounts"])["opening_cost_cny"] == 1
    assert dict(carrying["amounts"])["opening_amortisation_cny"] == -1
    # A card's row is not there without the snapshot's, whose amount it is; nor without what names it, which adds nothing.
    (cost,) = next(c["parts"] for c in opened.form("report.asset_list")["columns"] if c["name"] == "closing_cost_cny")
    assert cost == {"table": "valuation.snapshot", "amounts": [["closing_cost_cny", 1]], "adds": "sum"}


def test_a_lines_sources_are_those_of_its_own_trace(lake: Lake, opened: Opened) -> None:
    lines = [line for line in opened.lines if line["t"] == "valuation.snapshot" and line["v"].get("closing_cost_cny")]
    with Tracer(lake, keep=True) as tracer:
        for line in (lines[0], lines[-1]):
            key: dict[str, str] = dict(zip(("period", "card_id"), line["k"], strict=True))
            traced = tracer.trace("valuation.snapshot", key, column="closing_cost_cny").sources
            wanted = {(source["table"], *map(str, source["key"].values())): source["raw"] for source in traced}
            found = {(source["t"], *source["k"]): source for source in (opened.sources[n] for n in line["o"])}
            # A line has the sources of all of its amounts that a form has.
            assert {*wanted} <= {*found}
            assert all(found[name]["x"] == raw for name, raw in wanted.items() if raw and "l" not in found[name])
            assert "m" not in line


def test_amounts_come_first_with_deliverer_file_place_text_and_hash(lake: Lake, opened: Opened) -> None:
    line = next(
        line for line in opened.lines if line["t"] == "valuation.snapshot" and line["v"].get("closing_cost_cny")
    )
    first = opened.sources[line["o"][0]]
    assert first["a"]
    assert [opened.sources[n]["r"] for n in line["o"]] == sorted(opened.sources[n]["r"] for n in line["o"])
    with lake.reading() as connection:
        record = connection.execute(
            "SELECT deliverer_code, source_file, source_pointer, source_sha256, raw FROM landing.record "
            "WHERE delivery_id = $delivery AND ordinal = $ordinal",
            {"delivery": first["k"][0], "ordinal": int(first["k"][1])},
        ).fetchone()
    assert record == (first["c"], first["f"], first["p"], first["h"], first["x"])
    assert opened.index["labels"]["deliverers"][first["c"]]
    assert {opened.sources[n]["t"] for n in line["o"]} >= {"landing.record", "policy.entry"}


def test_what_is_too_much_is_told_with_its_number(lake: Lake, opened: Opened, tmp_path: Path) -> None:
    write_trace_page(lake, report_of(lake), tmp_path / "t.html", Most(rows=5, lines=5, sources=2, chars=4))
    cut = Opened.of(tmp_path / "t.html")
    whole = {tuple(row["k"]): row for row in opened.form(R1)["rows"]}
    form = cut.form(R1)
    assert form["leftOut"] == len(whole) - 5
    assert [row["k"] for row in form["rows"] if row.get("cut")]
    for row in cut.form("report.asset_list")["rows"]:
        assert row.get("many", 0) > 0 or row.get("l")
    assert all(len(line["o"]) <= 2 for line in cut.lines)
    assert any(line.get("m", 0) > 0 for line in cut.lines)
    assert all(source["l"] > 4 and len(source["x"]) == 4 for source in cut.sources if "l" in source)


def test_a_figure_that_the_table_does_not_have_is_refused(lake: Lake, tmp_path: Path) -> None:
    report = report_of(lake)
    first = report.pages[0]
    row = [value + 1 if isinstance(value, Decimal) else value for value in first.rows[0]]
    with pytest.raises(TraceError, match="报告的数字与表中不同"):
        write_trace_page(
            lake, replace(report, pages=[replace(first, rows=[row, *first.rows[1:]])]), tmp_path / "t.html"
        )
    assert not (tmp_path / "t.html").exists()
