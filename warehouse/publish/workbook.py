"""The workbooks of a period that policy lays out, put on record as they are written.

Belongs here: which file a workbook goes to, and what must hold before it is written. Does not belong here: how a form looks
(`form_book.py`), and the workbook of a whole report (`report/workbook.py`).
"""

from collections.abc import Sequence
from pathlib import Path

from warehouse.intake.landed import judged_day
from warehouse.publish.csv_file import write_csv_file
from warehouse.publish.form_book import laid_out, new_workbook, write_forms
from warehouse.publish.form_frame import Imprint
from warehouse.publish.form_page import FormPage
from warehouse.publish.form_reader import FormReader
from warehouse.publish.withdrawn import unmark
from warehouse.store.lake import Lake, current_snapshot
from warehouse.store.on_record import reading_on_record
from warehouse.store.owed import strike_out
from warehouse.store.published import publishing
from warehouse.tables.own_forms import home_policy, own_tables
from warehouse.tables.table import Table
from warehouse.trace.column_grade import WORKBOOK, keep_door

#: The tables that the reconciliation workbook shows.
RECONCILIATION_TABLES = ("finance.reconciliation", "finance.unit_rate")


def publish_forms(lake: Lake, tables: Sequence[Table], period: str) -> dict[str, Path]:
    """Write forms of a period, each to `reports/<period>/<table>.xlsx`; returns the files by the tables' qualified names.

    Raises: as `publish_workbooks`.
    """
    files = publish_workbooks(lake, [table.name for table in tables], period)
    for table in tables:
        strike_out(lake.home, table.qualified, period)
    return {table.qualified: file for table, file in zip(tables, files, strict=True)}


def publish_reconciliation(lake: Lake, period: str) -> Path:
    """Write `reports/<period>/reconciliation.xlsx`: shares by unit, the statement, and what there is to do; returns the file.

    Raises: as `publish_workbooks`.
    """
    (target,) = publish_workbooks(lake, ["reconciliation"], period)
    for table in RECONCILIATION_TABLES:
        strike_out(lake.home, table, period)
    return target


def publish_workbooks(
    lake: Lake, names: Sequence[str], period: str, folder: Path | None = None, *, as_csv: bool = False
) -> list[Path]:
    """Write workbooks of a period, each to `reports/<period>/<name>.xlsx` or into another folder, and put them on record; returns the
    files.

    Args:
        as_csv: write the first sheet of each to `<name>.csv` too, with one row of headings.

    Raises:
        LookupError: the policy has no layout for one of the sheets.
        DoorError: a table of the reports carries more than the policy lets workbooks carry.
        NotOnRecordError: a table is not as a commit on record left it.
    """
    # A city's own form that carries too much holds back no workbook but its own.
    held_back = {table.qualified for table in own_tables(lake.tables) if table.name not in names}
    keep_door(lake.tables, home_policy(lake.home.policy).on(judged_day(lake)), WORKBOOK, but=held_back)
    folder = folder or lake.home.reports / period
    targets = []
    with (
        reading_on_record(lake) as connection,
        publishing(lake.home, "report", current_snapshot(connection), period) as publication,
    ):
        forms = FormReader(lake, connection, period)
        for name in names:
            pages = list(forms.pages(name))
            targets.append(folder / f"{name}.xlsx")
            with publication.placed(targets[-1]) as aside:
                _write_workbook(pages, aside)
            if as_csv:
                targets.append(folder / f"{name}.csv")
                with publication.placed(targets[-1]) as aside:
                    headings = (f"{column.group}{column.label}" for column in pages[0].columns)
                    write_csv_file(aside, headings, pages[0].rows)
    for target in targets:
        unmark(target)
    return targets


def _write_workbook(pages: Sequence[FormPage], file: Path) -> None:
    with new_workbook(file, pages[0].title) as book:
        write_forms(book, *laid_out(pages), Imprint())
