"""CSV files for spreadsheets: their encoding, and how a cell is written so that it is read as what it is.

Does not belong here: which rows and headings a file has.
"""

import csv
import re
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

_NUMBER = re.compile(r"-\d+(\.\d+)?")
#: What a spreadsheet takes for the beginning of a formula, behind blanks too: marks, their wide forms, and breaks that it cuts off.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def write_csv_file(file: Path, headings: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Write rows below one row of headings, in UTF-8 with the mark by which spreadsheets know it.

    Text that a spreadsheet would take for a formula has an apostrophe before it; booleans are 是 and 否, None is empty.
    """
    with file.open("w", encoding="utf-8-sig", newline="") as text:
        writer = csv.writer(text)
        writer.writerow([defused(heading) for heading in headings])
        writer.writerows([_cell(value) for value in row] for row in rows)


def defused(text: str) -> str:
    """A text that no spreadsheet takes for a formula; a negative number is none."""
    is_formula = text.lstrip(" \u3000\xa0").startswith(_FORMULA) and not _NUMBER.fullmatch(text)
    return f"'{text}" if is_formula else text


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return format(value, "f")
    # A number's minus is no formula.
    return defused(value) if isinstance(value, str) else str(value)
