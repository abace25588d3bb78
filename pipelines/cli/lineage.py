"""`shuzhang lineage`: columns of the lake, up to the delivered files and down to the report.

Belongs here: the command and how it looks as text. Does not belong here: the graph (`warehouse/trace/graph.py`) or the page
(`warehouse/publish/lineage_page.py`).
"""

import enum
from pathlib import Path
from typing import Annotated

import typer
from rich.tree import Tree

from pipelines.cli import console
from pipelines.cli.home_option import chosen
from pipelines.misuse import MisuseError
from warehouse.publish.lineage_page import first_keys, lineage_file, lineage_page, publish_lineage
from warehouse.store.disk import placed
from warehouse.store.home import HOME_VARIABLE, Home
from warehouse.store.lake import Lake
from warehouse.tables.own_forms import home_tables
from warehouse.trace.graph import DELIVERED, ColumnRef, Edge, LineageGraph


class LineageFormat(enum.StrEnum):
    """How lineage is shown."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"


def lineage(
    column: Annotated[
        str | None, typer.Argument(help="阶段.表[.列]，缺省为整个湖 / stage.table[.column], default the whole lake")
    ] = None,
    up: Annotated[bool, typer.Option("--up", help="只看来源 / only what it is made of")] = False,
    down: Annotated[bool, typer.Option("--down", help="只看去向 / only what is made of it")] = False,
    filters: Annotated[bool, typer.Option("--filters", help="含筛选影响 / with what only filters")] = False,
    output: Annotated[LineageFormat, typer.Option("--format", help="输出格式 / output format")] = LineageFormat.TEXT,
    target: Annotated[
        Path | None, typer.Option("--output", "-o", help="html 写入的文件 / the file for html, default lineage.html")
    ] = None,
    home: Annotated[
        Path | None,
        typer.Option(
            "--home", envvar=HOME_VARIABLE, help="html 示例取键的家目录 / home of the keys in html's examples"
        ),
    ] = None,
) -> None:
    """列级血缘：从交付文件到报告 / column lineage, from the delivered files to the report."""
    graph = LineageGraph(home_tables(chosen(home).policy))
    if output is LineageFormat.HTML:
        _write_page(graph, column, target or Path("lineage.html"), chosen(home))
        return
    if target is not None:
        raise MisuseError("--output is for --format html 仅用于 html")
    both = up == down
    start = graph.find(column) if column else []
    if column is None:
        found = [edge for edge in graph.edges if filters or edge.influence == "value"]
    else:
        above = graph.up(start, filters=filters) if up or both else []
        below = graph.down(start, filters=filters) if down or both else []
        found = sorted({*above, *below})
    if output is LineageFormat.JSON:
        console.print_json(graph.document(found, start))
        return
    for ref in start or sorted({edge.target for edge in found}):
        if up or both:
            console.show_tree(_tree(graph, ref, found, upwards=True))
        if down or (both and column):
            console.show_tree(_tree(graph, ref, found, upwards=False))


def _write_page(graph: LineageGraph, column: str | None, target: Path, home: Home) -> None:
    """The page of the whole lake; a table or column given is named as the place in it to open."""
    if column is not None:
        graph.find(column)
    if not target.absolute().parent.is_dir():
        raise MisuseError(f"{target.parent}: no such folder 文件夹不存在")
    # A home is not made for this: the page needs none, but names real rows where there are some.
    if target.absolute() == lineage_file(home).absolute():
        publish_lineage(Lake(home))
    else:
        keys = first_keys(Lake(home)) if home.lake.is_dir() else None
        with placed(target, "lineage") as aside:
            aside.write_text(lineage_page(graph.tables, keys), "utf-8")
    place = f"#{column}" if column else ""
    console.say(f"{target.absolute().as_uri()}{place}: 血缘页已写出 / lineage page written")


def _tree(graph: LineageGraph, ref: ColumnRef, edges: list[Edge], *, upwards: bool) -> Tree:
    """The ways from a column; a column that was shown already is only named again."""
    head = "来源 made of" if upwards else "去向 used by"
    tree, shown = Tree(f"{_named(graph, ref)}  ({head})"), {ref}
    waiting = [(tree, ref)]
    while waiting:
        branch, at = waiting.pop(0)
        for edge in edges:
            here, there = (edge.target, edge.source) if upwards else (edge.source, edge.target)
            if here != at:
                continue
            mark = "" if edge.influence == "value" else " [dim](筛选 filter)[/dim]"
            again = there in shown and graph.tables[there.table].model is not None
            child = branch.add(f"{_named(graph, there)}{mark}{' [dim]…[/dim]' if again else ''}")
            if there not in shown:
                shown.add(there)
                waiting.append((child, there))
    return tree


def _named(graph: LineageGraph, ref: ColumnRef) -> str:
    table = graph.tables[ref.table]
    label = next(c.label for c in table.columns if c.name == ref.column)
    delivered = "" if table.model else f"  ← {DELIVERED}"
    return f"[bold]{ref}[/bold] {label}{delivered}"
