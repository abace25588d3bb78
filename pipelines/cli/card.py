"""`shuzhang card`: an asset card in the terminal and as files, or all cards of a unit.

Belongs here: the command, and how a card looks in the terminal. Does not belong here: what a card says (`warehouse/asking/card.py`), how it
looks on paper (`warehouse/publish/card_sheet.py`).
"""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli import console
from pipelines.cli.home_option import HomeOption, opened
from pipelines.cli.period import demand_period
from pipelines.misuse import MisuseError
from warehouse.asking.card import SIDES, UNKNOWN, Card, Cards, card_of, cards_of_unit
from warehouse.store.lake import Lake


def card(
    name: Annotated[
        str | None,
        typer.Argument(help="卡片编号，或 持有单位代码/信息资源代码 / card number, or HOLDER/CODE", metavar="ID"),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="一个单位的全部卡片 / all cards of a unit")] = False,
    unit: Annotated[str | None, typer.Option(help="持有单位代码 / code of the holder")] = None,
    lacks: Annotated[
        bool,
        typer.Option(
            "--lacks",
            help="单位的卡片缺什么：清单和可填写后交付的文件 / what a unit's cards lack, with files to fill in",
        ),
    ] = False,
    period: Annotated[
        str | None, typer.Option(help="账面价值的期间，默认最近计价的 / period of the book value", metavar="YYYY-MM")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="登记截至该日 / the register as of a day", metavar="YYYY-MM-DD")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="写出 XLSX 和可打印的 HTML 的文件夹 / folder for XLSX and a page to print")
    ] = None,
    home: HomeOption = None,
) -> None:
    """资产卡片：四块信息、账面价值、变动和待处理事项 / an asset card: its blocks, book value, movements and findings."""
    demand_period(period)
    if (name is None) + (unit is None) != 1 or (every or lacks) == (unit is None) or (every and lacks):
        raise MisuseError(
            "give one ID, or --unit CODE with --all or --lacks 请给出一个卡片编号，或 --unit 单位代码 和 --all 或 --lacks"
        )
    if unit is not None and out is None:
        raise MisuseError("--all and --lacks need --out DIR 请用 --out 指定文件夹")
    lake = Lake(opened(home))
    day = _day(as_of)
    # What writes files takes a quarter of a second to import.
    if unit is not None and out is not None and lacks:
        from warehouse.publish.card_lacks import publish_lacks

        for file in publish_lacks(lake, unit, out):
            console.say(str(file))
        return
    found = cards_of_unit(lake, unit, period, day) if unit else card_of(lake, name or "", period, day)
    if name is not None:
        _show(found.cards[0], found)
    if out is not None:
        from warehouse.publish.card_sheet import publish_cards

        for file in publish_cards(lake, found, out, unit or found.cards[0].card_id):
            console.say(str(file))


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise MisuseError(f"--as-of {text!r} is no date, such as 2026-06-30 应为日期") from error


def _show(card: Card, found: Cards) -> None:
    console.say(f"{card.asset_name}　{card.status}　{card.holder_name}（{card.holder_code}）")
    for block, fields in card.blocks.items():
        console.say(f"\n{block}")
        console.say_table([(one.label_zh, one.value or UNKNOWN, one.source) for one in fields])
    book = card.book_value
    console.say(f"\n账面价值（元） / book value {found.period or ''}　{book.status if book else '没有计价 / none'}")
    if book is not None:
        rows = [(label, *("" if one is None else f"{one:,}" for one in amounts)) for label, amounts in book.lines]
        console.say_table(rows, ("", *SIDES), numbers=True)
    console.say("\n变动 / movements")
    console.say_table(
        [(str(day), kind, "" if amount is None else f"{amount:,}", of) for day, kind, amount, of in card.movements]
    )
    if card.late:
        console.say("\n结账后得知 / known after a closing：所属月份 → 记账月份 / belongs to → booked in")
        console.say_table(
            [
                (f"{of_month} → {in_month}", kind, label, f"{amount:,}")
                for of_month, in_month, kind, label, amount in card.late
            ]
        )
    console.say(f"\n待处理事项 / findings: {len(card.findings)}")
    for about, message, mend in card.findings:
        console.say(f"  {about}：{message}\n    改正：{mend}")
