"""`shuzhang trace`, `verify`: where a row comes from, and the proof that tables come from the kept bytes.

Belongs here: the commands. Does not belong here: the walk and the proof (`warehouse/trace`), how a trace looks (`console.py`).
"""

from typing import Annotated

import typer

from pipelines.cli import console
from pipelines.cli.home_option import HomeOption, opened
from pipelines.misuse import MisuseError
from warehouse.intake.received import damaged
from warehouse.store.lake import Lake
from warehouse.trace.proof import prove
from warehouse.trace.tracer import trace as trace_row


def trace(
    table: Annotated[str, typer.Argument(help="阶段.表 / stage.table")],
    key: Annotated[list[str], typer.Argument(help="键 / KEY=VALUE ...")],
    column: Annotated[str | None, typer.Option(help="只追溯影响该列的行 / what influences this column alone")] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="从保存的字节重新推得并比较 / prove it from the kept bytes")
    ] = False,
    limit: Annotated[int, typer.Option(min=0, help="列出的来源数 / sources listed")] = 20,
    offset: Annotated[int, typer.Option(min=0)] = 0,
    json: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")] = False,
    home: HomeOption = None,
) -> None:
    """一行由哪些行得来，直到交付的字节 / the rows that took part in a row, down to the delivered bytes."""
    wrong = [part for part in key if "=" not in part]
    if wrong:
        raise MisuseError(f"{wrong[0]}: KEY=VALUE is wanted 键应写作 列名=值")
    values = dict(part.split("=", 1) for part in key)
    found = trace_row(Lake(opened(home)), table, values, column=column, verify=verify, limit=limit, offset=offset)
    if json:
        console.print_json(found.document())
    else:
        console.show_trace(found)
    if found.verified is False:
        raise typer.Exit(1)


def verify(
    tables: Annotated[
        list[str] | None,
        typer.Argument(help="阶段.表，缺省为全部推得的表 / stage.table ..., default all derived tables"),
    ] = None,
    rows: Annotated[int, typer.Option(min=1, help="每张表抽取的行数 / rows drawn of each table")] = 20,
    seed: Annotated[int, typer.Option(help="同一种子抽取同样的行 / the same seed draws the same rows")] = 1,
    read_bytes: Annotated[
        bool, typer.Option("--bytes", help="并把保存的每个字节读一遍 / and read every kept byte once")
    ] = False,
    home: HomeOption = None,
) -> None:
    """证明：各表行集与提交时一致，抽取的行由保存的字节推得 / prove each table's set of rows, and rows drawn of it from the kept bytes."""
    lake, failed = Lake(opened(home)), False
    unproven: set[str] = set()
    if read_bytes:
        for line in damaged(lake.home):
            failed = True
            console.warn(line)
    for proof in prove(lake, rows=rows, seed=seed, tables=tables or ()):
        failed |= bool(proof.failures)
        verdict = "不一致 / DIFFERENT" if proof.failures else "一致 / proven"
        console.say(f"{proof.table}: {proof.sampled} / {proof.row_count} 行 rows, {verdict}")
        for failure in proof.failures:
            console.warn(failure)
        unproven.update(proof.unproven)
    for line in sorted(unproven):
        console.warn(line)
    if failed:
        raise typer.Exit(1)
