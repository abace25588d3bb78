"""All figures of a report as one CSV for spreadsheets, a row a cell.

Does not belong here: how figures become cells (`cells.py`).
"""

import csv
from pathlib import Path

from warehouse.publish.report.cells import cells, shown_key
from warehouse.publish.report.data_files import defused
from warehouse.publish.report.edition import Report

FILE_NAME = "cells.csv"
_HEADS = ("报表", "行", "行键", "栏", "栏目", "数值")


def write_cell_table(report: Report, folder: Path) -> None:
    """Write `cells.csv` with a mark by which spreadsheets know the encoding."""
    with (folder / FILE_NAME).open("w", encoding="utf-8-sig", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(_HEADS)
        for column in cells(report.pages).values():
            names = column.cells.columns
            for key, name, value in zip(*(one.to_pylist() for one in names), strict=True):
                row = (column.form, name, shown_key(key), column.name, column.label, value)
                writer.writerow([defused(cell or "") for cell in row])
