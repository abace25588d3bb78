"""`shuzhang reconcile`: cards against books at the end of a period, unit by unit, as text, as statements to sign and as journals.

Belongs here: the command and how it looks, in 80 columns. Does not belong here: asking (`warehouse/asking/reconcile.py`), files
(`warehouse/publish/unit_files.py`).
"""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli import console
from pipelines.cli.home_option import HomeOption, opened
from pipelines.cli.period import demand_period
from pipelines.misuse import MisuseError
from readers.near import near
from warehouse.asking.reconcile import (
    Difference,
    JournalLine,
    UnitResult,
    differences,
    entry_counts,
    journal,
    unit_results,
)
from warehouse.building.removal import built_periods
from warehouse.store.lake import Lake
from warehouse.store.on_record import reading_on_record

#: Of all units together so many items are shown; of one unit all.
_SHOWN_ITEMS = 10
_AMOUNTS = {
    "cost": "原值 / cost",
    "amortisation": "累计摊销 / amortisation",
    "impairment": "减值准备 / impairment",
    "development": "开发支出 / development",
    "stock": "存货 / stock",
    "net": "净值 / net",
}


def reconcile(
    period: Annotated[
        str | None, typer.Option(help="期间，默认最近的 / period, default the latest", metavar="YYYY-MM")
    ] = None,
    unit: Annotated[
        str | None, typer.Option(help="单位代码，默认全部单位 / code of a unit; default: all units")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="写入的文件夹：各单位的对账单和凭证建议 / folder to write to: statements to sign and journals of the units"
        ),
    ] = None,
    entries: Annotated[
        bool, typer.Option("--entries", help="列出该单位期间当月的凭证建议 / list the entries proposed for the month")
    ] = False,
    home: HomeOption = None,
) -> None:
    """账账核对：各单位的差异、账龄和处理办法，对账单和凭证建议 / cards against books: what differs, since when, how to mend it."""
    demand_period(period)
    if entries and unit is None:
        raise MisuseError("--entries is for one --unit --entries 须与 --unit 一起使用")
    lake = Lake(opened(home))
    period = period or max(built_periods(lake), default=None)
    if period is None:
        raise ValueError("尚未核对，请先运行 / nothing was reconciled yet; run `shuzhang run` first")
    with reading_on_record(lake) as connection:
        every = unit_results(connection, period)
        if not every:
            raise ValueError(
                f"{period}: 尚未核对，请先运行 / was not reconciled yet; run `shuzhang run --period {period}` first"
            )
        known = {result.holder_code for result in every}
        if unit is not None and unit not in known:
            raise ValueError(
                f"--unit {unit}: no such unit in this period 该期间没有此单位{near(unit, known, listed=False)}"
            )
        chosen = [result for result in every if unit in (None, result.holder_code)]
        differing = [result for result in chosen if result.differing_count]
        found = [(result, differences(connection, period, result.holder_code)) for result in differing]
        counts = entry_counts(connection, period)
        lines = journal(connection, period, unit) if unit is not None and entries else []
    _show_units(period, chosen, differing)
    _show_items(found, None if unit is not None else _SHOWN_ITEMS)
    if entries:
        _show_entries([line for line in lines if line.booking_month == period])
    of_chosen = [counts[result.holder_code] for result in chosen if result.holder_code in counts]
    console.say(f"凭证建议 / entries proposed, {period[:4]}-01 – {period}: {sum(count for count, _ in of_chosen):,}")
    unbalanced = sum(count for _, count in of_chosen)
    if unbalanced:
        console.warn(
            f"借贷不等的凭证建议 / entries that do not balance: {unbalanced:,}; 请核对 / check policy/journal_account.csv"
        )
    if out is not None:
        # XlsxWriter and the grades of columns are for those who write files.
        from warehouse.publish.unit_files import publish_unit_files

        written = publish_unit_files(lake, period, chosen, out)
        console.say(f"{out}: {len(written):,} 个文件 / files")
    if differing or unbalanced:
        raise typer.Exit(1)


def _show_units(period: str, chosen: Sequence[UnitResult], differing: Sequence[UnitResult]) -> None:
    cards = sum(result.card_count for result in chosen)
    items = sum(result.differing_count for result in chosen)
    console.say_hanging(
        f"{period} ",
        f"账账核对 / cards against books: {len(chosen):,} 个单位 / units, {cards:,} 张卡片 / cards; "
        f"{len(differing):,} 个单位 / units, {items:,} 项不符 / items differ",
    )
    if not differing:
        return
    rows: list[tuple[object, ...]] = [
        (
            one.entity_name,
            one.differing_count,
            f"{one.difference_cost_cny:,}",
            f"{one.difference_net_cny:,}",
            _since(one.since_period or period, one.is_maybe_older),
        )
        for one in differing
    ]
    if len(differing) > 1:
        total = (sum(one.difference_cost_cny for one in differing), sum(one.difference_net_cny for one in differing))
        rows.append(("合计 total", items, *(f"{amount:,}" for amount in total), ""))
    console.show_table(("单位 unit", "项 items", "原值差异 cost", "净值差异 net", "自 since"), rows, left=(0, 4))
    console.say("差异 = 卡片 − 账面，元 / cards less books, CNY; ≤ 或更早 / or before")


def _since(period: str, is_maybe_older: bool) -> str:
    return f"≤ {period}" if is_maybe_older else period


def _show_items(found: Sequence[tuple[UnitResult, Sequence[Difference]]], most: int | None) -> None:
    shown = left = 0
    for result, rows in found:
        items = [list(of_item) for _, of_item in groupby(rows, key=lambda row: row.item_code)]
        room = len(items) if most is None else max(0, most - shown)
        left += len(items) - len(items[:room])
        if items[:room]:
            console.say(f"\n── {result.entity_name} {result.holder_code} ──")
        for of_item in items[:room]:
            _show_item(of_item)
        shown += len(items[:room])
    if left:
        console.say(f"\n另有 {left:,} 项，见 / {left:,} more items: shuzhang reconcile --unit, --out")
    if shown:
        console.say("")


def _show_item(rows: Sequence[Difference]) -> None:
    """An item with its amounts; what its first amount asks for, and another's where that is something else."""
    console.say(f"  {' '.join(part for part in (rows[0].item_code, rows[0].item_label) if part)}")
    for row in rows:
        console.say_hanging(
            f"    {_AMOUNTS[row.amount_kind]}: ",
            f"{row.card_amount_cny:,} − {row.ledger_amount_cny:,} = {row.difference_cny:,}",
        )
    ages, mends = set(), set()
    for row in rows:
        age = (row.difference_label, row.since_period, row.matching_period)
        if age not in ages:
            older = "（或更早）/ or before" if row.is_maybe_older else ""
            month = f" ({row.matching_period})" if row.matching_period else ""
            console.say_hanging(
                "    ",
                f"{row.difference_label} / {row.difference_label_en}{month}; 自 / since {row.since_period}{older}, "
                f"{row.standing_months} 个月 / months",
            )
        if row.mend_zh and row.mend_zh not in mends:
            console.say_hanging("    改正：", row.mend_zh)
            console.say_hanging("    mend: ", row.mend_en)
        ages.add(age)
        mends.add(row.mend_zh)


def _show_entries(lines: Sequence[JournalLine]) -> None:
    for _, of_entry in groupby(lines, key=lambda line: (line.card_id, line.journal_no)):
        entry = list(of_entry)
        console.say_hanging(f"{entry[0].journal_no}  ", f"{entry[0].resource_code} {entry[0].entry_summary}")
        for line in entry:
            side, amount = ("借 Dr", line.debit_cny) if line.debit_cny else ("贷 Cr", line.credit_cny)
            console.say(f"    {side} {line.account_code} {line.account_name} {amount:,}")
        if entry[0].belonging_month != entry[0].booking_month:
            console.say(f"    所属月份 / belongs to: {entry[0].belonging_month}")
        if entry[0].follows_from:
            console.say_hanging("    依据 / from: ", entry[0].follows_from)
    console.say("")
