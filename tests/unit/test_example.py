"""The example city, read back by means of its own: openpyxl, csv and json, and rules written out once more.

Nothing here uses the project's readers or models, so that what the city announces is a second opinion.
"""

import csv
import io
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from example_city import CitySummary, write_city

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, CitySummary]:
    folder = tmp_path_factory.mktemp("city")
    return folder, write_city(folder)


@pytest.fixture(scope="module")
def deliveries(city: tuple[Path, CitySummary]) -> list["Delivered"]:
    found = [Delivered.read(manifest) for manifest in city[0].glob("*/manifest.toml")]
    return sorted(found, key=lambda d: (d.day, d.sequence))


def policy(name: str) -> list[dict[str, str]]:
    text = resources.files("policy").joinpath(f"{name}.csv").read_text("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


COLUMNS = policy("delivery_column")
CODES = {(row["code_list"], row["label"]) for row in policy("code_value")}


@dataclass
class Table:
    """A file as read: its lines of text cells, and for a workbook whether cells are merged."""

    path: Path
    kind: str
    lines: list[list[str]] = field(default_factory=list)
    datasets: list[Any] | None = None
    is_merged: bool = False
    is_readable: bool = True

    @classmethod
    def read(cls, path: Path, kind: str) -> "Table":
        if kind == "content":
            return cls(path, kind, is_readable=False)  # tables of any columns: see the tests of content
        data = path.read_bytes()
        if data.startswith(b"PK"):
            return cls._read_workbook(path, kind)
        if path.suffix == ".json":
            try:
                return cls(path, kind, datasets=json.loads(data)["dataset"])
            except ValueError:
                return cls(path, kind, is_readable=False)
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("gb18030")
        lines = list(csv.reader(io.StringIO(text, newline="")))
        table = cls(path, kind, lines)
        table.is_readable = table.header is not None
        return table

    @classmethod
    def _read_workbook(cls, path: Path, kind: str) -> "Table":
        sheet = openpyxl.load_workbook(path).worksheets[0]
        lines = [[_text(cell) for cell in line] for line in sheet.iter_rows(values_only=True)]
        merged = {str(cells) for cells in sheet.merged_cells.ranges}
        return cls(path, kind, lines, is_merged=any(not cells.startswith("A1:") for cells in merged))

    @property
    def header(self) -> int | None:
        """The line that has two or more of the kind's headings."""
        known = {heading for c in self.columns for heading in (c["column"], c["label_zh"], c["label_en"])}
        return next((n for n, line in enumerate(self.lines) if len(known & set(line)) > 1), None)

    @property
    def columns(self) -> list[dict[str, str]]:
        return [c for c in COLUMNS if c["kind"] in (self.kind, f"{self.kind}.field")]

    def rows(self) -> Iterator[dict[str, str]]:
        """Each line below the header that is not empty, by canonical column; values in plain form."""
        assert self.header is not None
        names = {h: c["column"] for c in self.columns for h in (c["column"], c["label_zh"], c["label_en"])}
        types = {c["column"]: c["value_type"] for c in self.columns}
        heading = [names.get(text) for text in self.lines[self.header]]
        for line in self.lines[self.header + 1 :]:
            pairs = [(name, text.strip()) for name, text in zip(heading, line, strict=True) if text.strip()]
            if pairs:
                yield {name: plain(types[name], text) for name, text in pairs if name}

    def records(self) -> list[dict[str, Any] | None]:
        """The records, a catalogue's with the number of their items as `fields`; None is no record."""
        if self.datasets is not None:
            return [
                {"identifier": d["identifier"], "title": d.get("title"), "fields": len(d["fields"])}
                if isinstance(d, dict)
                else None
                for d in self.datasets
            ]
        if self.kind != "catalog":
            return list(self.rows())
        found: list[dict[str, Any] | None] = []
        for row in self.rows():
            last = found[-1] if found else None
            resource = (row.get("identifier"), row.get("title"))
            if last and resource in ((None, None), (last.get("identifier"), last.get("title"))):
                last["fields"] += 1
            else:
                found.append({**row, "fields": 1})
        return found


def _text(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return "" if cell is None else str(cell)


def plain(value_type: str, text: str) -> str:
    """Dates, amounts and integers in plain form; what is none of them as it is."""
    text = text.translate(str.maketrans("０１２３４５６７８９．", "0123456789."))
    if value_type == "date":
        parts = re.fullmatch(r"(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})日?", text)
        return f"{parts[1]}-{int(parts[2]):02d}-{int(parts[3]):02d}" if parts else text
    if value_type == "amount":
        return re.sub(r"[￥¥, ]", "", text)
    return text


@dataclass
class Delivered:
    """A delivery folder as read."""

    folder: Path
    sender: str
    kind: str
    day: date
    sequence: int
    source: str
    mode: str
    holder: str | None
    tables: list[Table]

    @classmethod
    def read(cls, manifest: Path) -> "Delivered":
        facts = tomllib.loads(manifest.read_text("utf-8"))
        tables = [Table.read(manifest.parent / name, facts["kind"]) for name in sorted(facts["files"])]
        return cls(
            manifest.parent,
            facts["from"],
            facts["kind"],
            date.fromisoformat(facts["date"]),
            facts["sequence"],
            facts["source"],
            facts["mode"],
            facts.get("holder"),
            tables,
        )

    def judged(self) -> Iterator[tuple[str, dict[str, Any], set[str]]]:
        """Each record with its key and the rules that it breaks; the first sound one of a key wins."""
        taken: set[str] = set()
        for table in self.tables:
            for record in table.records() if table.is_readable else ():
                if record is None:
                    yield "", {}, {"not_parsed"}
                    continue
                if record.get("resource_code") in ("合计", "信息资源代码"):  # a total, the headings again: no record
                    continue
                keys = [c["column"] for c in COLUMNS if c["kind"] == self.kind and c["is_key"] == "yes"]
                key = "|".join(record.get(name, "") for name in keys)
                if self.kind == "costs":  # voucher numbers start again each month
                    key += f"|{record.get('posted_date', '')[:7]}"
                rules = broken(self.kind, record)
                if not rules and key in taken:
                    rules = {"duplicate_identifier"}
                if not rules:
                    taken.add(key)
                yield key, record, rules


def broken(kind: str, record: dict[str, Any]) -> set[str]:
    """The rules of policy/delivery_column.csv that a record breaks."""
    found = set()
    for column in (c for c in COLUMNS if c["kind"] == kind):
        value = record.get(column["column"])
        if not value:
            found |= {"missing_value"} if column["is_required"] == "yes" else set()
        elif column["is_strict"] == "yes" and not is_good(column, value):
            found.add("unknown_code" if column["value_type"] == "code" else f"bad_{column['value_type']}")
    return found


def is_good(column: dict[str, str], value: str) -> bool:
    if column["value_type"] == "code":
        return (column["code_list"], value) in CODES
    if column["value_type"] == "date":
        try:
            return date.fromisoformat(value).isoformat() == value
        except ValueError:
            return False
    patterns = {
        "month": r"\d{4}-(0[1-9]|1[0-2])",
        "amount": r"-?\d+(\.\d{1,2})?",
        "integer": r"\d+",
        "decimal": r"\d+(\.\d+)?",
    }
    return re.fullmatch(patterns.get(column["value_type"], "(?s:.+)"), value) is not None


def standing(deliveries: list[Delivered], kind: str) -> dict[tuple[str, str, str], dict[str, Any]]:
    """What stands in the end, by sender, source and key: a whole full delivery takes away what it lacks."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for delivery in (d for d in deliveries if d.kind == kind):
        group = delivery.sender, delivery.source
        judged = list(delivery.judged())
        if delivery.mode == "full" and all(t.is_readable for t in delivery.tables):
            present = {key for key, _, _ in judged}
            for key in [k for k in found if k[:2] == group and k[2] not in present]:
                del found[key]
        found |= {(*group, key): record for key, record, rules in judged if not rules}
    return found


def test_the_same_code_writes_the_same_bytes(city: tuple[Path, CitySummary], tmp_path: Path) -> None:
    code = "import sys, pathlib, example_city as e; e.write_city(pathlib.Path(sys.argv[1]))"
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "again")], check=True, env=environment)  # noqa: S603
    first, second = (
        {p.relative_to(root): p.read_bytes() for p in root.rglob("*") if p.is_file()}
        for root in (city[0], tmp_path / "again")
    )
    assert first.keys() == second.keys()
    assert [str(name) for name in first if first[name] != second[name]] == []


def test_workbooks_bear_no_date_of_their_making(city: tuple[Path, CitySummary]) -> None:
    for path in city[0].rglob("*.xlsx"):
        with zipfile.ZipFile(path) as archive:
            assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_an_existing_city_is_not_overwritten(city: tuple[Path, CitySummary]) -> None:
    with pytest.raises(FileExistsError):
        write_city(city[0])


def test_639_resources_with_6156_fields_stand(deliveries: list[Delivered]) -> None:
    """600 that are drawn, with 6,000 fields; 39 cases, with four each."""
    records = standing(deliveries, "catalog")
    assert len(records) == 639
    assert sum(r["fields"] for r in records.values()) == 6_156
    assert len({key[2] for key in records}) == 639
    assert all(re.fullmatch(r"\d\d{2}\d{3}\d*/\d+", key[2]) for key in records)


def test_what_comes_in_and_is_rejected_is_what_the_city_announces(
    city: tuple[Path, CitySummary], deliveries: list[Delivered]
) -> None:
    expected = json.loads((city[0] / "expected.json").read_text("utf-8"))
    assert expected["deliveries"] == len(deliveries) == city[1].deliveries
    unreadable = [t for d in deliveries for t in d.tables if not t.is_readable and d.kind != "content"]
    assert expected["files_rejected"] == len(unreadable) == 3
    assert expected["deliveries_rejected"] == 2
    for kind, counts in expected["records_by_kind"].items():
        if kind == "content":
            continue
        judged = [rules for d in deliveries if d.kind == kind for _, _, rules in d.judged()]
        assert (kind, counts["in"], counts["rejected"]) == (kind, len(judged), sum(map(bool, judged)))
        assert counts["in"] == sum(counts[n] for n in ("accepted", "rejected", "unchanged", "held"))


def test_later_catalogues_create_update_delete_and_leave(city: tuple[Path, CitySummary]) -> None:
    counts = city[1].records_by_kind["catalog"]
    created = 639 + counts["deleted"]
    assert counts["deleted"] > 0
    assert counts["accepted"] > created
    assert counts["unchanged"] > counts["accepted"] - created


def test_organisations_are_of_all_kinds_and_both_levels(deliveries: list[Delivered]) -> None:
    rows = list(standing(deliveries, "organisations").values())
    codes = {row["organisation_code"] for row in rows}
    assert len(codes) >= 30
    assert {row["unit_kind"] for row in rows} == {"行政单位", "参公", "事业单位", "国有企业", "其他"}
    assert {row["level"] for row in rows} == {"市", "市级", "区县", "区级"}
    assert len({row["district_code"] for row in rows}) == 4
    assert {row[name] for row in rows for name in ("parent_code", "department_code") if name in row} <= codes
    versions = sorted(
        (r for r in rows if "大数据" in r["name"] or "数据资源" in r["name"]), key=lambda r: r["valid_from"]
    )
    assert [(r["valid_from"], r.get("valid_to")) for r in versions] == [
        ("2024-01-01", "2026-03-31"),
        ("2026-04-01", None),
    ]


def is_credit_code(code: str) -> bool:
    """GB 32100-2015, and GB 11714 of the organisation code within."""
    if not re.fullmatch(r"[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}", code):
        return False
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
    total = sum(alphabet.index(c) * w for c, w in zip(code, weights, strict=False))
    inner = 11 - sum(int(c, 36) * w for c, w in zip(code[8:16], [3, 7, 9, 10, 5, 8, 4, 2], strict=True)) % 11
    return alphabet[(31 - total) % 31] == code[17] and {10: "X", 11: "0"}.get(inner, str(inner)) == code[16]


def test_credit_codes_are_valid_and_of_no_real_place(deliveries: list[Delivered]) -> None:
    assert is_credit_code("91330100799655058B")
    codes = {row["organisation_code"] for row in standing(deliveries, "organisations").values()}
    assert [code for code in codes if not is_credit_code(code) or not code[2:].startswith("9901")] == []
    assert {d.sender for d in deliveries} <= {*codes, "shuzhang"}  # what is on record of the operator's


def test_a_portal_delivers_for_others(city: tuple[Path, CitySummary], deliveries: list[Delivered]) -> None:
    records = standing(deliveries, "catalog")
    sent = [r for (sender, source, _), r in records.items() if (sender, source) == (city[1].portal_code, "portal")]
    names = {r["organisation_code"]: r["name"] for r in standing(deliveries, "organisations").values()}
    assert {r["provider_name"] for r in sent} == {names[code] for code in city[1].portal_holders}
    (missing,) = city[1].missing
    assert missing in names
    assert missing not in {sender for sender, _, _ in records} | set(city[1].portal_holders)


def test_a_manifest_names_the_holder_where_no_record_does(deliveries: list[Delivered]) -> None:
    (delivery,) = [d for d in deliveries if d.holder]
    assert delivery.holder != delivery.sender
    assert not any("provider_name" in r or "provider_code" in r for _, r, _ in delivery.judged())
    assert delivery.holder in {r["organisation_code"] for r in standing(deliveries, "organisations").values()}


def test_papers_and_costs_are_of_known_resources(deliveries: list[Delivered]) -> None:
    known = {key[2] for key in standing(deliveries, "catalog")}
    for kind in ("evidence", "reviews", "events"):
        assert {row["resource_code"] for row in standing(deliveries, kind).values()} <= known
    costs = standing(deliveries, "costs").values()
    codes = [row.get("resource_code") for row in costs]
    former = {row["former_code"] for row in standing(deliveries, "events").values() if row["event_kind"] == "变更编码"}
    assert len({code for code in codes if code} - known - former) == 2
    assert codes.count(None) > 30
    assert min(r["posted_date"] for r in costs) < "2025" < max(r["posted_date"] for r in costs) <= "2026-06-30"


def test_ledgers_add_up(deliveries: list[Delivered]) -> None:
    rows = standing(deliveries, "ledger")
    assert {row["period"] for row in rows.values()} == {"2026-05", "2026-06"}
    debits = ("1701", "170101", "1703", "170301", "5301", "1405")
    for (sender, source, key), row in rows.items():
        opening, debit, credit, closing = (
            Decimal(row[f"{name}_cny"]) for name in ("opening", "debit", "credit", "closing")
        )
        is_debit = row["account_code"] in debits and "减值" not in row["account_name"]
        change = debit - credit if is_debit else credit - debit
        assert closing == opening + change
        before = rows.get((sender, source, key.replace("2026-06", "2026-05")))
        if row["period"] == "2026-06" and before:
            assert row["opening_cny"] == before["closing_cny"]


def test_about_half_of_the_resources_become_cards(city: tuple[Path, CitySummary]) -> None:
    assert 292 <= city[1].cards <= 342
    assert city[1].memo > 50
    assert city[1].unassessed > 50
    assert 10 < 639 - city[1].cards - city[1].memo - city[1].unassessed < 30  # outside
    assert city[1].disposals == 17  # two of them by decisions, five of cases
    assert city[1].period == "2026-06"
    assert city[1].closing_count == city[1].cards - city[1].disposals + 1  # one is disposed of after the period


def test_no_personal_data(deliveries: list[Delivered]) -> None:
    mobile = re.compile(r"(?<![\d.])1[3-9]\d{9}(?![\d.])")
    identity = re.compile(r"(?<![0-9A-Z])[1-8]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])[0-3]\d\d{3}[\dX](?![0-9A-Z])")
    for table in (t for d in deliveries for t in d.tables):
        text = json.dumps(table.datasets or table.lines, ensure_ascii=False)
        assert not mobile.search(text), table.path
        assert not identity.search(text), table.path


def test_everything_says_that_it_is_invented(city: tuple[Path, CitySummary]) -> None:
    for path in (city[0] / "说明.txt", city[0] / "README.txt", *city[0].glob("*/manifest.toml")):
        assert "虚构" in path.read_text("utf-8")
    for path in city[0].rglob("*.xlsx"):
        with zipfile.ZipFile(path) as archive:
            assert "虚构" in archive.read("docProps/core.xml").decode()


def _content_lines(path: Path) -> list[list[str]]:
    """The lines of a delivered table, whatever its columns."""
    if path.suffix == ".xlsx":
        sheet = openpyxl.load_workbook(path).worksheets[0]
        return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    data = path.read_bytes()
    text = data.decode("utf-8-sig") if data.startswith(b"\xef\xbb\xbf") else data.decode("gb18030")
    return list(csv.reader(io.StringIO(text, newline="")))


def test_content_is_a_record_a_table_and_a_record_a_column(
    city: tuple[Path, CitySummary], deliveries: list[Delivered]
) -> None:
    files = [table.path for d in deliveries if d.kind == "content" for table in d.tables]
    assert len(files) == 25
    assert city[1].records_by_kind["content"]["in"] == sum(1 + max(map(len, _content_lines(file))) for file in files)
    for file in files:
        text = repr(_content_lines(file))
        assert not re.search(r"姓名|身份证|手机", text), file


def _above(table: Table) -> list[list[str]]:
    return table.lines[: table.header or 0]


def _below(table: Table) -> list[list[str]]:
    return table.lines[(table.header or 0) + 1 :]


def _heading(table: Table) -> list[str]:
    return table.lines[table.header or 0]


def _cells(table: Table) -> list[str]:
    return [cell for line in _below(table) for cell in line]


def _known(table: Table) -> set[str]:
    return {heading for c in table.columns for heading in (c["column"], c["label_zh"], c["label_en"])}


#: What a file with the defect looks like. Rules that a record breaks are looked up in `judged`.
LOOKS: dict[str, Callable[[Table], bool]] = {
    "html_error_page": lambda t: t.path.read_bytes().startswith(b"<!DOCTYPE html"),
    "truncated_file": lambda t: t.path.read_bytes().startswith(b"{") and not t.is_readable,
    "empty_file": lambda t: t.path.read_bytes() == b"",
    "title_row": lambda t: any(sum(map(bool, line)) == 1 for line in _above(t)),
    "empty_rows": lambda t: any(not any(line) for line in _below(t)),
    "repeated_heading_row": lambda t: _heading(t) in _below(t),
    "repeated_heading": lambda t: len(_heading(t)) > len(set(_heading(t))),
    "unknown_heading": lambda t: bool(set(_heading(t)) - _known(t)),
    "trailing_spaces": lambda t: any(cell.endswith("  ") for cell in _cells(t)),
    "full_width_digits": lambda t: any(re.search("[０-９]", cell) for cell in _cells(t)),
    "currency_signs": lambda t: any(re.match("[￥¥]", cell) for cell in _cells(t)),
    "line_break_in_cell": lambda t: any("\n" in cell for cell in _cells(t)),
    "merged_cells": lambda t: t.is_merged,
    "total_line": lambda t: "合计" in t.lines[-1],
    "tolerated_bad_date": lambda t: "2025-02-30" in _cells(t),
    "tolerated_unknown_code": lambda t: "随时" in _cells(t),
    "ragged_rows": lambda t: len({len(line) for line in _content_lines(t.path)}) > 1,
    "no_headings": lambda t: any(re.fullmatch(r"[\d.-]+", cell) for cell in _content_lines(t.path)[0]),
}
# The rules of deliveries; those of a format's own standard, and what only a reader meets, are tested with the readers.
# So are those that several deliveries or the city's authorities decide, with the models of landing.
OF_READERS = {
    "no_identity", "record_too_large", "unit_conflict", "unit_missing", "lost_digits", "lost_digits_beside", "date_for_code",
    "date_for_text", "number_format", "not_a_day", "error_cell", "no_value", "struck_out", "unseen_characters", "more_cells",
    "filled_down",
}  # fmt: skip
OF_OTHERS = {"not_authorised", "voucher_conflict", "voucher_moved"}
RULES = (
    {row["rule"] for row in policy("rejection_rule") if row["source"] == "deliveries.md"}
    - OF_READERS
    - OF_OTHERS
    - LOOKS.keys()
)


def test_every_defect_is_where_the_city_says(city: tuple[Path, CitySummary], deliveries: list[Delivered]) -> None:
    assert set(city[1].defects) == set(LOOKS) | RULES
    rules = {d.folder.name: {rule for _, _, found in d.judged() for rule in found} for d in deliveries}
    tables = {f"{d.folder.name}/{t.path.name}": t for d in deliveries for t in d.tables}
    for name, places in city[1].defects.items():
        for place in places:
            found = LOOKS[name](tables[place]) if name in LOOKS else name in rules[place.partition("/")[0]]
            assert found, (name, place)
