"""Forms made up for tests, and workbooks read back: what a sheet shows of a page, as it was written and as LibreOffice reckons it."""

import csv
import re
import shutil
import subprocess
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from tests.form_keys import whole
from warehouse.publish.form_book import laid_out
from warehouse.publish.form_page import FormColumn, FormPage
from warehouse.publish.form_totals import is_exact
from warehouse.tables.definitions import all_tables

needs_libreoffice = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
_VALUE = re.compile(rb"(<f>[^<]*</f>)<v>[^<]*</v>")


def page(
    form: str,
    columns: Sequence[FormColumn],
    rows: Sequence[Sequence[Any]],
    keys: Sequence[tuple[str, ...]] | None = None,
    *,
    table: str = "report.form_r1",
    label: str = "表",
    note: str = "自编。",
) -> FormPage:
    """A page of a form; without keys, its rows are units by their number."""
    known = keys or [("2026-06", "unit", f"{number}") for number in range(len(rows))]
    of = all_tables()[table]
    return FormPage(form, of, "2026-06", label, "某表", f"某表（{label}）", note, columns, rows, whole(of, known))


def recalculated(file: Path, folder: Path) -> Workbook:
    """A workbook as LibreOffice reckons it. It shows the value that a formula has: they are taken out, so that it has to reckon."""
    bare = folder / "bare" / file.name
    bare.parent.mkdir()
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(bare, "w") as target:
        for name in source.namelist():
            target.writestr(name, _VALUE.sub(rb"\1", source.read(name)))
    subprocess.run(  # noqa: S603
        [  # noqa: S607
            "soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to", "xlsx", "--outdir",
            str(folder / "reckoned"), str(bare),
        ],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    return openpyxl.load_workbook(folder / "reckoned" / file.name, data_only=True)


def as_shown(file: Path, folder: Path, sheets: Sequence[str]) -> list[list[str]]:
    """The cells of the last of the first sheets of a workbook as LibreOffice shows them."""
    subprocess.run(  # noqa: S603
        [  # noqa: S607
            "soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to",
            f"csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,{len(sheets)}",
            "--outdir", str(folder / "shown"), str(file),
        ],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    shown = folder / "shown" / f"{file.stem}-{sheets[-1]}.csv"
    with shown.open(encoding="utf-8", newline="") as lines:
        return [*csv.reader(lines)]


def assert_shows(book: Workbook, pages: Sequence[FormPage], taken: Sequence[str] = ()) -> int:
    """Insist that every cell of every page stands in the workbook as it is, to the cent; returns how many numbers that were."""
    numbers = 0
    for one, place in zip(*laid_out(pages, taken), strict=True):
        sheet = book[place.sheet]
        for row, values in enumerate(one.rows):
            for column, value in enumerate(values):
                line, across = place.layout.cell(row, column)
                if place.layout.is_turned and column < 2:
                    line, across = 2 + column, 2 + row
                shown = sheet.cell(line + 1, across + 1).value
                where = (place.sheet, row, one.columns[column].name)
                if is_exact(value):
                    assert isinstance(shown, int | float), where
                    assert Decimal(str(shown)) == value, where
                    numbers += 1
                else:
                    assert (shown or "") == ("" if value is None else str(value)), where
    return numbers
