"""A report as DuckDB file, Parquet with a data package, and CSV: opened by what is not ours, every figure as it was."""

import csv
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import report_files as cases
from frictionless import Package

from warehouse.publish.form_page import FormColumn
from warehouse.publish.report.data_files import write_csv, write_database, write_parquet
from warehouse.publish.report.data_tables import form_tables, table_name
from warehouse.publish.report.edition import Report

SHELL = Path(sys.executable).parent / "duckdb"
REPORT = cases.report()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("data") / "report.duckdb"
    write_database(REPORT, target)
    return target


@pytest.fixture(scope="module")
def database(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(file), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    write_parquet(REPORT, folder)
    return folder


def cells(report: Report) -> dict[tuple[str, str], Any]:
    """Every cell that pages show, by what leads to its sources."""
    return {
        (f"{page.form}{'_before' if page in report.before else ''}", page.reference(place, column.name)): cell
        for page in (*report.pages, *report.before)
        for place, row in enumerate(page.rows)
        for column, cell in zip(page.columns, row, strict=True)
    }


def _shell(file: Path, text: str) -> str:
    done = subprocess.run(  # noqa: S603
        [str(SHELL), "-no-init", "-bail", "-list", "-noheader", "-readonly", str(file)],
        input=text, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def test_a_plain_duckdb_opens_it(file: Path) -> None:
    out = _shell(
        file, "SELECT closing_cost_cny FROM r1 WHERE level = 'city'; SELECT text FROM README ORDER BY position LIMIT 1;"
    )
    assert out.splitlines() == ["999999999999999999.99", REPORT.edition.title]
    queries = duckdb.connect(str(file), read_only=True).execute("SELECT query FROM example_query").fetchall()
    assert _shell(file, ";\n".join(query for (query,) in queries) + ";")


def test_every_example_query_runs_and_finds_something(database: duckdb.DuckDBPyConnection) -> None:
    asked = database.execute("SELECT question, query FROM example_query ORDER BY position").fetchall()
    assert len(asked) > 8
    assert len({question for question, _ in asked}) == len(asked)
    for question, query in asked:
        assert database.execute(query).fetchall(), question


def test_the_long_view_has_every_cell_with_its_reference(database: duckdb.DuckDBPyConnection) -> None:
    rows = database.execute("SELECT table_name, trace, value_text, value_number, heading FROM cell").fetchall()
    wanted = cells(REPORT)
    assert {(table, trace): text for table, trace, text, *_ in rows} == {
        place: None if cell is None else str(cell) for place, cell in wanted.items()
    }
    assert len(rows) == len(wanted)
    for table, trace, _, number, _ in rows:
        cell = wanted[table, trace]
        assert number == (cell if isinstance(cell, int | Decimal) else None)
    assert {heading for *_, heading in rows} >= {"期末：原值", "单位"}


def test_tables_are_typed_and_commented(database: duckdb.DuckDBPyConnection) -> None:
    columns = database.execute(
        "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal AND table_name <> 'cell'"
    ).fetchall()
    types = {(table, column): type_ for table, column, type_, _ in columns}
    assert types["r1", "closing_cost_cny"] == "DECIMAL(20,2)"
    assert types["asset_list", "recognised_date"] == "DATE"
    assert all(comment and any("\u4e00" <= c <= "\u9fff" for c in comment) for *_, comment in columns)
    tables = database.execute("SELECT comment FROM duckdb_tables() WHERE NOT internal").fetchall()
    assert all(comment for (comment,) in tables)
    assert not any("DOUBLE" in type_ or "FLOAT" in type_ for type_ in types.values())


def test_a_row_of_several_sheets_stands_once(database: duckdb.DuckDBPyConnection) -> None:
    listed = cases.asset_list()
    twice = [
        listed,
        cases.page("report.asset_list", "asset_list", "首行", listed.columns, listed.rows[:1], listed.keys[:1]),
    ]
    (table,) = form_tables(Report(REPORT.edition, twice, [], [], []))
    assert len(table.rows) == len(listed.rows)
    shown = database.execute("SELECT sheet, count(*) FROM form_row WHERE table_name = 'r1' GROUP BY sheet ORDER BY ALL")
    assert shown.fetchall() == [("全市", 1), ("单位", 2)]


def test_checks_and_notes_are_there(database: duckdb.DuckDBPyConnection) -> None:
    found = database.execute("SELECT code, level, difference_text FROM form_check ORDER BY ALL").fetchall()
    assert found == [("R1-1", "city", "-1.00"), ("R1-1", "unit", "-1.00")]
    assert database.execute("SELECT text FROM note").fetchall() == [("有一个单位未报。",)]


def test_the_same_report_gives_the_same_bytes(tmp_path: Path) -> None:
    listed = cases.asset_list()
    rows = [(f"名称{number % 97}、{number}", *listed.rows[0][1:]) for number in range(3000)]
    many = cases.page(
        "report.asset_list", "asset_list", "清单", listed.columns, rows, [("2026-06", f"{n}") for n in range(3000)]
    )
    large = cases.report([*cases.sums(), many])
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        write_database(large, folder / "report.duckdb")
        write_parquet(large, folder / "parquet")
        write_csv(large, folder / "csv")
    one, two = (list(cases.bytes_of(tmp_path / name)) for name in ("one", "two"))
    assert [name for name, _ in one] == [name for name, _ in two]
    assert [name for (name, data), (_, again) in zip(one, two, strict=True) if data != again] == []


def test_nothing_is_left_beside_the_database(tmp_path: Path) -> None:
    for _ in range(2):
        write_database(REPORT, tmp_path / "report.duckdb")
        assert [path.name for path in tmp_path.iterdir()] == ["report.duckdb"]


def test_a_report_without_pages_is_written(tmp_path: Path) -> None:
    empty = Report(REPORT.edition, [], [], [], [])
    write_database(empty, tmp_path / "report.duckdb")
    write_parquet(empty, tmp_path / "parquet")
    write_csv(empty, tmp_path / "csv")
    with duckdb.connect(str(tmp_path / "report.duckdb")) as connection:
        assert connection.execute("SELECT count(*) FROM cell").fetchall() == [(0,)]
    assert Package(str(tmp_path / "parquet" / "datapackage.json")).validate().valid


def test_the_data_package_is_valid_and_read_with_equal_amounts(package: Path) -> None:
    file = package / "datapackage.json"
    report = Package(str(file)).validate()
    assert report.valid, report.to_summary()
    rows = Package(str(file)).get_table_resource("r1").read_rows()
    amounts = [Decimal("999999999999999999.99"), Decimal("-0.01"), None]
    assert [row["closing_cost_cny"] for row in rows] == amounts
    assert pq.read_table(package / "r1.parquet").column("closing_cost_cny").to_pylist() == amounts
    polars = pl.read_parquet(package / "r1.parquet")
    assert polars["closing_cost_cny"].to_list() == amounts
    assert polars.schema["closing_cost_cny"] == pl.Decimal(20, 2)
    assert polars["closing_count"].to_list() == [6, 5, None]


def test_the_package_says_what_its_files_are(package: Path) -> None:
    said = json.loads((package / "datapackage.json").read_text("utf-8"))
    assert said["title"] == REPORT.edition.title
    named = {resource["path"]: resource for resource in said["resources"]}
    assert set(named) == {path.name for path in package.glob("*.parquet")}
    for name, resource in named.items():
        data = (package / name).read_bytes()
        assert resource["fileBytes"] == len(data)
        assert resource["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
        schema = pq.read_schema(package / name)
        assert [field["name"] for field in resource["schema"]["fields"]] == schema.names
        assert [field["title"] for field in resource["schema"]["fields"]] == [
            schema.field(place).metadata[b"title"].decode() for place in range(len(schema))
        ]
    form = named["r1.parquet"]["schema"]
    assert form["primaryKey"] == ["period", "report_kind", "level", "entity_code"]
    (cost,) = [field for field in form["fields"] if field["name"] == "closing_cost_cny"]
    assert (cost["type"], cost["title"], cost["precision"], cost["scale"]) == ("number", "期末：原值", 20, 2)
    assert cost["constraints"]["maximum"] == "999999999999999999.99"


def test_a_package_whose_amount_is_out_of_bounds_is_not_valid(tmp_path: Path) -> None:
    write_parquet(REPORT, tmp_path)
    table = pq.read_table(tmp_path / "r1.parquet")
    wider = table.set_column(
        table.schema.get_field_index("closing_cost_cny"),
        "closing_cost_cny",
        pa.array([Decimal("1000000000000000000.00")] * 3, pa.decimal128(30, 2)),
    )
    pq.write_table(wider, tmp_path / "r1.parquet")
    errors = Package(str(tmp_path / "datapackage.json")).validate().flatten(["type"])
    assert ["constraint-error"] in errors


def _csv(folder: Path, name: str) -> list[list[str]]:
    data = (folder / name).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(data.decode("utf-8-sig").splitlines()))


def test_csv_has_chinese_headings_in_one_row_and_numbers_as_numbers(tmp_path: Path) -> None:
    write_csv(REPORT, tmp_path)
    heading, city, unit, none = _csv(tmp_path, "r1.csv")
    assert heading == ["期间", "报告类别", "层级", "单位", "代码", "期末：数量", "期末：原值"]
    assert city == ["2026-06", "government", "city", "全市", "city", "6", "999999999999999999.99"]
    assert unit[-1] == "-0.01"
    assert none[-2:] == ["", ""]
    columns = _csv(tmp_path, "form_column.csv")
    assert ["r1", "7", "closing_cost_cny", "期末：原值", "DECIMAL(20,2)", "否", "是"] in [row[:7] for row in columns]
    names = [row[0] for row in _csv(tmp_path, "asset_list.csv")]
    assert not any(name.startswith("=") for name in names)
    (formula,) = [row for row in _csv(tmp_path, "asset_list.csv") if cases.FORMULA_TITLE in str(row)]
    assert f"'{cases.FORMULA_TITLE}" in formula


def test_headings_that_are_alike_are_told_apart(tmp_path: Path) -> None:
    columns = [FormColumn("entity_name", "", "单位", "text"), FormColumn("parent_code", "", "单位", "text")]
    alike = cases.page("report.form_r1", "r1", "全市", columns, [("a", "b")], [("2026-06", "city", "city")])
    write_csv(cases.report([alike]), tmp_path)
    assert _csv(tmp_path, "r1.csv")[0][-2:] == ["单位（entity_name）", "单位（parent_code）"]


def test_a_form_called_as_another_table_has_a_name_of_its_own() -> None:
    assert [table_name(form) for form in ("r1", "note", "README", "表一", "A-b")] == [
        "r1", "form_note", "form_readme", "form___", "a_b",
    ]  # fmt: skip
    page = cases.sums()[0]
    same = [cases.page("report.form_r1", form, "一", page.columns, page.rows, page.keys) for form in ("A-b", "a_b")]
    with pytest.raises(ValueError, match="a_b"):
        form_tables(cases.report(same))
