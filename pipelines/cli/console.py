"""How the command line looks: tables, CSV, JSON, the progress of a run.

Belongs here: rendering only. Does not belong here: what is rendered.
"""

import csv
import enum
import json
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, NoReturn, TypeVar

from rich.cells import cell_len
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table as RichTable
from rich.text import Text
from rich.tree import Tree

from readers.kinds import KINDS
from readers.problems import WARNING
from warehouse import queries
from warehouse.asking.query import Answer, query
from warehouse.intake.deliveries import Receipt
from warehouse.store.home import Home
from warehouse.store.lake import Lake
from warehouse.trace.tracer import Trace

Given = TypeVar("Given")
Made = TypeVar("Made")

#: Of warnings of files a run prints so many.
_SHOWN_WARNINGS = 20
#: Of a record's text, a list shows as much.
_SHOWN_CHARS = 200
#: A text that has fewer columns than this is not indented.
_NARROWEST = 20

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


def show_file_warnings(lake: Lake, deliveries: Iterable[str]) -> None:
    """What must be read of the files of deliveries that were taken in: how their tables were misunderstood, or could have been."""
    found = query(lake, queries.text("file_warnings"), {"deliveries": sorted(deliveries), "mark": WARNING})
    for delivery_id, file, warning in found.rows[:_SHOWN_WARNINGS]:
        warn(f"{delivery_id} {file} {warning}")
    if (more := len(found.rows) - _SHOWN_WARNINGS) > 0:
        warn(f"另有 {more} 条警告，见回执 / more warnings, see the receipts")


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
            say_hanging("  ", f"{row['place'] or '-'}  {row['rule']}{times}")
            for message in (row["message_zh"], row["message_en"]):
                if message:
                    say_hanging("      ", message)
            if row["mend_zh"]:
                say_hanging("      改正：", row["mend_zh"])
                say_hanging("      mend: ", row["mend_en"])
            if row["raw"]:
                say_hanging("      ", " ".join(row["raw"].split())[:_SHOWN_CHARS])
        say("")


def show(answer: Answer, output: Format | None) -> None:
    """Print an answer, without a format as a table on a terminal and as CSV into a pipe; money keeps its decimals in every format."""
    if output is None:
        output = Format.TABLE if _OUT.is_terminal else Format.CSV
    if output is Format.JSON:
        print_json([dict(zip(answer.columns, row, strict=True)) for row in answer.rows])
    elif output is Format.CSV:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(answer.columns)
        writer.writerows(answer.rows)
    else:
        _show_rows(answer)
        say(f"{len(answer.rows)} 行 / rows")


def _show_rows(answer: Answer) -> None:
    """Rows as a table; where a value would not fit into its width, each row as a block of lines `column: value`."""
    cells = [["" if value is None else str(value) for value in row] for row in answer.rows]
    widths = [max(map(cell_len, "\n".join(column).split("\n"))) for column in zip(answer.columns, *cells, strict=True)]
    if sum(widths) + 3 * len(widths) + 1 <= _OUT.width:
        table = RichTable()
        for place, name in enumerate(answer.columns):
            table.add_column(Text(name), justify="right" if _are_numbers(row[place] for row in answer.rows) else "left")
        for row in cells:
            table.add_row(*map(Text, row))
        _OUT.print(table)
        return
    width = max(map(cell_len, answer.columns))
    for number, row in enumerate(cells, 1):
        say(f"── {number} ──")
        for name, value in zip(answer.columns, row, strict=True):
            say_hanging(name + " " * (width - cell_len(name)) + "  ", value)


def say_table(rows: Iterable[Sequence[str]], headings: Sequence[str] = (), *, numbers: bool = False) -> None:
    """Rows of text in columns, without lines; with `numbers` all columns but the first stand to the right."""
    table = RichTable(box=None, show_header=bool(headings), padding=(0, 2, 0, 0))
    found = list(rows)
    for place in range(max(map(len, found), default=0)):
        heading = headings[place] if headings else ""
        table.add_column(heading, justify="right" if numbers and place else "left", overflow="fold")
    for row in found:
        table.add_row(*map(Text, row))
    if found:
        _OUT.print(table)


def _are_numbers(values: Iterable[Any]) -> bool:
    there = [value for value in values if value is not None]
    return bool(there) and all(
        isinstance(value, int | float | Decimal) and not isinstance(value, bool) for value in there
    )


def show_table(headings: Sequence[str], rows: Iterable[Sequence[object]], *, left: Collection[int]) -> None:
    """Rows as a table whose texts break within their cells; left: columns that are no numbers."""
    table = RichTable()
    for place, heading in enumerate(headings):
        is_text = place in left
        table.add_column(heading, justify="left" if is_text else "right", no_wrap=not is_text, overflow="fold")
    for row in rows:
        table.add_row(*(Text(f"{cell}") for cell in row))
    _OUT.print(table)


def say_hanging(head: str, text: str) -> None:
    """A text behind its head; on a terminal its further lines begin where its first one does."""
    indent = cell_len(head)
    if not _OUT.is_terminal or _OUT.width - indent < _NARROWEST:
        say(head + text)
        return
    lines = Text(text).wrap(_OUT, _OUT.width - indent)
    for number, line in enumerate(lines or [Text()]):
        say((head if number == 0 else " " * indent) + line.plain.rstrip())


def say_received(receipt: Receipt) -> None:
    d = receipt.delivery
    if receipt.repeats is not None:
        say(f"{receipt.repeats}: 与已收到的相同，不重复登记 / same bytes as received, nothing to do")
    else:
        size = sum(file.size_bytes for file in d.files)
        say(f"{d.delivery_id}: {d.deliverer_code} {len(d.files)} 个文件 / files, {size} 字节 / bytes")


#: The figures of the status in both languages, in their order.
_FIGURES = {
    "home": "家目录 / home",
    "deliveries": "交付 / deliveries",
    "pending": "待接收 / pending",
    "withdrawn": "已撤回 / withdrawn",
    "rejected_files": "拒收文件 / rejected files",
    "resources": "目录资源 / resources",
    "fields": "字段 / fields",
    "cards": "资产卡片 / asset cards",
    "memo": "备查簿 / memo register",
    "unassessed": "未认定 / to assess",
    "snapshots": "期末余额 / snapshots",
    "control_findings": "成本待核 / costs to check",
    "card_findings": "条件待补 / conditions unmet",
    "register_findings": "登记待核 / register to check",
    "reality_findings": "账实不符 / not as registered",
    "quality_score_pct": "质量得分 % / quality score",
    "quality_assessed_pct": "其中已评 % / of it assessed",
    "missing": "欠交单位 / deliveries owed by",
    "last_run": "上次运行 / last run",
}
_RUN_STATUS = {
    "SUCCESS": "成功 / succeeded", "FAILURE": "失败 / failed", "STARTED": "进行中 / going on",
    "NOT_STARTED": "尚未开始 / not begun", "QUEUED": "排队 / queued", "STARTING": "启动中 / starting",
    "CANCELING": "取消中 / being cancelled", "CANCELED": "已取消 / cancelled",
}  # fmt: skip


def _figure(value: Any) -> str:
    if isinstance(value, dict) and "status" not in value:
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in value.items())
        return f"{sum(value.values()):,}" + (f" ({kinds})" if kinds else "")
    if isinstance(value, dict):
        times = " – ".join(
            str(value[name])[:19].replace("T", " ") for name in ("started_at", "ended_at") if value[name]
        )
        return f"{_RUN_STATUS.get(value['status'], value['status'])}, {times} UTC, {value['job']} {value['run_id']}"
    if isinstance(value, list):
        return "、".join(value) or "-"
    return "-" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


#: Of a kind of line, as many are shown.
_MOST_LINES = 10


def show_status(figures: dict[str, Any]) -> None:
    """The record equation as a table, then a line a figure."""
    kinds = RichTable(title="记录 / records", collapse_padding=True)
    kinds.add_column("类别 kind", no_wrap=True)
    for heading in ("来件 in", "接受 accepted", "拒收 rejected", "未变 unchanged", "搁置 held"):
        kinds.add_column(heading, justify="right")
    for kind, counts in figures["records_by_kind"].items():
        name = f"{KINDS[kind].name_zh} {kind}" if kind in KINDS else kind
        kinds.add_row(name, *(f"{value:,}" for value in counts.values()))
    _OUT.print(kinds)
    say("")
    width = max(map(cell_len, _FIGURES.values()))
    for name, words in _FIGURES.items():
        if name in figures:
            say_hanging(words + " " * (width - cell_len(words)) + "  ", _figure(figures[name]))
    for source in figures["harvest"]:
        if source["reason"]:
            warn(f"采集失败 / harvest failed: {source['reason']}")
    for taken in figures["removed_periods"]:
        say(f"期间已撤回 / period taken back: {taken['period']}, {taken['at'][:10]}: {taken['reason']} ({taken['by']})")
    for line in authority_lines(figures):
        warn(line)


def authority_lines(figures: dict[str, Any]) -> list[str]:
    """Who spoke for others without being allowed to, lines that came twice, and the authorities that the city has not named."""
    lines = [
        f"无权交付 / not authorised: {said['deliverer']} → {said['holder'] or '-'}: {said['kind']} {said['records']:,} 条 / records"
        for said in figures["unauthorised"][:_MOST_LINES]
    ]
    if (more := len(figures["unauthorised"]) - _MOST_LINES) > 0:
        lines.append(f"……另有 {more} 组，见 landing.unauthorised / {more} more in landing.unauthorised")
    lines += [
        f"重复的凭证行 / voucher lines that came twice ({line['rule']}): {line['deliverer']}, {line['other']}: "
        f"{line['records']:,} 条 / records"
        for line in figures["contested_lines"][:_MOST_LINES]
    ]
    if figures["unnamed_authorities"]:
        lines.append(unnamed_line(figures["unnamed_authorities"], figures["first_deliverer"]))
    return lines


def unnamed_line(authorities: list[str], first_deliverer: str | None) -> str:
    """That authorities are not named, what holds meanwhile, and what to do."""
    meanwhile = (
        f"；组织机构暂以最先交付的 {first_deliverer} 为准 / organisations are taken from {first_deliverer} meanwhile, who was the first"
        if first_deliverer
        else ""
    )
    return (
        f"未指定的部门 / authorities that are not named: {', '.join(authorities)}: 各单位只能代自己和下属单位交付 / units speak for "
        f"themselves and their subordinates alone{meanwhile}。请写入 / write their units' codes into policy/authority_unit.csv"
    )


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
    say(
        f"追溯 / trace: shuzhang trace report.form_r1 period={period} report_kind=government level=city entity_code=city --verify"
    )


def show_tree(tree: Tree) -> None:
    _OUT.print(tree, highlight=False, soft_wrap=True)


def show_trace(found: Trace) -> None:
    """A trace: the row, how many rows of each table took part, and each source in lines of its own."""
    say(found.table)
    _say_fields({name: "" if value is None else str(value) for name, value in found.row.items()})
    say("\n参与的行 / rows that took part")
    counts = {step["table"]: f"{step['rows']:,}" for step in found.steps}
    widest = max(map(len, counts.values()), default=0)
    _say_fields({table: count.rjust(widest) for table, count in counts.items()})
    say("\n来源 / sources")
    for source in found.sources:
        say(f"── {source['table']} ──")
        raw = " ".join((source["raw"] or "").split())
        fields = {
            "单位 deliverer": source["deliverer"],
            "文件 file": source["file"],
            "位置 place": source["pointer"],
            "原文 text": raw if len(raw) <= _SHOWN_CHARS else raw[: _SHOWN_CHARS - 1] + "…",
            "SHA-256": source["sha256"][:12],
        }
        _say_fields({name: value for name, value in fields.items() if value})
    say(f"来源 / sources: {len(found.sources)} / {found.source_count}")
    if found.verified is not None:
        say("已验证：由保存的字节推得同一行 / verified" if found.verified else "验证失败 / NOT verified")
    for line in (*found.differences, *found.unproven):
        warn(line)


def _say_fields(fields: Mapping[str, str]) -> None:
    width = max(map(cell_len, fields), default=0)
    for name, value in fields.items():
        say_hanging("  " + name + " " * (width - cell_len(name)) + "  ", value)


class RunDisplay:
    """Progress of a run, n of N and the time left: a bar on a terminal, a line a table elsewhere."""

    def __init__(self) -> None:
        self._progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            TextColumn("剩余约 / left"), TimeRemainingColumn(elapsed_when_finished=False),
            console=_OUT, disable=not _OUT.is_terminal,
        )  # fmt: skip
        self._task = self._progress.add_task("", total=None)

    def __enter__(self) -> "RunDisplay":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def start(self, period: str, total: int) -> None:
        self._progress.reset(self._task, total=total, start=True, description=f"{period}: {total} 张表 / tables")
        if self._progress.disable and total:
            say(f"{period}: {total} 张表待生成 / tables to build")

    def advance(self, table: str) -> None:
        self._progress.update(self._task, advance=1, description=table)
        if self._progress.disable:
            task = self._progress.tasks[0]
            # Elsewhere Rich reckons no speed; tables take about as long as those before them.
            left = (task.elapsed or 0) / task.completed * ((task.total or task.completed) - task.completed)
            say(
                f"  {task.completed:.0f} / {task.total or 0:.0f}  {table}  剩余约 / left {timedelta(seconds=round(left))}"
            )
