"""A report of 50, 500 or 5,000 units with 10,000, 100,000 or 1,000,000 cards, read from the lake and written in every format but the trace
page; and one form.

The report's bound is three times what the queries of its forms take in DuckDB, and what XlsxWriter takes for the cells of its workbooks
without formats: once a workbook, of which there is one a door. The lake is `report_lake.py`'s, whose tables have no models to trace by;
`benchmarks.trace` has traces.

The form has 10,000, 100,000 or 500,000 rows of 20 columns (two texts, four counts, fourteen amounts), as a workbook of our look. Floor:
XlsxWriter writing the same cells, without formats, headings, traces and print set-up. Peers: XlsxWriter in constant memory, and
rustpy-xlsxwriter, which is installed aside from the network and gets records with amounts as floats: DECIMAL columns of Arrow it writes as
blanks. XlsxWriter was chosen all the same, since the other writes plain tables (why: `warehouse/publish/form_sheet.py`); and not in
constant memory, which goes over each row once, in order: merged headings of two rows could not be written, and the rows that are published
are in memory anyway.
"""

import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import xlsxwriter

from benchmarks.aside import seconds_aside
from benchmarks.measure import Result, main, measured, median_seconds
from benchmarks.report_lake import PERIOD, report_lake
from readers.policy.files import load
from warehouse.building.build import parameters
from warehouse.publish.form_book import laid_out, new_workbook, write_forms
from warehouse.publish.form_frame import Imprint
from warehouse.publish.form_page import FormColumn, FormPage
from warehouse.publish.report.cells import cells
from warehouse.publish.report.collect import collect
from warehouse.publish.report.edition import DRAFT, GOVERNMENT, Report
from warehouse.publish.report.scope import CITY, entities, scope_of
from warehouse.publish.report.writers import WRITERS, Source, Writer, write_formats
from warehouse.store.lake import Lake
from warehouse.store.on_record import reading_on_record
from warehouse.tables.definitions import all_tables

ROWS = {"small": 10_000, "medium": 100_000, "large": 500_000}
#: Units and cards of a report.
_UNITS = {"small": (50, 10_000), "medium": (500, 100_000), "large": (5_000, 1_000_000)}
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
    yield from _report(size)
    yield from _form(size)


def _report(size: str) -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as folder:
        lake = report_lake(Path(folder) / "home", *_UNITS[size])
        queries = median_seconds(lambda: _query(lake))
        taken: dict[str, float] = {}
        writers = [_timed(writer, taken) for writer in WRITERS if writer.file_name != "trace.html"]
        start = time.perf_counter()
        with reading_on_record(lake) as connection:
            scope = scope_of(CITY, entities(connection, PERIOD))
            report = collect(lake, connection, PERIOD, scope, GOVERNMENT, version=1, state=DRAFT)
            cells(report.pages)
            source = Source(lake, connection, load(lake.home.policy).on(date(2026, 6, 30)))
            write_formats(source, report, Path(folder), writers)
        seconds = time.perf_counter() - start
        written = median_seconds(lambda: _plain(report.pages, Path(folder) / "plain.xlsx"))
        books = sum(Path(writer.file_name).suffix == ".xlsx" for writer in writers)
        count = sum(len(page.rows) * len(page.columns) for page in report.pages)
        peers = {"queries of the forms": queries, "XlsxWriter, plain": written} | taken
        yield measured("a report", size, seconds, floor=3 * queries + books * written, records=count, peers=peers)


def _timed(writer: Writer, taken: dict[str, float]) -> Writer:
    """A writer that notes how long it takes."""

    def write(source: Source, report: Report, target: Path) -> None:
        start = time.perf_counter()
        writer.write(source, report, target)
        taken[writer.place] = time.perf_counter() - start

    return writer._replace(write=write)


def _query(lake: Lake) -> None:
    """The SELECTs of all forms, each into a table that is dropped with the connection."""
    with lake.reading() as connection:
        for table in lake.tables.under(load(lake.home.policy)).of_stage("report"):
            connection.execute(
                f"CREATE OR REPLACE TEMP TABLE made AS {table.model}", parameters(str(table.model), PERIOD)
            )


def _form(size: str) -> Iterator[Result]:
    page = _page(ROWS[size])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "form.xlsx"
        seconds = median_seconds(lambda: _ours(page, file))
        floor = median_seconds(lambda: _plain([page], file))
        peers = {"XlsxWriter, constant memory": median_seconds(lambda: _plain([page], file, constant_memory=True))}
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
    keys = [(PERIOD, GOVERNMENT, "unit", f"{n:018}") for n in range(rows)]
    table = all_tables()["report.form_r1"]
    return FormPage("bench", table, "2026-06", "单位", "某表", "某表", "自编。", columns, cells, keys)


def _ours(page: FormPage, file: Path) -> None:
    with new_workbook(file, page.title) as book:
        write_forms(book, *laid_out([page]), Imprint())


def _plain(pages: Sequence[FormPage], file: Path, *, constant_memory: bool = False) -> None:
    with xlsxwriter.Workbook(str(file), {"constant_memory": constant_memory}) as book:
        for page in pages:
            sheet = book.add_worksheet()
            is_text = [column.number_format == "text" for column in page.columns]
            for number, row in enumerate(page.rows):
                for place, value in enumerate(row):
                    if value is not None and is_text[place]:
                        sheet.write_string(number, place, str(value))
                    elif value is not None:
                        sheet.write_number(number, place, value)


if __name__ == "__main__":
    main(__doc__, run)
