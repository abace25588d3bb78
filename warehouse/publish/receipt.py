"""The receipt of a delivery: what the deliverer must do first, then what came in, how the files were read, what was rejected or warned of,
where, why, how to mend it, and what may be sent again.

Belongs here: asking the lake, and the workbook. Does not belong here: what must be done and in which order (`receipt_todo.py`), how a
sheet of text looks (`sheets.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from readers.kinds import KINDS
from readers.policy.files import load
from readers.problems import WARNING
from warehouse import queries
from warehouse.asking.rejections import MOST_COLUMNS
from warehouse.intake.units import Doubt, Sender, Units, doubts_of_deliveries, known_units
from warehouse.publish.form_book import FIXED_TIME
from warehouse.publish.receipt_todo import Fault, Weight, short, todos
from warehouse.publish.sheets import Look, set_up_print, set_widths, write_across, write_row
from warehouse.store.lake import Lake, current_snapshot
from warehouse.store.on_record import reading_on_record
from warehouse.store.owed import RECEIPTS_OF, strike_out
from warehouse.store.published import publishing

_HELP = (
    (
        "拒收的记录和文件可以改正后重新交付，原交付不受影响。",
        "Rejected records and files may be mended and delivered again.",
    ),
    (
        "提示不导致拒收，可在下次交付时改正。",
        "Warnings reject nothing; mend them with the next delivery.",
    ),
    (
        "全量交付（full）须列出全部记录；未列出的视为删除。只补交少量记录时，请用增量方式（incremental）。",
        "A full delivery lists every record; what it lacks is deleted. To send a few records only, deliver with mode incremental.",
    ),
    (
        "整次交付有误时，请告知数据团队撤回（withdraw）。",
        "If a whole delivery is wrong, ask the data team to withdraw it.",
    ),
)
_STATUSES = {
    "accepted": "已接收 / taken in",
    "partial": "部分接收，有文件未能读取 / taken in but for a file that could not be read",
    "rejected": "拒收，没有一个文件能读取 / rejected: no file could be read",
    "held": "搁置 / held",
    "refused": "退回 / refused",
    "withdrawn": "已撤回 / withdrawn",
}
_WEIGHTS = {
    Weight.DELIVERY: "整次交付",
    Weight.FILE: "整个文件",
    Weight.RECORDS: "拒收",
    Weight.WARNING: "提示",
}
_FILE_STATUSES = {"read": "已读取 / read", "rejected": "拒收 / rejected"}
_MODES = {"full": "全量 / full", "incremental": "增量 / incremental"}
_COUNTS = {
    "来件": "in_count",
    "接受": "accepted_count",
    "拒收": "rejected_count",
    "未变": "unchanged_count",
    "搁置": "held_count",
    "删除": "deleted_count",
    "提示": "warned_count",
}

#: In memory: by default each of its thirteen parts is first written to a file of its own, which takes as long as all the rest.
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}

#: The columns of the first sheet: its parts have the same, so that they print on one page.
_TODO_HEADS = ("", "事项 what", "记录数\nrecords", "位置 where", "改正方法 how to mend it")
_TODO_WIDTHS = (12, 50, 9, 26, 44)
_FILE_HEADS = (
    "文件\nfile",
    "状态\nstatus",
    "格式\nformat",
    "记录数\nrecords",
    "说明 what",
    "改正方法 mend",
    "字节数\nbytes",
    "SHA-256",
)
_FILE_WIDTHS = (26, 14, 12, 9, 40, 32, 12, 24)
_FAULT_HEADS = ("文件\nfile", "位置\nwhere", "记录数\nrecords", "说明 what", "改正方法 how to mend it", "规则\nrule")
_FAULT_WIDTHS = (22, 24, 9, 42, 38, 16)
_RAW_HEAD, _RAW_WIDTH = "首条原文 text of the first", 40
#: The first sheet names so many things to do and notes; the sheets behind it have all.
_MOST_TODOS = 40
_MOST_NOTES = 40
#: A sheet of Excel has a million rows; nobody reads as many as this.
_MOST_FAULTS = 20_000


@dataclass(frozen=True)
class _Delivered:
    """All that the receipt of a delivery says."""

    facts: Mapping[str, Any]
    files: Sequence[Mapping[str, Any]]
    rejected: Sequence[Fault]
    warned: Sequence[Fault]
    doubts: Sequence[Doubt]
    units: Units

    @property
    def notes(self) -> list[str]:
        """How the files were read, but for warnings, which are things to do."""
        return [
            f"{file['source_file']}: {note}"
            for file in self.files
            for note in (file["notes"] or "").splitlines()
            if not note.startswith(WARNING)
        ]


def write_receipts(lake: Lake, delivery_ids: Sequence[str]) -> list[Path]:
    """Write `receipts/<delivery_id>.xlsx` for each delivery that was taken in; returns the files."""
    if not delivery_ids:
        return []
    with reading_on_record(lake) as connection:
        found = _delivered(lake, connection, delivery_ids)
        snapshot = current_snapshot(connection)
    taken_in = [delivered.facts["delivery_id"] for delivered in found]
    targets = [lake.home.receipts / f"{delivery_id}.xlsx" for delivery_id in taken_in]
    with publishing(lake.home, "receipt", snapshot) as publication:
        for delivered, target in zip(found, targets, strict=True):
            with (
                publication.placed(target) as aside,
                xlsxwriter.Workbook(str(aside), _OPTIONS) as book,
            ):
                book.set_properties({"title": f"交付回执 {target.stem}", "created": FIXED_TIME})
                look = Look(book)
                _write_first(book, look, delivered)
                _write_files(book, look, delivered)
                _write_faults(book, look, "拒收记录", delivered, delivered.rejected, with_raw=True)
                _write_faults(book, look, "提示", delivered, delivered.warned, with_raw=False)
    for delivery_id in taken_in:
        strike_out(lake.home, RECEIPTS_OF, delivery_id)
    return targets


def _delivered(lake: Lake, connection: duckdb.DuckDBPyConnection, delivery_ids: Sequence[str]) -> list[_Delivered]:
    policy = load(lake.home.policy)
    facts = _ask(connection, "receipt_deliveries", delivery_ids)
    files, rejected = (_ask(connection, f"receipt_{part}", delivery_ids) for part in ("files", "rejected"))
    warned = _ask(connection, "receipt_warned", delivery_ids, most_columns=MOST_COLUMNS)
    senders = [Sender(*(of[name] for name in Sender._fields)) for (of,) in facts.values()]
    doubts = doubts_of_deliveries(connection, policy, senders)
    names = known_units(connection)
    found = []
    for delivery_id in (of for of in delivery_ids if of in facts):
        (of,) = facts[delivery_id]
        found.append(
            _Delivered(
                of,
                files.get(delivery_id, []),
                [_whole_column(_fault(row), files[delivery_id]) for row in rejected.get(delivery_id, ())],
                [_fault(row) for row in warned.get(delivery_id, ())],
                doubts[delivery_id],
                Units.of(policy.on(of["delivery_date"]), names),
            )
        )
    return found


def _ask(
    connection: duckdb.DuckDBPyConnection, query: str, delivery_ids: Sequence[str], **values: object
) -> dict[str, list[dict[str, Any]]]:
    """The rows of a query by delivery."""
    cursor = connection.execute(queries.text(query), {"deliveries": list(delivery_ids), **values})
    names = [column[0] for column in cursor.description or ()]
    found: dict[str, list[dict[str, Any]]] = {}
    for row in cursor.fetchall():
        found.setdefault(row[0], []).append(dict(zip(names, row, strict=True)))
    return found


def _fault(row: Mapping[str, Any]) -> Fault:
    return Fault(**{name: value for name, value in row.items() if name != "delivery_id"})


def _whole_column(fault: Fault, files: Sequence[Mapping[str, Any]]) -> Fault:
    """A fault that says so where a value is missing in all records of a file: it is the column that is missing."""
    counts = {file["source_file"]: file["record_count"] for file in files}
    if fault.rule != "missing_value" or not 1 < fault.records == counts[fault.source_file]:
        return fault
    return replace(
        fault,
        message_zh=f"{fault.message_zh}：本文件的全部记录，是否缺少这一列",
        message_en=f"{fault.message_en} in all records of the file: is the column missing",
    )


def _write_first(book: xlsxwriter.Workbook, look: Look, delivered: _Delivered) -> None:
    facts = delivered.facts
    sheet = book.add_worksheet("回执")
    set_widths(sheet, _TODO_WIDTHS)
    write_across(sheet, 0, 0, "交付回执 / delivery receipt", _TODO_WIDTHS, look.title)
    sheet.set_row(0, 26)
    sender = delivered.units.named(facts["deliverer_code"])
    head = (sender, _kind(facts["kind"]), str(facts["delivery_date"]), _STATUSES.get(facts["status"], facts["status"]))
    write_across(sheet, 1, 0, "　".join(map(str, head)), _TODO_WIDTHS, look.part)
    counts = [f"{name} {facts[column]:,}" for name, column in _COUNTS.items() if facts[column] is not None]
    write_across(sheet, 2, 0, "　".join(counts), _TODO_WIDTHS, look.part)
    row = _write_todos(sheet, 4, look, delivered)
    row = _write_notes(sheet, row + 1, look, delivered.notes)
    row = _write_facts(sheet, row + 1, look, delivered)
    for zh, en in _HELP:
        row += 1
        write_across(sheet, row, 0, f"{zh}\n{en}", _TODO_WIDTHS, look.plain)
    set_up_print(sheet, f"{facts['delivery_id']} {sender}")


def _write_todos(sheet: Worksheet, row: int, look: Look, delivered: _Delivered) -> int:
    """What must be done; returns the row behind it."""
    todo = todos(delivered.facts, delivered.files, delivered.rejected, delivered.warned, delivered.doubts)
    if not todo:
        write_across(sheet, row, 0, "没有需要办理的事项 / there is nothing to do", _TODO_WIDTHS, look.part)
        return row + 1
    write_across(sheet, row, 0, "需要办理，影响最大的在前 / what to do, the costliest first", _TODO_WIDTHS, look.part)
    write_row(sheet, row + 1, _TODO_HEADS, _TODO_WIDTHS, look, look.head)
    row += 2
    for number, of in enumerate(todo[:_MOST_TODOS], start=1):
        message = delivered.units.named("\n".join(filter(None, (of.message_zh, of.message_en))))
        mend = "\n".join(filter(None, (of.mend_zh, of.mend_en)))
        cells = (f"{number} {_WEIGHTS[of.weight]}", message, of.records or None, of.place, mend)
        write_row(
            sheet, row, cells, _TODO_WIDTHS, look, first=look.caution if of.weight is Weight.WARNING else look.alarm
        )
        row += 1
    if (more := len(todo) - _MOST_TODOS) > 0:
        text = f"另有 {more} 项，见“拒收记录”和“提示” / {more} more on the sheets 拒收记录 and 提示"
        write_across(sheet, row, 0, text, _TODO_WIDTHS, look.text)
        row += 1
    return row


def _write_notes(sheet: Worksheet, row: int, look: Look, notes: Sequence[str]) -> int:
    """How the files were read; returns the row behind it."""
    if not notes:
        return row
    write_across(sheet, row, 0, "文件是怎样读取的 / how the files were read", _TODO_WIDTHS, look.part)
    for note in notes[:_MOST_NOTES]:
        row += 1
        write_across(sheet, row, 0, note, _TODO_WIDTHS, look.text)
    if (more := len(notes) - _MOST_NOTES) > 0:
        row += 1
        write_across(
            sheet, row, 0, f"另有 {more} 条，见“文件” / {more} more on the sheet 文件", _TODO_WIDTHS, look.text
        )
    return row + 1


def _write_facts(sheet: Worksheet, row: int, look: Look, delivered: _Delivered) -> int:
    """The facts of the delivery and its outcome; returns the row behind them."""
    facts, named = delivered.facts, delivered.units.named
    shown = {
        "交付标识": facts["delivery_id"],
        "交付单位": named(facts["deliverer_code"]),
        "持有单位": named(facts["holder_code"] or ""),
        "来源系统": facts["source_name"],
        "交付类别": _kind(facts["kind"]),
        "交付日期": str(facts["delivery_date"]),
        "序号": facts["sequence"],
        "交付方式": _MODES.get(facts["mode"], facts["mode"]),
        "状态": _STATUSES.get(facts["status"], facts["status"]),
        "状态原因": facts["status_reason"],
        **{name: facts[column] for name, column in _COUNTS.items()},
    }
    write_across(sheet, row, 0, "交付的事实 / facts of the delivery", _TODO_WIDTHS, look.part)
    for name, value in shown.items():
        if value is None or value == "":
            continue
        row += 1
        sheet.write_string(row, 0, name, look.head)
        write_across(sheet, row, 1, value, _TODO_WIDTHS, look.fact)
    return row + 1


def _kind(code: str) -> str:
    return f"{KINDS[code].name_zh} {code}" if code in KINDS else code


def _write_files(book: xlsxwriter.Workbook, look: Look, delivered: _Delivered) -> None:
    sheet = _list_sheet(book, look, "文件", _FILE_HEADS, _FILE_WIDTHS, delivered)
    for row, file in enumerate(delivered.files, start=1):
        told = (short(file["place"] or ""), file["message_zh"], file["message_en"], file["notes"])
        cells = (
            file["source_file"],
            _FILE_STATUSES.get(file["status"], file["status"]),
            " ".join(filter(None, (file["format"], file["encoding"]))),
            file["record_count"],
            "\n".join(filter(None, told)),
            "\n".join(filter(None, (file["mend_zh"], file["mend_en"]))),
            file["size_bytes"],
            file["source_sha256"],
        )
        write_row(sheet, row, cells, _FILE_WIDTHS, look)


def _write_faults(
    book: xlsxwriter.Workbook, look: Look, label: str, delivered: _Delivered, faults: Sequence[Fault], *, with_raw: bool
) -> None:
    heads = (*_FAULT_HEADS, _RAW_HEAD) if with_raw else _FAULT_HEADS
    widths = (*_FAULT_WIDTHS, _RAW_WIDTH) if with_raw else _FAULT_WIDTHS
    sheet = _list_sheet(book, look, label, heads, widths, delivered)
    if not faults:
        write_across(sheet, 1, 0, "没有 / none", widths, look.plain)
    for row, fault in enumerate(faults[:_MOST_FAULTS], start=1):
        message = delivered.units.named("\n".join(filter(None, (fault.message_zh, fault.message_en))))
        mend = "\n".join(filter(None, (fault.mend_zh, fault.mend_en)))
        cells = (fault.source_file, fault.where, fault.records, message, mend, fault.rule)
        write_row(sheet, row, (*cells, fault.raw) if with_raw else cells, widths, look)
    if (more := len(faults) - _MOST_FAULTS) > 0:
        text = f"另有 {more:,} 行，请用 shuzhang rejected 查看 / {more:,} more rows: see `shuzhang rejected`"
        write_across(sheet, _MOST_FAULTS + 1, 0, text, widths, look.text)


def _list_sheet(
    book: xlsxwriter.Workbook,
    look: Look,
    label: str,
    heads: Sequence[str],
    widths: Sequence[float],
    delivered: _Delivered,
) -> Worksheet:
    """A sheet with a header that stays, on screen and on paper."""
    sheet = book.add_worksheet(label)
    set_widths(sheet, widths)
    write_row(sheet, 0, heads, widths, look, look.head)
    sheet.freeze_panes(1, 0)
    set_up_print(sheet, f"{delivered.facts['delivery_id']} {label}", header_rows=1)
    return sheet
