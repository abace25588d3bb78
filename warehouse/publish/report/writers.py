"""The formats of a report: each with its file, the door whose readers it is for, and what it is.

A version has a folder a door: `open` for everybody, `internal` for the units and departments, `audit` with the delivered text. Belongs
here: which formats there are, and who reads them. Does not belong here: how a format looks (a module each), what a door lets through
(`door.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import duckdb

from readers.policy.files import PolicyOnDay
from warehouse import queries
from warehouse.building.build import parameters
from warehouse.publish.report.analysis_document import write_analysis
from warehouse.publish.report.brief_document import write_brief
from warehouse.publish.report.cell_table import write_cell_table
from warehouse.publish.report.data_files import write_csv, write_database, write_parquet
from warehouse.publish.report.door import Door
from warehouse.publish.report.edition import AUDIT, INTERNAL, OPEN, Report
from warehouse.publish.report.notes_document import write_notes
from warehouse.publish.report.open_catalogue import write_catalogue
from warehouse.publish.report.open_dataset import Terms
from warehouse.publish.report.overview import write_overview
from warehouse.publish.report.page import write_page
from warehouse.publish.report.trace_page import write_trace_page
from warehouse.publish.report.workbook import write_workbook
from warehouse.store.lake import Lake


@dataclass(frozen=True)
class Source:
    """What a format may ask beside the report: the lake, a connection that reads it at the report's snapshot, and the policy of the day."""

    lake: Lake
    connection: duckdb.DuckDBPyConnection
    policy: PolicyOnDay


class Writer(NamedTuple):
    """A format. file_name: what it writes into its door's folder, a file or a folder. what: what the reader is told of it. is_of_city:
    whether it is of the whole city and stands in no report of a part."""

    door: str
    file_name: str
    what: str
    write: Callable[[Source, Report, Path], object]
    is_of_city: bool = False

    @property
    def place(self) -> str:
        return f"{self.door}/{self.file_name}"


def write_formats(source: Source, report: Report, folder: Path, writers: Sequence[Writer]) -> dict[str, Report]:
    """Write every format into its door's folder, each from what its door lets through; and that, of each door and of the open one.

    Raises:
        DoorError: something would pass that may not.
    """
    passed: dict[str, Report] = {}
    for name in dict.fromkeys([OPEN, *(writer.door for writer in writers)]):
        door = Door.of(name, source.lake.tables, source.connection, source.policy)
        passed[name] = door.through(report)
        door.keep(passed[name])
    for writer in writers:
        (folder / writer.door).mkdir(exist_ok=True)
        writer.write(source, passed[writer.door], folder / writer.door / writer.file_name)
    return passed


def _plain(write: Callable[[Report, Path], object]) -> Callable[[Source, Report, Path], object]:
    return lambda _, report, target: write(report, target)


def _folder(write: Callable[[Report, Path], object]) -> Callable[[Source, Report, Path], object]:
    def into(_: Source, report: Report, target: Path) -> None:
        target.mkdir()
        write(report, target)

    return into


def _brief(_: Source, report: Report, target: Path) -> None:
    write_brief(report, target, target.with_suffix(".pdf"))


def _overview(source: Source, report: Report, target: Path) -> None:
    door, edition = Door.of(OPEN, source.lake.tables, source.connection, source.policy), report.edition
    write_overview(source.connection, target, door=door, name=edition.scope.name, period=edition.period)


def _catalogue(source: Source, report: Report, target: Path) -> None:
    target.mkdir()
    text = queries.text("open_catalogue_terms")
    said: Mapping[str, str] = dict(source.connection.execute(text, parameters(text, report.edition.period)).fetchall())
    terms = Terms(
        said["address"],
        said["title"],
        said["description"],
        said["publisher"],
        source.policy.day,
        said.get("licence"),
        said.get("contact_name"),
        said.get("contact_email"),
    )
    write_catalogue(source.lake.tables, source.connection, source.policy, terms, target)


#: The formats, in the order in which the reader is told of them; every one is written from the same report.
WRITERS: Sequence[Writer] = (
    Writer(
        OPEN,
        "report.html",
        "网页报告，离线打开 / the report as a page that opens offline",
        lambda _, report, target: write_page(report, target, trace_href=None),
    ),
    Writer(
        OPEN,
        "overview.html",
        "公共数据目录概览：资源、质量、分级和可以开放的范围 / the catalogue: resources, quality, grades and what may be opened",
        _overview,
        is_of_city=True,
    ),
    Writer(OPEN, "report.xlsx", "报表 / the forms as a workbook", _plain(write_workbook)),
    Writer(
        OPEN, "brief.docx", "提请审议的简要报告，另有 PDF / the brief for the standing committee, also as PDF", _brief
    ),
    Writer(OPEN, "csv", "报表 CSV / the forms as CSV", _folder(write_csv)),
    Writer(OPEN, "catalogue", "开放目录 DCAT-AP 3、DCAT-US 3 / the open catalogue", _catalogue),
    Writer(INTERNAL, "report.xlsx", "报表 / the forms as a workbook", _plain(write_workbook)),
    Writer(INTERNAL, "analysis.docx", "分析报告 / the analysis", _plain(write_analysis)),
    Writer(INTERNAL, "notes.docx", "填报说明 / the notes", _plain(write_notes)),
    Writer(
        AUDIT,
        "report.html",
        "网页报告，数字链接到追溯 / the report as a page, figures linked to their traces",
        lambda _, report, target: write_page(report, target, trace_href="trace.html"),
    ),
    Writer(
        AUDIT,
        "trace.html",
        "每个数字的追溯 / the trace of every figure",
        lambda source, report, target: write_trace_page(source.lake, report, target),
    ),
    Writer(AUDIT, "report.duckdb", "报表数据库 / the forms as a DuckDB file", _plain(write_database)),
    Writer(AUDIT, "parquet", "报表 Parquet 数据包 / the forms as Parquet, a data package", _folder(write_parquet)),
    Writer(
        AUDIT,
        "cells.csv",
        "全部数字，一格一行 / all figures, a row a cell",
        lambda _, report, target: write_cell_table(report, target.parent),
    ),
)
