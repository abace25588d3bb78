"""Asset cards (资产卡片) to print: a workbook with a sheet a card, and one HTML page, on A4.

Belongs here: how a card looks on paper. Does not belong here: what it says (`asking/card.py`).
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import xlsxwriter
from jinja2 import Environment, StrictUndefined
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from warehouse.asking.card import SIDES, UNKNOWN, Card, Cards
from warehouse.publish.form_book import FIXED_TIME
from warehouse.publish.sheets import FONT, Look, row_points, set_up_print, set_widths, write_across, write_row
from warehouse.store.lake import Lake
from warehouse.store.published import publishing

TITLE = "公共数据资产卡片"
_INDEX_SHEET = "目录"
_WIDTHS = (18, 14, 14, 14, 14, 14, 30)
_INDEX_WIDTHS = (8, 34, 26, 44, 12)
_BOOK_HEADS = ("项目", *SIDES, "")
_PLAIN = re.compile(r"[0-9A-Za-z_-]{1,64}")
#: Characters that no name of a sheet may have, and how long it may be.
_NOT_IN_SHEETS = re.compile(r"[\[\]:*?/\\']")
_SHEET_CHARS = 24


def publish_cards(lake: Lake, found: Cards, folder: Path, name: str) -> tuple[Path, Path]:
    """Write `<name>.xlsx` and `<name>.html` into a folder, which is made; returns both. A name that a file cannot have is hashed."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = name if _PLAIN.fullmatch(name) else sha256(name.encode()).hexdigest()[:20]
    book, page = folder / f"{stem}.xlsx", folder / f"{stem}.html"
    with publishing(lake.home, "report", found.snapshot, found.period or "") as publication:
        with publication.placed(book) as aside:
            write_cards(found, aside)
        with publication.placed(page) as aside:
            aside.write_bytes(cards_page(found).encode())
    return book, page


def cards_page(found: Cards) -> str:
    """The cards as one HTML page that loads nothing, each from a new sheet of paper on."""
    text = (files("warehouse") / "publish" / "page" / "card.html").read_text("utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    return environment.from_string(text).render(found=found, title=TITLE, unknown=UNKNOWN, sides=SIDES, day=_day(found))


def _day(found: Cards) -> str:
    """Of which month and day the cards are."""
    return "　".join(
        filter(
            None,
            (
                f"登记截至：{found.as_of}" if found.as_of else "",
                f"账面期间：{found.period}" if found.period else "账面期间：尚未计价",
                "金额单位：元（人民币）",
            ),
        )
    )


def write_cards(found: Cards, target: Path) -> None:
    """Write cards as a workbook: a sheet a card, and before several an index."""
    with xlsxwriter.Workbook(str(target), {"default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties({"title": TITLE, "company": "数账 Shuzhang", "created": FIXED_TIME})
        look = Look(book)
        money = book.add_format(FONT | {"border": 1, "border_color": "#A6A6A6", "num_format": "#,##0.00"})
        names = [_sheet_name(card, number) for number, card in enumerate(found.cards, 1)]
        if len(names) > 1:
            _write_index(book.add_worksheet(_INDEX_SHEET), found, names, look)
        for card, name in zip(found.cards, names, strict=True):
            _write_card(book.add_worksheet(name), card, _day(found), look, money)


def _sheet_name(card: Card, number: int) -> str:
    """The code of its resource, as far as a sheet may be called so; the number tells apart what would be alike."""
    return f"{number} {_NOT_IN_SHEETS.sub('_', card.resource_code)[:_SHEET_CHARS]}"


def _write_index(sheet: Worksheet, found: Cards, names: list[str], look: Look) -> None:
    set_widths(sheet, _INDEX_WIDTHS)
    write_across(sheet, 0, 0, f"{TITLE}目录　{found.cards[0].holder_name}", _INDEX_WIDTHS, look.title)
    write_row(sheet, 1, ("序号", "卡片编号", "信息资源代码", "资产名称", "资产状态"), _INDEX_WIDTHS, look, look.head)
    for row, (card, name) in enumerate(zip(found.cards, names, strict=True), start=2):
        cells = (row - 1, card.card_id, card.resource_code, card.asset_name, card.status)
        write_row(sheet, row, cells, _INDEX_WIDTHS, look)
        sheet.write_url(row, 1, f"internal:'{name}'!A1", look.text, card.card_id)
    sheet.freeze_panes(2, 0)
    set_up_print(sheet, f"{TITLE}目录", header_rows=2)


def _write_card(sheet: Worksheet, card: Card, day: str, look: Look, money: Format) -> None:
    set_widths(sheet, _WIDTHS)
    write_across(sheet, 0, 0, TITLE, _WIDTHS, look.title)
    write_across(sheet, 1, 0, f"{card.holder_name}（{card.holder_code}）　{day}", _WIDTHS, look.plain)
    row = 2
    for block, fields in card.blocks.items():
        write_across(sheet, row, 0, block, _WIDTHS, look.head)
        for field in fields:
            row += 1
            _write_field(sheet, row, (field.label_zh, field.value, field.source), look)
        row += 1
    row = _write_book_value(sheet, row, card, look, money)
    row = _write_movements(sheet, row, card, look, money)
    row = _write_late(sheet, row, card, look, money)
    write_across(sheet, row, 0, "待处理事项", _WIDTHS, look.head)
    for about, message, mend in card.findings or (("没有", "", ""),):
        row += 1
        _write_field(sheet, row, (about, message, mend), look, is_known=True)
    write_across(sheet, row + 2, 0, "填制：　　　　　　　　审核：　　　　　　　　日期：", _WIDTHS, look.plain)
    sheet.freeze_panes(2, 0)
    set_up_print(sheet, f"{TITLE} {card.card_id}", header_rows=2)
    sheet.set_portrait()


def _write_field(
    sheet: Worksheet, row: int, cells: tuple[str, str | None, str], look: Look, *, is_known: bool = False
) -> None:
    """A label, what it says over those of amounts, and what that rests on; what is not known is marked."""
    label, value, source = cells
    sheet.write_string(row, 0, label, look.text)
    style = look.text if value or is_known else look.caution
    sheet.merge_range(row, 1, row, len(SIDES), value or ("" if is_known else UNKNOWN), style)
    sheet.write_string(row, len(SIDES) + 1, source, look.text)
    sheet.set_row(row, row_points((label, value or "", source), (_WIDTHS[0], sum(_WIDTHS[1:-1]), _WIDTHS[-1])))


def _write_book_value(sheet: Worksheet, row: int, card: Card, look: Look, money: Format) -> int:
    """Returns the row below."""
    book = card.book_value
    heading = f"账面价值　{book.period} {book.status}" if book else "账面价值　该期间没有计价"
    write_across(sheet, row, 0, heading, _WIDTHS, look.head)
    if book is None:
        return row + 1
    row += 1
    write_row(sheet, row, _BOOK_HEADS, _WIDTHS, look, look.head)
    for label, amounts in book.lines:
        row += 1
        _write_amounts(sheet, row, label, amounts, look, money)
    return row + 1


def _write_movements(sheet: Worksheet, row: int, card: Card, look: Look, money: Format) -> int:
    """Returns the row below."""
    write_across(sheet, row, 0, "变动记录", _WIDTHS, look.head)
    for day, kind, amount, document in card.movements:
        row += 1
        _write_amounts(sheet, row, kind, (*(None,) * (len(SIDES) - 1), amount), look, money)
        sheet.write_string(row, 1, str(day), look.text)
        sheet.write_string(row, len(SIDES) + 1, document, look.text)
        sheet.set_row(row, row_points((kind, document), (_WIDTHS[0], _WIDTHS[-1])))
    return row + 1


def _write_late(sheet: Worksheet, row: int, card: Card, look: Look, money: Format) -> int:
    """Returns the row below."""
    if not card.late:
        return row
    write_across(sheet, row, 0, "结账后得知（所属月份、记账月份）", _WIDTHS, look.head)
    for of_month, in_month, kind, label, amount in card.late:
        row += 1
        _write_amounts(sheet, row, kind, (*(None,) * (len(SIDES) - 1), amount), look, money)
        sheet.write_string(row, 1, of_month, look.text)
        sheet.write_string(row, 2, in_month, look.text)
        sheet.write_string(row, len(SIDES) + 1, label, look.text)
    return row + 1


def _write_amounts(
    sheet: Worksheet,
    row: int,
    label: str,
    amounts: Sequence[Decimal | None],
    look: Look,
    money: Format,
) -> None:
    sheet.write_string(row, 0, label, look.text)
    for column, amount in enumerate(amounts, start=1):
        if amount is None:
            sheet.write_blank(row, column, None, money)
        else:
            sheet.write_number(row, column, amount, money)  # type: ignore[arg-type]  # Decimal is written by its own text
    sheet.write_blank(row, len(_WIDTHS) - 1, None, look.text)
