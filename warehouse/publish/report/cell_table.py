"""All figures of a report as one CSV for spreadsheets, a row a cell.

Does not belong here: how figures become cells (`cells.py`).
"""

from collections.abc import Iterator
from pathlib import Path

from warehouse.publish.csv_file import write_csv_file
from warehouse.publish.report.cells import cells, shown_key
from warehouse.publish.report.edition import Report

FILE_NAME = "cells.csv"
_HEADS = ("报表", "行", "行键", "栏", "栏目", "数值")


def write_cell_table(report: Report, folder: Path) -> None:
    """Write `cells.csv`."""
    write_csv_file(folder / FILE_NAME, _HEADS, _rows(report))


def _rows(report: Report) -> Iterator[tuple[str | None, ...]]:
    for column in cells(report.pages).values():
        names = column.cells.columns
        for key, name, value in zip(*(one.to_pylist() for one in names), strict=True):
            yield column.form, name, shown_key(key), column.name, column.label, value
