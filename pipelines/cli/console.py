"""How the command line looks: tables, CSV, JSON, the progress of a run.

Belongs here: rendering only. Does not belong here: what is rendered.
"""

import csv
import enum
import json
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any, NoReturn, TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table as RichTable
from rich.tree import Tree

from warehouse import queries
from warehouse.asking.query import Answer, query
from warehouse.intake.deliveries import Receipt
from warehouse.store.home import Home
from warehouse.store.lake import Lake
from warehouse.trace.walk import Trace

Given = TypeVar("Given")
Made = TypeVar("Made")

#: Of a record's text, a list shows as much.
_SHOWN_CHARS = 200

_OUT = Console()
_ERR = Console(stderr=True)


class Format(enum.StrEnum):
    """How an answer is printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def say(text: str) -> None:
    _OUT.print(text, highlight=False, markup=False, soft_wrap=True)


def warn(text: str) -> None:
    _ERR.print(text, style="yellow", highlight=False, markup=False, soft_wrap=True)


def fail(text: str, code: int) -> NoReturn:
    """Say what is wrong and end with an exit code."""
    _ERR.print(text, style="red", highlight=False, markup=False, soft_wrap=True)
    raise SystemExit(code)


def print_json(document: Any) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1, default=str) + "\n")


def is_period(text: str) -> bool:
    return re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text) is not None


def collect(
    items: Iterable[Given], make: Callable[[Given], Made], error: type[Exception]
) -> tuple[list[Made], list[str]]:
    """Make what can be made of each item; what fails is told, and the rest goes on."""
    made, problems = [], []
    for item in items:
        try:
            made.append(make(item))
        except error as problem:
            problems.append(str(problem))
    return made, problems


def rejections(lake: Lake, delivery: str | None) -> Answer:
    """Rejected files and records, then warnings, told apart by the first column; of one delivery or of all."""
    return query(lake, queries.text("rejections"), {"delivery": delivery})


def show_rejections(answer: Answer, output: Format) -> None:
    """Rejections and warnings, file by file where they are not asked for as data: texts of that length fit no table."""
    if output is not Format.TABLE:
        show(answer, output)
        return
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    for severity, title in (("reject", "拒收 / rejected"), ("warn", "提示，未拒收 / warnings, not rejected")):
        found = [row for row in rows if row["severity"] == severity]
        say(f"{title}: {len(found)}")
        file = None
        for row in found:
            if file != (file := (row["deliverer_code"], row["delivery_id"], row["source_file"])):
                say("\n" + "  ".join(part for part in file if part))
            times = f"  × {row['records']}" if (row["records"] or 1) > 1 else ""
            say(f"  {row['place'] or '-'}  {row['rule']}{times}")
            say(f"      {row['message_zh']}\n      {row['message_en']}")
            say(f"      改正：{row['mend_zh']}\n      mend: {row['mend_en']}")
            if row["raw"]:
                say(f"      {' '.join(row['raw'].split())[:_SHOWN_CHARS]}")
        say("")


def show(answer: Answer, output: Format) -> None:
    """Print an answer; money keeps its decimals in every format."""
    if output is Format.JSON:
        print_json([dict(zip(answer.columns, row, strict=True)) for row in answer.rows])
    elif output is Format.CSV:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(answer.columns)
        writer.writerows(answer.rows)
    else:
        table = RichTable(*answer.columns)
        for row in answer.rows:
            table.add_row(*("" if value is None else str(value) for value in row))
        _OUT.print(table, markup=False)
        say(f"{len(answer.rows)} 行 / rows")


def say_received(receipt: Receipt) -> None:
    d = receipt.delivery
    if receipt.repeats is not None:
        say(f"{receipt.repeats}: 与已收到的相同，不重复登记 / same bytes as received, nothing to do")
    else:
        size = sum(file.size_bytes for file in d.files)
        say(f"{d.delivery_id}: {d.deliverer_code} {len(d.files)} 个文件 / files, {size} 字节 / bytes")


def show_status(figures: dict[str, Any]) -> None:
    """The status as two tables."""
    kinds = RichTable(
        "类别 kind",
        "来件 in",
        "接受 accepted",
        "拒收 rejected",
        "未变 unchanged",
        "搁置 held",
        title="记录 / records",
    )
    for kind, counts in figures["records_by_kind"].items():
        kinds.add_row(kind, *(str(value) for value in counts.values()))
    _OUT.print(kinds)
    rest = RichTable("项目 figure", "值 value", title="状态 / status")
    for name, value in figures.items():
        if name in ("records", "records_by_kind", "owed", "harvest", "not_on_record", "vanished"):
            continue
        shown = ", ".join(value) if isinstance(value, list) else value
        rest.add_row(name, "-" if shown is None else str(shown), end_section=name == "quality_assessed_pct")
    _OUT.print(rest)
    for source in figures["harvest"]:
        if source["reason"]:
            warn(f"采集失败 / harvest failed: {source['reason']}")


def show_summary(figures: dict[str, Any], reconciled: dict[str, Any] | None, period: str, home: Home) -> None:
    """What a run left behind, and where it lies."""
    show_status(figures)
    if reconciled:
        cost, amortisation, net = (reconciled[f"difference_{part}_cny"] for part in ("cost", "amortisation", "net"))
        say(
            f"账账核对 / cards against books: {reconciled['agreed']} 相符 / agree, {reconciled['differing']} 不符 / differ; "
            f"差异 / differences (CNY): 原值 / cost {cost:,}, 累计摊销 / amortisation {amortisation:,}, 净值 / net {net:,}"
        )
    if (home.reports / period).exists():  # a job of the ingest makes none
        say(f"报告 / report: {home.reports / period}")
    say(f"血缘 / lineage: {home.reports / 'lineage.html'}")
    say(f"回执 / receipts: {home.receipts}")
    say(f"追溯 / trace: shuzhang trace report.form_r1 period={period} level=city entity_code=city --verify")


def show_tree(tree: Tree) -> None:
    _OUT.print(tree, highlight=False, soft_wrap=True)


def show_trace(found: Trace) -> None:
    """A trace as tables: the row, the steps, the sources."""
    row = RichTable("列 column", "值 value", title=f"{found.table}")
    for name, value in found.row.items():
        row.add_row(name, "" if value is None else str(value))
    _OUT.print(row, markup=False)
    steps = RichTable("表 table", "参与行数 rows", title="步骤 / steps")
    for step in found.steps:
        steps.add_row(step["table"], str(step["rows"]))
    _OUT.print(steps)
    sources = RichTable("表 table", "文件 file", "位置 pointer", "SHA-256", "原文 raw", title="来源 / sources")
    for source in found.sources:
        raw = source["raw"] or ""
        sources.add_row(
            source["table"],
            source["file"],
            source["pointer"],
            source["sha256"][:12],
            raw if len(raw) < 120 else raw[:119] + "…",
        )
    _OUT.print(sources, markup=False)
    say(f"来源 / sources: {len(found.sources)} / {found.source_count}")
    if found.verified is not None:
        say("已验证：由保存的字节推得同一行 / verified" if found.verified else "验证失败 / NOT verified")
    for difference in found.differences:
        warn(difference)


class RunDisplay:
    """Progress of a run: a bar on a terminal, a line a table elsewhere."""

    def __init__(self) -> None:
        self._progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=_OUT, disable=not _OUT.is_terminal,
        )  # fmt: skip
        self._task = self._progress.add_task("", total=None)

    def __enter__(self) -> "RunDisplay":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def start(self, period: str, total: int) -> None:
        self._progress.reset(self._task, total=total, description=f"{period}: {total} 张表 / tables")
        if self._progress.disable and total:
            say(f"{period}: {total} 张表待生成 / tables to build")

    def advance(self, table: str) -> None:
        self._progress.update(self._task, advance=1, description=table)
        if self._progress.disable:
            say(f"  {table}")
