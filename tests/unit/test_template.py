"""A template filled in with its own examples reads back as these; a policy gives always the same bytes."""

import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from reading import layout, read_all, shipped

from readers import kinds
from readers.policy.files import Entry
from warehouse.publish.template import NOTES_SHEET, example_mark, write_template

MARK = example_mark(shipped().on(datetime.date.max))
#: Those with columns that people fill in; closings are written by the command that closes a month.
KINDS = sorted({entry.body["kind"].partition(".")[0] for entry in shipped().lists["delivery_column"]} - {"closings"})


def columns(kind: str) -> list[Entry]:
    entries = shipped().lists["delivery_column"]
    return [e for k in (kind, f"{kind}.field") for e in entries if e.body["kind"] == k]


def opened(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path)


def sheet_of(book: openpyxl.Workbook, name: str) -> Worksheet:
    sheet = book[name]
    assert isinstance(sheet, Worksheet)
    return sheet


def as_typed(entry: Entry) -> Any:
    """An example as a spreadsheet program holds it when a person types it in."""
    example = entry.body["example"]
    match entry.body["value_type"]:
        case "date":
            return datetime.date.fromisoformat(example)
        case "amount" | "decimal":
            return float(example)
        case "integer":
            return int(example)
    return example


def test_there_is_a_template_of_every_kind() -> None:
    assert {kind.code for kind in kinds.KINDS.values() if kind.has_template} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_filled_in_template_reads_back(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "template.xlsx"
    write_template(kind, shipped().on(datetime.date.max), path)
    book = opened(path)
    sheet = sheet_of(book, kinds.KINDS[kind].name_zh)
    filled = {}
    for position, entry in enumerate(columns(kind), start=1):
        assert sheet.cell(1, position).value in (entry.body["label_zh"], f"{entry.body['label_zh']}*")
        if entry.body.get("example"):
            sheet.cell(3, position).value = as_typed(entry)
            filled[entry.body["column"]] = entry
    book.save(path)

    reading, (record,) = read_all(path, kind)
    amounts = {name for name, entry in filled.items() if entry.body["value_type"] == "amount"}
    expected: dict[str, Any] = {
        name: entry.body["example"].removesuffix(".00") if name in amounts else entry.body["example"]
        for name, entry in filled.items()
        if "." not in entry.body["kind"]
    }
    if fields := {
        name.removeprefix("field_"): entry.body["example"]
        for name, entry in filled.items()
        if "." in entry.body["kind"]
    }:
        expected["fields"] = [fields]
    assert record.body == expected
    assert record.pointer == f"{kinds.KINDS[kind].name_zh}!3"
    example, *others = reading.notes
    assert f"{kinds.KINDS[kind].name_zh}!2 “{MARK}" in example
    assert all("没有表头" in note for note in others)  # the notes and the code lists, nothing else


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_a_template_is_no_record_and_shows_what_policy_shows(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "template.xlsx"
    write_template(kind, shipped().on(datetime.date.max), path)
    reading, got = read_all(path, kind)
    assert got == []
    assert any("填写示例" in note and MARK in note for note in reading.notes)
    (shown,) = sheet_of(opened(path), kinds.KINDS[kind].name_zh).iter_rows(min_row=2, values_only=True)
    wanted = [as_typed(e) if e.body.get("example") else None for e in columns(kind)]
    wanted[0] = f"{MARK}{wanted[0] or ''}"
    assert [value.date() if isinstance(value, datetime.datetime) else value for value in shown] == wanted


@pytest.mark.parametrize("place", [2, 3, 4])
def test_the_example_is_told_wherever_it_was_sorted_to(tmp_path: Path, place: int) -> None:
    path = tmp_path / "template.xlsx"
    write_template("costs", shipped().on(datetime.date.max), path)
    book = opened(path)
    sheet = sheet_of(book, "成本")
    example = [cell.value for cell in sheet[2]]
    own = [None, "R-1", "记-1", 1, "采集", "开发", 5, datetime.date(2026, 6, 30)]
    rows = [own, [*own[:2], "记-2", *own[3:]]]
    rows.insert(place - 2, example)
    for number, row in enumerate(rows, start=2):
        for position, value in enumerate(row, start=1):
            sheet.cell(number, position).value = value
    book.save(path)
    assert [record.body["voucher_no"] for record in read_all(path, "costs")[1]] == ["记-1", "记-2"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_cites_what_its_reader_has_and_prints_on_a4(tmp_path: Path, kind: str) -> None:
    write_template(kind, shipped().on(datetime.date.max), tmp_path / "template.xlsx")
    assert [e.source for e in columns(kind) if "." in e.source.removesuffix(".")] == []  # no file of ours
    for name in (kinds.KINDS[kind].name_zh, NOTES_SHEET):
        sheet = sheet_of(opened(tmp_path / "template.xlsx"), name)
        setup = sheet.page_setup
        assert (setup.orientation, str(setup.paperSize), setup.fitToHeight) == ("landscape", "9", 0)
        assert sheet.sheet_properties.pageSetUpPr
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == "$1:$1"


@pytest.mark.parametrize("kind", KINDS)
def test_the_notes_say_of_every_column_what_the_policy_says(tmp_path: Path, kind: str) -> None:
    write_template(kind, shipped().on(datetime.date.max), tmp_path / "template.xlsx")
    last = len(columns(kind)) + 1
    sheet = sheet_of(opened(tmp_path / "template.xlsx"), NOTES_SHEET)
    rows = list(sheet.iter_rows(min_row=2, max_row=last, values_only=True))
    advice = [row[0] for row in sheet.iter_rows(min_row=last + 1, values_only=True) if row[0]]
    assert any(MARK in str(line) for line in advice)
    for row, entry in zip(rows, columns(kind), strict=True):
        body = entry.body
        assert row[:3] == (body["label_zh"], body["label_en"], body["column"])
        assert row[3] == ("必填" if body["is_required"] == "yes" else "选填")
        assert row[6:9] == (body.get("example"), body.get("note_zh"), body["source"])
        assert all(row[position] for position in (4, 9))


def test_code_columns_offer_the_labels_of_the_policy(tmp_path: Path) -> None:
    write_template("organisations", shipped().on(datetime.date.max), tmp_path / "template.xlsx")
    book = opened(tmp_path / "template.xlsx")
    sheet = sheet_of(book, kinds.KINDS["organisations"].name_zh)
    lists = [rule for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    position = [entry.body["column"] for entry in columns("organisations")].index("unit_kind") + 1
    letter = get_column_letter(position)
    (rule,) = [rule for rule in lists if str(rule.sqref).startswith(f"{letter}2:")]
    assert rule.errorStyle in (None, "stop")
    name, _, reference = str(rule.formula1).rpartition("!")
    cells = sheet_of(book, name.strip("'"))[reference.replace("$", "")]
    offered = [cell.value for cell in cells[0]]
    assert offered == ["行政单位", "参公", "事业单位", "国有企业", "国有金融企业", "其他"]
    assert sheet.freeze_panes == "A2"


def test_the_same_policy_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.xlsx", "two.xlsx"):
        write_template("catalog", shipped().on(datetime.date.max), tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_an_unknown_kind_has_no_template(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        write_template("weather", shipped().on(datetime.date.max), tmp_path / "template.xlsx")
    with pytest.raises(KeyError):
        layout("weather")
