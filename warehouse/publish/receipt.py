"""The receipt of a delivery: what came in, what was rejected or warned of, where, why, how to mend it, and what may be sent again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from readers.problems import WARNING
from warehouse import queries
from warehouse.publish.workbook import FIXED_TIME
from warehouse.store.disk import placed
from warehouse.store.lake import Lake
from warehouse.store.on_record import reading_on_record
from warehouse.store.owed import RECEIPTS_OF, strike_out

_HELP = (
    (
        "拒收的记录和文件可以改正后重新交付，原交付不受影响。",
        "Rejected records and files may be mended and delivered again.",
    ),
    (
        "“提示”不导致拒收，可在下次交付时改正。",
        "Warnings (提示) reject nothing; mend them with the next delivery.",
    ),
    (
        "全量交付（full）须列出全部记录；未列出的视为删除。",
        "A full delivery lists every record; what it lacks is deleted.",
    ),
    (
        "只补交少量记录时，请用增量方式（incremental）。",
        "To send a few records only, deliver with mode incremental.",
    ),
    (
        "整次交付有误时，请告知数据团队撤回（withdraw）。",
        "If a whole delivery is wrong, ask the data team to withdraw it.",
    ),
)


#: A line of the second column: its height, and how many characters fit, Chinese counted double.
_LINE_POINTS, _LINE_CHARS = 15, 56


@dataclass(frozen=True)
class _Rows:
    """The rows of a query by delivery, with their column names."""

    names: list[str]
    by_delivery: Mapping[str, list[tuple[Any, ...]]]


def write_receipts(lake: Lake, delivery_ids: Sequence[str]) -> list[Path]:
    """Write `receipts/<delivery_id>.xlsx` for each delivery that was taken in; returns the files."""
    with reading_on_record(lake) as connection:
        facts, files, rejected, warned = (
            _ask(connection, query, delivery_ids)
            for query in (
                queries.text("receipt_deliveries"),
                queries.text("receipt_files"),
                queries.text("receipt_rejected"),
                queries.text("receipt_warned"),
            )
        )
        warnings = _ask(connection, queries.text("file_warnings"), delivery_ids, mark=WARNING)
    written = []
    for delivery_id in delivery_ids:
        if delivery_id not in facts.by_delivery:
            continue
        target = lake.home.receipts / f"{delivery_id}.xlsx"
        with (
            placed(target, "receipt") as aside,
            xlsxwriter.Workbook(str(aside), {"strings_to_formulas": False, "strings_to_urls": False}) as book,
        ):
            book.set_properties({"title": f"交付回执 {delivery_id}", "created": FIXED_TIME})
            _write_facts(book, facts, warnings, delivery_id)
            _write_list(book, "文件", files, delivery_id)
            _write_list(book, "拒收记录", rejected, delivery_id)
            _write_list(book, "提示", warned, delivery_id)
        strike_out(lake.home, RECEIPTS_OF, delivery_id)
        written.append(target)
    return written


def _ask(connection: duckdb.DuckDBPyConnection, query: str, delivery_ids: Sequence[str], **values: str) -> _Rows:
    cursor = connection.execute(query, {"deliveries": list(delivery_ids), **values})
    found: dict[str, list[tuple[Any, ...]]] = {}
    for row in cursor.fetchall():
        found.setdefault(row[0], []).append(row)
    return _Rows([d[0] for d in cursor.description or ()], found)


def _write_facts(book: xlsxwriter.Workbook, facts: _Rows, warnings: _Rows, delivery_id: str) -> None:
    head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1})
    value_format = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "align": "left"})
    sheet = book.add_worksheet("回执")
    sheet.write(0, 0, "交付回执 / delivery receipt", book.add_format({"bold": True, "font_size": 14}))
    for place, (name, value) in enumerate(zip(facts.names, facts.by_delivery[delivery_id][0], strict=True), start=2):
        sheet.write(place, 0, name, head)
        sheet.write(place, 1, value, value_format)
    end = len(facts.names) + 2
    alarm = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "bg_color": "#FFF2CC"})
    for _, file, warning in warnings.by_delivery.get(delivery_id, []):
        sheet.write(end, 0, "警告 / warning", head)
        sheet.write(end, 1, f"{file}: {warning}"[:32_000], alarm)
        sheet.set_row(end, _LINE_POINTS * (1 + len(f"{file}: {warning}".encode("gb18030")) // _LINE_CHARS))
        end += 1
    advice = book.add_format({"text_wrap": True, "valign": "top"})
    for place, (zh, en) in enumerate(_HELP, start=end + 1):
        sheet.merge_range(place, 0, place, 1, f"{zh}\n{en}", advice)
        sheet.set_row(place, 30)
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 60)
    _fit_to_paper(sheet)


def _write_list(book: xlsxwriter.Workbook, label: str, found: _Rows, delivery_id: str) -> None:
    head = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1})
    wrap = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    sheet = book.add_worksheet(label)
    sheet.write_row(0, 0, found.names[1:], head)
    for place, row in enumerate(found.by_delivery.get(delivery_id, []), start=1):
        # A cell of Excel holds 32,767 characters; the whole text is in the lake.
        sheet.write_row(place, 0, [v[:32_000] if isinstance(v, str) else v for v in row[1:]], wrap)
    sheet.set_column(0, len(found.names) - 2, 24)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    _fit_to_paper(sheet)


def _fit_to_paper(sheet: Worksheet) -> None:
    """A4, all columns on a page: units print and sign what they answer."""
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
