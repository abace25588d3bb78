"""`shuzhang diff`: two months of a report, cell by cell, with causes.

Belongs here: the command and how it looks, in 80 columns. Does not belong here: comparing (`warehouse/publish/report/comparison.py`).
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Annotated

import typer

from pipelines.cli import console
from pipelines.cli.home_option import HomeOption, opened
from pipelines.cli.publish import KindOption, ScopeOption
from pipelines.misuse import MisuseError
from readers.near import near
from warehouse.asking.query import Answer
from warehouse.building.removal import built_periods, no_such_period
from warehouse.publish.report.cells import ADDED, CHANGED
from warehouse.publish.report.comparison import compare
from warehouse.publish.report.restatement import Restated
from warehouse.publish.report.scope import ScopeError, entities, kind_of, scope_of
from warehouse.store.lake import Lake
from warehouse.tables.periods import is_period, told

#: Of a form so many rows are shown as text; files of both other formats have all.
_SHOWN_ROWS = 40


def diff(
    before: Annotated[str, typer.Argument(help="较早的期间 / the earlier period", metavar="YYYY-MM")],
    after: Annotated[str, typer.Argument(help="较晚的期间 / the later period", metavar="YYYY-MM")],
    scope: ScopeOption = "city",
    kind: KindOption = None,
    form: Annotated[str | None, typer.Option(help="只比较这张表 / this form alone", metavar="FORM")] = None,
    traces: Annotated[
        int, typer.Option(min=0, help="变动不能说明的数字追溯的次数 / pairs of traces of what no movement explains")
    ] = 6,
    output: Annotated[console.Format, typer.Option("--format", help="输出格式 / output format")] = console.Format.TABLE,
    home: HomeOption = None,
) -> None:
    """比较两个期间的报告，逐格列出差异和原因 / two months of a report compared, cell by cell, with causes."""
    lake = Lake(opened(home))
    for period in (before, after):
        if not is_period(period):
            raise MisuseError(told(period))
    if before >= after:
        raise MisuseError(f"{before} {after}: 应先写较早的期间 / the earlier period is wanted first")
    built = built_periods(lake)
    for period in (before, after):
        if period not in built:
            raise no_such_period(period, built)
    try:
        with lake.reading() as connection:
            whose = scope_of(scope, entities(connection, after))
            report_kind, _ = kind_of(connection, kind, whose, after)
    except ScopeError as error:
        raise MisuseError(str(error)) from error
    found = compare(lake, whose, report_kind, before, after, form=form, most_traces=traces)
    if form is not None and form not in found.forms:
        raise MisuseError(f"--form {form}: 报告没有这张表 / the report has no such form{near(form, found.forms)}")
    if output is console.Format.TABLE:
        _show(before, after, found.lines)
    else:
        names = ["form", "row_name", "row_key", "column", "label", "change", "before", "after", "difference", "causes"]
        console.show(Answer(names, [line.values for line in found.lines]), output)
    for months in found.lacking:
        console.warn(
            f"{months}: 该年度未生成到底，其间的变动不在所列之中 / not built to its end: what moved then is not told"
        )


def _show(before: str, after: str, lines: Sequence[Restated]) -> None:
    console.say(f"{before} → {after}: {len(lines):,} 格不同 / cells differ")
    for form, of_form in groupby(lines, key=lambda line: line.change.form):
        rows: dict[str, list[Restated]] = {}
        for line in of_form:
            rows.setdefault(line.change.row_key, []).append(line)
        console.say(f"\n{form}: {len(rows):,} 行 / rows")
        for of_row in [*rows.values()][:_SHOWN_ROWS]:
            _show_row(of_row)
        if (more := len(rows) - _SHOWN_ROWS) > 0:
            console.say(f"另有 {more:,} 行，用 --format csv 列出全部 / more rows; --format csv has all")


def _show_row(lines: Sequence[Restated]) -> None:
    first = lines[0].change
    console.say_hanging("  ", f"{first.row_name}  {first.shown_key}")
    if first.kind != CHANGED:
        console.say_hanging("    ", "新增的行 / new row" if first.kind == ADDED else "不再有的行 / row that is no more")
        lines = lines[:1]
    for line in lines:
        one = line.change
        if one.kind == CHANGED:
            by = f"  ({one.difference:+,})" if one.difference is not None else ""
            console.say_hanging("    ", f"{one.label}  {_number(one.before)} → {_number(one.after)}{by}")
        for cause in line.causes:
            console.say_hanging("      · ", str(cause))


def _number(text: str | None) -> str:
    """A number with its thousands apart; another text as it is."""
    if text is None:
        return "∅"
    whole, dot, cents = text.lstrip("-").partition(".")
    if not whole.isdigit() or (dot and not cents.isdigit()):
        return text
    return f"{'-' if text.startswith('-') else ''}{int(whole):,}{dot}{cents}"
