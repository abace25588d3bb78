"""Data files and the open catalogue of a real home, through each door."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from frictionless import Package

from readers.policy.files import PolicyOnDay, load
from tests.homes import lake_of
from warehouse.intake.landed import judged_day
from warehouse.publish.form_page import FormPage, Within
from warehouse.publish.form_reader import FormReader
from warehouse.publish.report.data_files import write_csv, write_database, write_parquet
from warehouse.publish.report.door import DOORS, Door, through
from warehouse.publish.report.edition import AUDIT, DRAFT, GOVERNMENT, INTERNAL, OPEN, Edition, Report, Scope
from warehouse.publish.report.open_catalogue import write_catalogue
from warehouse.publish.report.open_dataset import Terms
from warehouse.store.home import Home
from warehouse.store.lake import current_snapshot
from warehouse.store.on_record import reading_on_record

WORKBOOKS = ("form_r1", "asset_list", "memo_item", "reconciliation", "registration", "unassessed", "stock_count")


@pytest.fixture(scope="module")
def reading(few: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with reading_on_record(lake_of(few)) as connection:
        yield connection


@pytest.fixture(scope="module")
def policy(few: Home) -> PolicyOnDay:
    return load(few.policy).on(judged_day(lake_of(few)))


@pytest.fixture(scope="module")
def report(few: Home, reading: duckdb.DuckDBPyConnection) -> Report:
    (period,) = reading.execute("SELECT max(period) FROM report.form_r1").fetchone() or ("",)
    within = Within(GOVERNMENT, "city", "city", ("city", "tier", "district", "department", "unit"))
    pages: list[FormPage] = [
        page for name in WORKBOOKS for page in FormReader(lake_of(few), reading, period).pages(name, within)
    ]
    edition = Edition(
        period, Scope("city", "990100", "示例市"), GOVERNMENT, "行政事业性国有资产", 1, DRAFT, current_snapshot(reading)
    )
    return Report(edition, pages, [], [], [])


@pytest.mark.parametrize("name", DOORS)
def test_every_format_is_written_through_every_door(
    few: Home, reading: duckdb.DuckDBPyConnection, policy: PolicyOnDay, report: Report, name: str, tmp_path: Path
) -> None:
    passed = through(report, name, lake_of(few).tables, reading, policy)
    write_database(passed, tmp_path / "report.duckdb")
    write_parquet(passed, tmp_path / "parquet")
    write_csv(passed, tmp_path / "csv")
    checked = Package(str(tmp_path / "parquet" / "datapackage.json")).validate()
    assert checked.valid, checked.to_summary()
    (cost,) = reading.execute(
        "SELECT closing_cost_cny FROM report.form_r1 "
        "WHERE level = 'city' AND report_kind = 'government' AND period = $period",
        {"period": report.edition.period},
    ).fetchone() or (None,)
    with duckdb.connect(str(tmp_path / "report.duckdb"), read_only=True) as database:
        assert database.execute("SELECT closing_cost_cny FROM r1 WHERE level = 'city'").fetchall() == [(cost,)]
        for question, query in database.execute("SELECT question, query FROM example_query").fetchall():
            assert database.execute(query).description, question
        rows = dict(database.execute("SELECT table_name, row_count FROM form").fetchall())
    whole = {form: len({key for page in report.pages if page.form == form for key in page.keys}) for form in rows}
    assert rows["r1"] == whole["r1"]
    if name in (AUDIT, INTERNAL):
        assert rows == whole
        assert set(rows) == {page.form for page in report.pages}
    else:
        assert rows["asset_list"] < whole["asset_list"]


def test_an_open_edition_lists_the_assets_whose_resources_may_be_opened(
    few: Home, reading: duckdb.DuckDBPyConnection, policy: PolicyOnDay, report: Report
) -> None:
    passed = Door.of(OPEN, lake_of(few).tables, reading, policy).through(report)
    listed = passed.page("asset_list")
    assert listed is not None
    place = [column.name for column in listed.columns].index("resource_code")
    wanted = reading.execute(
        "SELECT l.resource_code FROM report.asset_list AS l "
        "JOIN catalog.resource AS s USING (holder_code, resource_code) JOIN classification.resource_access AS a USING (resource_id) "
        "WHERE l.period = $period AND a.open_access <> 'none' AND a.confidential_term IS NULL ORDER BY ALL",
        {"period": report.edition.period},
    ).fetchall()
    assert wanted
    assert sorted(row[place] for row in listed.rows) == [code for (code,) in wanted]


def test_the_open_catalogue_has_the_resources_that_may_be_opened(
    few: Home, reading: duckdb.DuckDBPyConnection, policy: PolicyOnDay, tmp_path: Path
) -> None:
    terms = Terms("https://data.example.org/", "目录", "说明", "示例市数据局", judged_day(lake_of(few)))
    made = write_catalogue(lake_of(few).tables, reading, policy, terms, tmp_path)
    wanted = reading.execute(
        "SELECT s.title FROM catalog.resource AS s JOIN classification.resource_access USING (resource_id) "
        "WHERE open_access <> 'none' AND confidential_term IS NULL ORDER BY ALL"
    ).fetchall()
    assert wanted
    assert sorted(dataset.title for dataset in made.datasets) == [title for (title,) in wanted]
