"""The overview of a catalogue, for a home that has no register too: resources, quality, grades, and what may be opened, as one page.

Belongs here: which figures it has; all are counted in the lake. Of a resource that may not be opened no title is told. Does not belong
here: how the page looks and acts (`html/report.*`).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from warehouse import queries
from warehouse.publish.report.charts import Point, bar_chart, largest_first
from warehouse.publish.report.door import Door
from warehouse.publish.report.view import MOST_ROWS, Heading, Headline, Sheet, View, write_view

_PIECES = ("个", "resources")
_COUNTS = (
    Heading("open_count", "开放", "无条件开放", "open", "count"),
    Heading("conditional_count", "开放", "受限开放", "open on conditions", "count"),
    Heading("closed_count", "开放", "不开放", "not open", "count"),
    Heading("undeclared_count", "开放", "未声明", "not declared", "count"),
)
_RATES = (
    Heading("score_pct", "质量", "得分（%）", "quality score (%)", "percent"),
    Heading("assessed_pct", "质量", "已评价（%）", "assessed (%)", "percent"),
)
_RESOURCES = Heading("resource_count", "", "资源数", "resources", "count")
_HOLDERS = (
    Heading("holder_name", "", "提供方", "holder", "text"),
    Heading("holder_code", "", "代码", "code", "text"),
    _RESOURCES,
    *_RATES,
    *_COUNTS,
)
_OPEN = (
    Heading("title", "", "信息资源", "resource", "text"),
    Heading("resource_code", "", "代码", "code", "text"),
    Heading("holder_name", "", "提供方", "holder", "text"),
    Heading("grade_label", "", "分级", "grade", "text"),
    Heading("open_access", "", "可以开放到", "may be opened", "text"),
    Heading("update_cycle_label", "", "更新周期", "update cycle", "text"),
    Heading("open_measures", "", "开放前的措施", "measures before", "note"),
)


def write_overview(connection: duckdb.DuckDBPyConnection, target: Path, *, door: Door, name: str, period: str) -> None:
    """Write the overview of the catalogue that a lake has. name: whose catalogue it is. period: of the report that it goes with."""
    holders, quality, grades, may_open = (
        door.cells(
            connection.execute(queries.text(f"overview_{question}")).fetchall(),
            named=(0,) if question == "open" else (),
        )
        for question in ("holders", "quality", "grades", "open")
    )
    quality_headings = (Heading("dimension", "", "维度", "dimension", "text"), *_RATES)
    grade_headings = (Heading("grade_label", "", "分级", "grade", "text"), _RESOURCES, *_COUNTS)
    charts = (
        bar_chart("grades", "按分级的资源数", "Resources by grade", _PIECES, _points(grades, 0, 1)),
        bar_chart("quality", "各维度的质量得分", "Quality by dimension", ("%", "%"), _points(quality, 0, 1)),
        bar_chart("holders", "按提供方的资源数", "Resources by holder", _PIECES, largest_first(_points(holders, 0, 2))),
    )
    view = View(
        title=f"{name}公共数据目录概览",
        about_zh=f"{period} 报告所附：信息资源、质量、分级和可以开放的范围；登记的资产和金额见报告",
        about_en=f"With the report of {period}: resources, quality, grades and what may be opened; assets and amounts are in the report",
        headlines=[*_headlines(holders, quality)],
        charts=[chart for chart in charts if chart],
        sheets=[
            _sheet("holders", "提供方", "Holders", _HOLDERS, holders),
            _sheet(
                "quality",
                "质量",
                "Quality",
                quality_headings,
                quality,
                "没有评价的不计分；已评价为所评价的权重占全部权重的比例。",
            ),
            _sheet("grades", "分级", "Grades", grade_headings, grades),
            _sheet("open", "可以开放的资源", "What may be opened", _OPEN, may_open, "不能开放的资源不列名称。"),
        ],
    )
    write_view(view, target)


def _headlines(holders: Sequence[Sequence[Any]], quality: Sequence[Sequence[Any]]) -> list[Headline]:
    score = quality[-1][1] if quality else None
    total, opened, conditional, closed, undeclared = (sum(row[place] for row in holders) for place in (2, 5, 6, 7, 8))
    return [
        Headline("信息资源", "Resources", f"{total:,}"),
        Headline("提供方", "Holders", f"{len(holders):,}"),
        Headline("质量得分（%）", "Quality score (%)", "未评价 not assessed" if score is None else f"{score}"),
        Headline("无条件开放", "Open", f"{opened:,}"),
        Headline("受限开放", "Open on conditions", f"{conditional:,}"),
        Headline("不开放", "Not open", f"{closed:,}"),
        Headline("未声明可否开放", "Opening not declared", f"{undeclared:,}"),
    ]


def _points(rows: Sequence[Sequence[Any]], label: int, value: int) -> list[Point]:
    return [Point(str(row[label]), str(row[label]), row[value]) for row in rows if row[value] is not None]


def _sheet(
    name: str, zh: str, en: str, headings: Sequence[Heading], rows: Sequence[Sequence[Any]], note: str = ""
) -> Sheet:
    return Sheet(name, zh, en, ((zh, en), ("", "")), note, headings, rows[:MOST_ROWS], whole=len(rows))
