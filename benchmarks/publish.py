"""A form of 10,000, 100,000 or 500,000 rows with 20 columns (two texts, four counts, fourteen amounts) as a workbook of our look.

Floor: XlsxWriter writing the same cells, without formats, headings, traces and print set-up. Peers: XlsxWriter in constant memory, and
rustpy-xlsxwriter, which is installed aside from the network and gets records with amounts as floats: DECIMAL columns of Arrow it writes as
blanks. XlsxWriter was chosen all the same, since the other writes plain tables (why: `warehouse/publish/form_sheet.py`); and not in
constant memory, which goes over each row once, in order: merged headings of two rows could not be written, and the rows that are published
are in memory anyway.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import xlsxwriter

from benchmarks.aside import seconds_aside
from benchmarks.measure import Result, main, measured, median_seconds
from warehouse.publish.form_book import laid_out, new_workbook, write_forms
from warehouse.publish.form_frame import Imprint
from warehouse.publish.form_page import FormColumn, FormPage
from warehouse.tables.definitions import all_tables

ROWS = {"small": 10_000, "medium": 100_000, "large": 500_000}
_TEXTS, _COUNTS, _AMOUNTS = 2, 4, 14
_PEER = """
import time, rustpy_xlsxwriter
def cells(n):
    return [f"某单位{n % 5000}", f"{n:018}", *(n % 97 + k for k in range(4)), *((n * 137 + k) / 100 for k in range(14))]
rows = [{f"c{place}": cell for place, cell in enumerate(cells(n))} for n in range(ROWS)]
start = time.perf_counter()
rustpy_xlsxwriter.write_worksheet(rows, "a.xlsx")
print(time.perf_counter() - start)
"""


def run(size: str) -> Iterator[Result]:
    page = _page(ROWS[size])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "form.xlsx"
        seconds = median_seconds(lambda: _ours(page, file))
        floor = median_seconds(lambda: _plain(page, file))
        peers = {"XlsxWriter, constant memory": median_seconds(lambda: _plain(page, file, constant_memory=True))}
        script = f"import os; os.chdir({folder!r})\n{_PEER.replace('ROWS', str(ROWS[size]))}"
        if (other := seconds_aside("rustpy-xlsxwriter==0.8.0", script)) is not None:
            peers["rustpy-xlsxwriter 0.8.0"] = other
        yield measured("a form as XLSX", size, seconds, floor=floor, records=len(page.rows), peers=peers)


def _page(rows: int) -> FormPage:
    kinds = [*["text"] * _TEXTS, *["count"] * _COUNTS, *["money"] * _AMOUNTS]
    columns = [FormColumn(f"c{n}", "" if n < _TEXTS else f"组{n // 4}", f"栏{n}", kind) for n, kind in enumerate(kinds)]
    cells = [
        (
            *(f"某单位{n % 5000}", f"{n:018}"),
            *(n % 97 + k for k in range(_COUNTS)),
            *(Decimal(n * 137 + k).scaleb(-2) for k in range(_AMOUNTS)),
        )
        for n in range(rows)
    ]
    keys = [("2026-06", "unit", f"{n:018}") for n in range(rows)]
    table = all_tables()["report.form_r1"]
    return FormPage("bench", table, "2026-06", "单位", "某表", "某表", "自编。", columns, cells, keys)


def _ours(page: FormPage, file: Path) -> None:
    with new_workbook(file, page.title) as book:
        write_forms(book, *laid_out([page]), Imprint())


def _plain(page: FormPage, file: Path, *, constant_memory: bool = False) -> None:
    with xlsxwriter.Workbook(str(file), {"constant_memory": constant_memory}) as book:
        sheet = book.add_worksheet()
        write: Sequence[Callable[..., int]] = [sheet.write_string] * _TEXTS + [sheet.write_number] * (
            _COUNTS + _AMOUNTS
        )
        for number, row in enumerate(page.rows):
            for place, value in enumerate(row):
                write[place](number, place, value)


if __name__ == "__main__":
    main(__doc__, run)
