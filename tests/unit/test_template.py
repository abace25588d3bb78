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
from warehouse.publish.template import NOTES_SHEET, write_template

KINDS = sorted({entry.body["kind"].partition(".")[0] for entry in shipped().lists["delivery_column"]})


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
        case "amount":
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
            sheet.cell(2, position).value = as_typed(entry)
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
    assert record.pointer == f"{kinds.KINDS[kind].name_zh}!2"
    assert all("没有表头" in note for note in reading.notes)  # the notes and the code lists, nothing else


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_template_is_an_empty_delivery(tmp_path: Path, kind: str) -> None:
    write_template(kind, shipped().on(datetime.date.max), tmp_path / "template.xlsx")
    assert read_all(tmp_path / "template.xlsx", kind)[1] == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_notes_say_of_every_column_what_the_policy_says(tmp_path: Path, kind: str) -> None:
    write_template(kind, shipped().on(datetime.date.max), tmp_path / "template.xlsx")
    rows = list(sheet_of(opened(tmp_path / "template.xlsx"), NOTES_SHEET).iter_rows(min_row=2, values_only=True))
    assert len(rows) == len(columns(kind))
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
    assert offered == ["行政单位", "参公", "事业单位", "国有企业", "其他"]
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
