"""`shuzhang value`: reference values beside the book value, as text and as a workbook.

Belongs here: the command and how it looks as text. Does not belong here: the values (`warehouse/sql/valuation/`), the workbook
(`warehouse/publish/reference_workbook.py`).
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli import console
from pipelines.cli.home_option import HomeOption, opened
from pipelines.cli.period import demand_period
from pipelines.misuse import MisuseError
from warehouse import queries
from warehouse.asking.implied_rate import NoSingleRateError, implied_rate
from warehouse.asking.query import query
from warehouse.store.disk import write_whole
from warehouse.store.lake import Lake

_Row = Mapping[str, Any]


def value(
    period: Annotated[
        str | None, typer.Option(help="期间，默认最近的 / period, default the latest", metavar="YYYY-MM")
    ] = None,
    card: Annotated[
        str | None, typer.Option(help="卡片编号或资源代码，默认全部 / a card or its resource code, default all")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="写入工作簿的文件夹 / folder for the workbook, with charts")] = None,
    home: HomeOption = None,
) -> None:
    """参考估值：列于账面价值之旁，附范围、依据或没有的原因，不入账 / reference values beside the book value: range, evidence, or why
    there is none; never booked."""
    demand_period(period)
    if out is not None and not out.is_dir():
        raise MisuseError(f"--out {out}: no such folder 文件夹不存在")
    lake = Lake(opened(home))
    period = period or _latest(lake)
    cards = _rows(lake, "value_cards", period=period, card=card)
    if not cards:
        raise MisuseError(_none_found(period, card))
    if card is not None and len(cards) > 1:
        named = ", ".join(f"{one['card_id']} ({one['holder_code']})" for one in cards)
        raise MisuseError(
            f"--card {card}: 该资源代码有多张卡片，请写卡片编号 / more than one card has this code, name one: {named}"
        )
    single = cards[0] if card is not None else None
    if single is None:
        _show_all(lake, period, cards)
    else:
        _show_card(lake, period, single)
    if out is not None:
        _write(lake, period, single, out)


def _rows(lake: Lake, name: str, **values: object) -> list[_Row]:
    found = query(lake, queries.text(name), values)
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def _latest(lake: Lake) -> str:
    found = _rows(lake, "value_period")[0]["period"]
    if found is None:
        raise MisuseError(
            "尚无参考估值，请先运行 shuzhang run / there are no reference values yet: shuzhang run makes them"
        )
    return found


def _none_found(period: str, card: str | None) -> str:
    if card is None:
        return f"--period {period}: 该期间没有在册卡片 / no card is held in it"
    return f"--card {card}: {period} 没有这张在册卡片 / no such card is held in it"


def _show_all(lake: Lake, period: str, cards: Sequence[_Row]) -> None:
    book = sum((one["closing_carrying_cny"] or Decimal(0) for one in cards), Decimal(0))
    console.say(f"参考估值 / reference values  {period}")
    console.say(f"卡片 / cards {len(cards):,}    账面价值 / book value {book:,.2f}")
    reasons = {
        method: list(of)
        for method, of in groupby(_rows(lake, "value_reasons", period=period), key=lambda row: row["reference_method"])
    }
    for method in _rows(lake, "value_methods", period=period):
        console.say(f"\n{method['method_name_zh']} / {method['method_name_en']}   {method['formula']}")
        if method["valued_count"]:
            console.say_hanging("  ", f"有参考值的卡片 / cards with a value {method['valued_count']:,}")
            _say_amounts(method)
        for reason in reasons.get(method["reference_method"], ()):
            console.say_hanging(
                f"  无 / none {reason['card_count']:>7,}  ", f"{reason['message_zh']} / {reason['message_en']}"
            )


def _show_card(lake: Lake, period: str, card: _Row) -> None:
    key = {"period": period, "card": card["card_id"]}
    console.say(f"参考估值 / reference values  {period}")
    console.say_hanging("", f"{card['asset_name']}  {card['resource_code']}  {card['card_id']}")
    console.say(f"账面价值 / book value {_money(card['closing_carrying_cny'])}")
    if card["score_pct"] is not None:
        capped = "，无评估报告，按上限计 / capped without an appraisal" if card["is_factor_capped"] else ""
        factor = "" if card["quality_factor"] is None else f"，系数 / factor {card['quality_factor']:f}{capped}"
        console.say_hanging(
            "", f"质量得分 / score of quality {card['score_pct']}，期望 / expected {card['expected_score_pct']}{factor}"
        )
    bars = {
        method: list(of)
        for method, of in groupby(_rows(lake, "value_bars", **key), key=lambda row: row["reference_method"])
    }
    flows = {
        kind: list(of) for kind, of in groupby(_rows(lake, "value_flows", **key), key=lambda row: row["income_kind"])
    }
    for row in _rows(lake, "value_rows", **key):
        console.say(f"\n{row['method_name_zh']} / {row['method_name_en']}   {row['formula']}")
        if row["value_cny"] is None:
            console.say_hanging("  无 / none: ", f"{row['message_zh']} / {row['message_en']}")
            console.say_hanging("  改正 / mend: ", f"{row['mend_zh']} / {row['mend_en']}")
            continue
        _say_amounts(row)
        if row["document_no"]:
            console.say_hanging(
                "  依据 / by    ",
                f"{row['document_no']}  {row['appraiser'] or ''}  {row['appraisal_date']}，有效期至 / in force until "
                f"{row['valid_until_date']}",
            )
        _say_bars(bars.get(row["reference_method"], ()))
        if of_kind := flows.get(row["reference_method"]):
            _say_implied(card["closing_carrying_cny"], of_kind)


def _say_amounts(row: _Row) -> None:
    console.say(f"  参考值 / value      {_money(row['value_cny'])}")
    console.say(f"  范围 / range        {_money(row['low_cny'])} – {_money(row['high_cny'])}")
    console.say(f"  账面价值 / book     {_money(row['closing_carrying_cny'])}")


def _say_bars(bars: Sequence[_Row]) -> None:
    for bar in bars:
        console.say_hanging(
            "  ± ",
            f"{bar['parameter_name_zh']} / {bar['parameter_name_en']} {bar['step'].normalize():f}: "
            f"{_money(bar['decreased_value_cny'])} – {_money(bar['increased_value_cny'])}",
        )


def _say_implied(book: Decimal | None, flows: Sequence[_Row]) -> None:
    """The rate at which the forecast would be worth what the books say: beside the report's own it tells how bold that is."""
    if not book:
        return
    try:
        rate = f"{implied_rate(book, [flow['flow_cny'] for flow in flows]) * 100:.4f}%"
    except NoSingleRateError as error:
        rate = str(error)
    console.say_hanging("  账面价值隐含的折现率 / rate implied by the book value: ", rate)


def _write(lake: Lake, period: str, card: _Row | None, folder: Path) -> None:
    # It takes a tenth of a second to import.
    from warehouse.publish.reference_workbook import write_reference_workbook

    written = BytesIO()
    write_reference_workbook(lake, period, None if card is None else card["card_id"], written)
    name = f"reference-value-{period}" if card is None else f"reference-value-{period}-{card['card_id']}"
    file = folder / f"{name}.xlsx"
    write_whole(file, written.getvalue(), "value")
    console.say(f"\n{file}: 工作簿已写出 / workbook written")


def _money(amount: Decimal | None) -> str:
    return "–" if amount is None else f"{amount:,.2f}"
