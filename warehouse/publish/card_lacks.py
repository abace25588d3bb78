"""What the cards of a unit lack: a list of it, and beside it a file for each kind of delivery that would fill it, begun by us as far as
we know the cells. The unit fills those in and delivers them as they are (`shuzhang deliver --kind … --mode incremental`, with the
`--source` that a file's name ends in, if it does: a line of cost comes again from where it came).

A file a kind, since a delivery is of one kind and every sheet in it would be read as that kind. A record that comes again replaces the
one before it whole, so that only what is ours whole is begun: reviews, and lines of cost with all their cells. What a catalogue lacks is
in the list alone: its records have fields besides. Does not belong here: what a card lacks (`card_lacks.sql`), how a template looks
(`template.py`).
"""

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter

from readers.kinds import KINDS
from readers.policy.files import PolicyOnDay, load
from warehouse import queries
from warehouse.asking.card import BLOCKS, NoSuchCardError
from warehouse.intake.deliveries import default_source
from warehouse.intake.landed import judged_day
from warehouse.publish.form_book import FIXED_TIME
from warehouse.publish.sheets import Look, set_up_print, set_widths, write_across, write_row
from warehouse.publish.template import write_template
from warehouse.store.lake import Lake, current_snapshot
from warehouse.store.on_record import reading_on_record
from warehouse.store.published import publishing

LIST = "卡片缺项"
_NOT_IN_FILES = re.compile(r"[^\w.-]")
_HEADS = ("卡片编号", "资源代码", "资产名称", "块", "缺少的项目", "内容", "由哪类交付补齐", "列", "文件")
_WIDTHS = (26, 20, 24, 10, 18, 34, 14, 16, 16)
_ADVICE = (
    "请填写同一文件夹中各文件的空白单元格，删除不能填的行，再以增量方式交付；目录中的缺项请在目录中补齐后重新交付目录。没有列出类别的项目目前没有可交付"
    "的类别。\nFill in the empty cells of the files beside this one, delete rows that cannot be filled, and deliver each with mode "
    "incremental; what the catalogue lacks is mended there. Fields without a kind cannot be delivered yet."
)

Lack = tuple[Any, ...]
#: Kind and source (empty for the usual one) -> the rows to fill in, as cells by column.
Begun = dict[tuple[str, str], list[dict[str, object]]]


def publish_lacks(lake: Lake, holder: str, folder: Path) -> list[Path]:
    """Write what the cards of a unit lack into a folder, which is made; returns the files: the list, then one a kind.

    Raises:
        NoSuchCardError: the unit has no card that lacks anything.
    """
    policy = load(lake.home.policy).on(judged_day(lake))
    with reading_on_record(lake) as connection:
        connection.execute("BEGIN")
        lacks, begun = lacks_of(connection, policy, holder)
        snapshot = current_snapshot(connection)
    if not lacks:
        raise NoSuchCardError(f"{holder}: this unit has no card that lacks anything 该单位没有缺项的卡片")
    folder.mkdir(parents=True, exist_ok=True)
    targets = [folder / f"{LIST}.xlsx"]
    with publishing(lake.home, "report", snapshot) as publication:
        with publication.placed(targets[0]) as aside:
            _write_list(aside, holder, lacks, begun)
        for (kind, source), rows in begun.items():
            targets.append(folder / _file_name(kind, source))
            with publication.placed(targets[-1]) as aside:
                write_template(kind, policy, aside, rows)
    return targets


def lacks_of(connection: duckdb.DuckDBPyConnection, policy: PolicyOnDay, holder: str) -> tuple[list[Lack], Begun]:
    """What the cards of a unit lack, and the rows to fill in."""
    lacks = connection.execute(queries.text("card_lacks"), {"holder": holder}).fetchall()
    labels: dict[str, str] = {}
    for entry in policy.of("code_value"):
        if entry.body["code_list"] == "review_kind":
            labels.setdefault(entry.body["code"], entry.body["label"])
    begun: Begun = defaultdict(list)
    for _, resource, _, _, _, _, kind, _, code, _ in lacks:
        if kind == "reviews" and code in labels:
            row: dict[str, object] = {"holder_code": holder, "resource_code": resource, "review_kind": labels[code]}
            begun[kind, ""].append(row)
    types = {e.body["column"]: e.body["value_type"] for e in policy.of("delivery_column") if e.body["kind"] == "costs"}
    for source, body in connection.execute(queries.text("card_cost_lines"), {"holder": holder}).fetchall():
        cells = {column: _cell(text, types.get(column, "text")) for column, text in json.loads(body).items()}
        begun["costs", "" if source == default_source(()) else source].append(cells)
    return lacks, dict(begun)


def _cell(text: str, value_type: str) -> object:
    """A cell as its reader settled it, as a workbook has it."""
    if value_type == "date":
        return date.fromisoformat(text)
    if value_type == "amount":
        return Decimal(text)
    return int(text) if value_type == "integer" else text


def _file_name(kind: str, source: str) -> str:
    named = " ".join(filter(None, (KINDS[kind].name_zh, _NOT_IN_FILES.sub("_", source))))
    return f"{named}.xlsx"


def _write_list(target: Path, holder: str, lacks: Sequence[Lack], begun: Begun) -> None:
    with xlsxwriter.Workbook(str(target)) as book:
        book.set_properties({"title": LIST, "company": "数账 Shuzhang", "created": FIXED_TIME})
        look = Look(book)
        sheet = book.add_worksheet(LIST)
        set_widths(sheet, _WIDTHS)
        write_across(sheet, 0, 0, f"{LIST}　{holder}", _WIDTHS, look.title)
        write_across(sheet, 1, 0, _ADVICE, _WIDTHS, look.plain)
        write_row(sheet, 2, _HEADS, _WIDTHS, look, look.head)
        for row, (card, resource, name, block, label, note, kind, _, _, column) in enumerate(lacks, start=3):
            kind_name = KINDS[kind].name_zh if kind else ""
            file = "、".join(_file_name(*of) for of in begun if of[0] == kind)
            cells = (card, resource, name, BLOCKS[block], label, note or "", kind_name, column or "", file)
            write_row(sheet, row, cells, _WIDTHS, look)
        sheet.autofilter(2, 0, 2 + len(lacks), len(_HEADS) - 1)
        sheet.freeze_panes(3, 0)
        set_up_print(sheet, f"{LIST} {holder}", header_rows=3)
