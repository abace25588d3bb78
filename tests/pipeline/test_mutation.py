"""An amount that is delivered anew changes the cells that depend on it and no other, in every format alike.

Each format is read back by something else than what wrote it, and holds every figure of the report that its door lets through, before
and after; so what differs between two of its files is what differs between the reports.
"""

import csv
import hashlib
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import docx
import duckdb
import openpyxl
import pyarrow.parquet as pq
import pypdf
import pytest

from tests.homes import ask, deliver_files, run_home
from tests.report_cells import plain
from tests.reports import PageReader
from tests.workbooks import assert_shows
from warehouse.intake.deliveries import Intake
from warehouse.publish.report.cells import cells
from warehouse.publish.report.data_tables import form_tables
from warehouse.publish.report.edition import AUDIT, INTERNAL, OPEN, Report
from warehouse.publish.report.publish import publish
from warehouse.publish.report.workbook import CHECKS, CONTENTS, NOTES
from warehouse.publish.report.writers import WRITERS, Writer
from warehouse.store.home import Home
from warehouse.store.lake import Lake
from warehouse.tables.definitions import all_tables
from warehouse.trace.graph import ColumnRef, LineageGraph

PERIOD = "2026-06"
ADDED = Decimal("100.00")
COST = "closing_cost_cny"
NONE = Decimal(0)
#: A figure: form, key of its row, column.
Figure = tuple[str, tuple[str, ...], str]
Figures = Mapping[Figure, Decimal]


@dataclass(frozen=True)
class Version:
    """folder: of the files. reports: by door, what its formats were written from."""

    folder: Path
    reports: Mapping[str, Report]


def _published(home: Home, folder: Path) -> Version:
    reports: dict[str, Report] = {}
    seeing = [
        Writer(door, "seen", "", lambda _, report, __, door=door: reports.update({door: report}))
        for door in (OPEN, INTERNAL, AUDIT)
    ]
    made = publish(Lake(home), PERIOD, writers=[*WRITERS, *seeing]).folder
    shutil.copytree(made, folder)
    return Version(folder, reports)


def _figures(report: Report) -> Figures:
    found: dict[Figure, Decimal] = {}
    for page in report.pages:
        for key, row in zip(page.keys, page.rows, strict=True):
            for column, value in zip(page.columns, row, strict=True):
                if isinstance(value, int | Decimal) and not isinstance(value, bool):
                    found[page.form, key, column.name] = Decimal(value)
    return found


def _of_tables(report: Report, rows_of: Mapping[str, list[dict[str, Any]]]) -> Figures:
    """The figures of tables by name, of which each row has its columns by name."""
    shown = {(page.form, column.name) for page in report.pages for column in page.columns}
    keys = {page.form: page.table.key for page in report.pages}
    found: dict[Figure, Decimal] = {}
    for table in form_tables(report):
        if table.name.endswith("_before"):
            continue
        for row in rows_of[table.name]:
            key = tuple(str(row[name]) for name in keys[table.form])
            for column in table.columns:
                value = row[column.name]
                is_number = column.type.startswith(("DECIMAL", "BIGINT", "INTEGER"))
                if (table.form, column.name) in shown and is_number and value not in (None, ""):
                    found[table.form, key, column.name] = Decimal(str(value))
    return found


def _database(report: Report, file: Path) -> Figures:
    with duckdb.connect(str(file), read_only=True) as plainly:
        rows = {}
        for table in form_tables(report):
            result = plainly.execute(f'FROM "{table.name}"')
            names = [one[0] for one in result.description]
            rows[table.name] = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    return _of_tables(report, rows)


def _parquet(report: Report, folder: Path) -> Figures:
    tables = form_tables(report)
    return _of_tables(report, {t.name: pq.read_table(folder / f"{t.name.lower()}.parquet").to_pylist() for t in tables})


def _csv(report: Report, folder: Path) -> Figures:
    rows = {}
    for table in form_tables(report):
        with (folder / f"{table.name.lower()}.csv").open(encoding="utf-8-sig", newline="") as lines:
            cells_of = list(csv.reader(lines))[1:]
        names = [column.name for column in table.columns]
        rows[table.name] = [dict(zip(names, row, strict=True)) for row in cells_of]
    return _of_tables(report, rows)


def _page(report: Report, file: Path) -> Figures:
    reader = PageReader(file.read_text("utf-8"))
    found: dict[Figure, Decimal] = {}
    for number, page in enumerate(report.pages):
        data = reader.data(number)
        for key, row in zip(page.keys, data["rows"], strict=True):
            for (name, _, _, _, look), value in zip(data["headings"], row, strict=True):
                if look in ("count", "money", "percent") and value is not None:
                    found[page.form, key, name] = Decimal(value)
    return found


def _cells_file(report: Report, file: Path) -> Mapping[tuple[str, str, str], str]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {(row["报表"], row["栏"], row["行键"]): row["数值"].removeprefix("'") for row in rows}


def _assert_whole(version: Version) -> None:
    """Insist that every format has every figure that its door lets through, and is the file that the version's sums name."""
    folder, reports = version.folder, version.reports
    for writer in WRITERS:
        assert (folder / writer.place).exists(), writer.place
    for line in (folder / "SHA256SUMS").read_text("utf-8").splitlines():
        sha256, _, name = line.partition("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sha256
    for door in (OPEN, INTERNAL):
        book = openpyxl.load_workbook(folder / door / "report.xlsx", data_only=True)
        assert assert_shows(book, reports[door].pages, (CONTENTS, CHECKS, NOTES)) > 100
    audit, opened = reports[AUDIT], reports[OPEN]
    assert _database(audit, folder / AUDIT / "report.duckdb") == _figures(audit)
    assert _parquet(audit, folder / AUDIT / "parquet") == _figures(audit)
    assert _page(audit, folder / AUDIT / "report.html") == _figures(audit)
    assert _page(opened, folder / OPEN / "report.html") == _figures(opened)
    assert _csv(opened, folder / OPEN / "csv") == _figures(opened)
    kept = _cells_file(audit, folder / AUDIT / "cells.csv")
    assert len(kept) == len(plain(cells(audit.pages)))
    # The documents show what the city has: in tables to the cent.
    (cost,) = (v for (form, key, name), v in _figures(opened).items() if (form, key[2], name) == ("r1", "city", COST))
    said = "".join(
        cell.text for table in docx.Document(str(folder / OPEN / "brief.docx")).tables for cell in table._cells
    )
    assert f"{cost:,}" in said
    pages = "".join(page.extract_text() for page in pypdf.PdfReader(folder / OPEN / "brief.pdf").pages)
    assert f"{cost:,}" in re.sub(r"\s", "", pages)


def _decoded(data: bytes) -> tuple[str, str]:
    """What the file says and how it is written: UTF-8, else GB 18030."""
    try:
        return "utf-8", data.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030", data.decode("gb18030")


def _delivered_anew(
    home: Home, delivery_id: str, amount: Decimal, folder: Path, kind: str, line_has: Sequence[str] = ()
) -> None:
    """Deliver a file again with one amount 100 more than it was: the last that is so much, in the one line that has all of it."""
    (delivery,) = [one for one in Intake(home).deliveries() if one.delivery_id == delivery_id]
    data = home.read(delivery.files[0].sha256)
    encoding, text = _decoded(data)
    (line,) = [one for one in text.splitlines() if all(part in one for part in (*line_has, f"{amount}"))]
    before, _, after = line.rpartition(f"{amount}")
    folder.mkdir()
    file = folder / delivery.files[0].name
    file.write_bytes(text.replace(line, f"{before}{amount + ADDED}{after}").encode(encoding))
    deliver_files(home, [file], delivery.deliverer_code, kind, "2026-08-20")
    run_home(home, period=PERIOD)


@pytest.fixture(scope="module")
def home(few: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(shutil.copytree(few.root, tmp_path_factory.mktemp("mutation") / "home"))


@pytest.fixture(scope="module")
def before(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Version:
    return _published(home, tmp_path_factory.mktemp("before") / "v")


def _changed(before: Version, after: Version) -> dict[Figure, Decimal]:
    """What differs in the audit's edition, and by how much."""
    old, new = _figures(before.reports[AUDIT]), _figures(after.reports[AUDIT])
    return {at: new.get(at, NONE) - old.get(at, NONE) for at in {**old, **new} if old.get(at) != new.get(at)}


def _reached(source: str) -> set[tuple[str, str]]:
    """Tables and columns that are made of a column."""
    graph = LineageGraph(all_tables())
    table, column = source.rsplit(".", 1)
    return {(edge.target.table, edge.target.column) for edge in graph.down([ColumnRef(table, column)])}


def _entities(home: Home, unit: str) -> set[tuple[str, str]]:
    return {
        *ask(
            home,
            "SELECT level, entity_code FROM report.placement WHERE unit_code = $unit AND period = $period",
            unit=unit,
            period=PERIOD,
        )
    }


def _rows(version: Version) -> set[tuple[str, tuple[str, ...]]]:
    return {(page.form, key) for page in version.reports[AUDIT].pages for key in page.keys}


def _assert_within(
    changed: Mapping[Figure, Decimal],
    before: Version,
    version: Version,
    source: str,
    entities: set[tuple[str, str]],
    assets: tuple[str, ...],
) -> None:
    """
    Insist that what changed is made of the source, in rows of the unit, of the asset and of those that it is part of.

    A row that came or went, such as a check that fails now, has figures that changed in no other way: something of it is
    made of the source.
    """
    made_of, tables = _reached(source), {page.form: page.table for page in version.reports[AUDIT].pages}
    came_or_went = _rows(before) ^ _rows(version)
    for form, key, column in changed:
        names = [column]
        if (form, key) in came_or_went:
            names = [one.name for one in tables[form].columns]
        assert any((tables[form].qualified, name) in made_of for name in names), (form, column)
        of = dict(zip(tables[form].key, key, strict=True))
        if "level" in of:
            assert (of["level"], of["entity_code"]) in entities, (form, key)
        else:
            assert any(own in value for value in key for own in assets), (form, key)


def test_a_cost_that_is_delivered_anew(home: Home, before: Version, tmp_path: Path) -> None:
    _assert_whole(before)
    ((delivery, amount, unit, card),) = ask(
        home,
        "SELECT l.delivery_id, l.amount_cny, c.holder_code, c.card_id FROM valuation.cost_line AS l "
        "JOIN registry.asset_card AS c USING (resource_id) "
        "WHERE l.treatment = 'capitalised' AND NOT l.is_held AND l.posted_date >= DATE '2026-01-01' "
        "ORDER BY l.posted_date, l.amount_cny LIMIT 1",
    )
    entities = _entities(home, unit)
    _delivered_anew(home, delivery, amount, tmp_path / "anew", "costs")
    after = _published(home, tmp_path / "after")
    _assert_whole(after)
    changed = _changed(before, after)
    _assert_within(changed, before, after, "delivered.cost.amount_cny", entities, (unit, card))
    costs = {key[2:]: by for (form, key, column), by in changed.items() if form == "r1" and column == COST}
    assert costs == dict.fromkeys(entities, ADDED)
    listed = {key: by for (form, key, column), by in changed.items() if form == "asset_list" and column == COST}
    assert listed == {(PERIOD, card): ADDED}


@pytest.mark.long
def test_a_balance_that_is_delivered_anew(home: Home, before: Version, tmp_path: Path) -> None:
    """What the ledger says changes no figure of the assets: only what is compared with it."""
    ((delivery, amount, unit, code, card),) = ask(
        home,
        "SELECT l.delivery_id, l.closing_cny, l.holder_code, l.resource_code, c.card_id FROM delivered.ledger AS l "
        "JOIN registry.asset_card AS c USING (holder_code, resource_code) "
        "WHERE l.period = $period AND l.account_code = '1701' ORDER BY l.closing_cny DESC LIMIT 1",
        period=PERIOD,
    )
    entities = _entities(home, unit)
    earlier = _published(home, tmp_path / "earlier")
    _delivered_anew(home, delivery, amount, tmp_path / "anew", "ledger", (PERIOD, "1701", code))
    after = _published(home, tmp_path / "after")
    _assert_whole(after)
    changed = _changed(earlier, after)
    _assert_within(changed, earlier, after, "delivered.ledger.closing_cny", entities, (unit, card))
    shown = {
        name: {key[2:]: by for (form, key, column), by in changed.items() if (form, column) == ("r5", name)}
        for name in ("ledger_cost_cny", "ledger_net_cny", "difference_cost_cny", "difference_net_cny", "card_cost_cny")
    }
    assert shown["ledger_cost_cny"] == shown["ledger_net_cny"] == dict.fromkeys(entities, ADDED)
    assert shown["difference_cost_cny"] == shown["difference_net_cny"] == dict.fromkeys(entities, -ADDED)
    assert shown["card_cost_cny"] == {}
    assert "r1" not in {form for form, _, _ in changed}
