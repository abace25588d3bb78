"""Doors of a report: what an open, an internal and an auditors' edition have, and that nothing closed is in any byte of an open one."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
import report_files as cases
import xlsxwriter
from reading import POLICY

from readers.policy.files import PolicyOnDay, PolicySet, load, policy_files
from warehouse.publish.report.data_files import write_csv, write_database, write_parquet
from warehouse.publish.report.door import AUDIT, DOORS, HIDDEN_NAME, INTERNAL, OPEN, Door, through
from warehouse.publish.report.edition import Report
from warehouse.publish.report.open_catalogue import write_catalogue
from warehouse.publish.report.open_dataset import Terms
from warehouse.trace.column_grade import DoorError

SHIPPED = load(POLICY).on(date.max)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with cases.catalogue() as connected:
        yield connected


@pytest.fixture(scope="module")
def doors(connection: duckdb.DuckDBPyConnection) -> dict[str, Door]:
    return {name: Door.of(name, cases.TABLES, connection, SHIPPED) for name in DOORS}


def shown(report: Report, form: str) -> list[list[object]]:
    return [list(row) for page in report.pages if page.form == form for row in page.rows]


def test_an_open_edition_has_the_sums_and_names_only_what_may_be_opened(doors: dict[str, Door]) -> None:
    passed = doors[OPEN].through(cases.report())
    assert shown(passed, "r1") == [list(row) for page in cases.sums() for row in page.rows]
    (listed,) = [page for page in passed.pages if page.form == "asset_list"]
    assert [column.name for column in listed.columns] == [
        "asset_name",
        "resource_code",
        "entity_name",
        "recognised_date",
    ]
    assert [row[1] for row in listed.rows] == ["c-open", "c-number", "c-formula"]
    assert listed.rows[0][0] == cases.OPEN_TITLE
    assert cases.RESIDENT not in str(listed.rows)
    assert not any("card-" in value for key in listed.keys for value in key)
    assert len(set(listed.keys)) == 3
    told = "\n".join(passed.notes)
    assert "本版为公开版" in told
    assert "未列 4 行" in told
    assert "不列栏目“期末 原值”" in told
    assert "1 个单元格不列" in told


def test_an_internal_edition_keeps_the_amounts_and_hides_what_may_not_be_shared(doors: dict[str, Door]) -> None:
    passed = doors[INTERNAL].through(cases.report())
    before, after = cases.asset_list(), passed.page("asset_list")
    assert after is not None
    assert [row[-1] for row in after.rows] == [row[-1] for row in before.rows]
    hidden = [place for place, row in enumerate(after.rows) if row[0] == HIDDEN_NAME]
    assert [before.rows[place][0] for place in hidden] == [cases.SECRET_TITLE]
    assert cases.CLOSED_TITLE in str(after.rows)
    assert after.keys[hidden[0]] == ("2026-06", "#1")
    assert "1 行不列名称" in "\n".join(passed.notes)


def test_an_edition_for_auditors_is_whole(doors: dict[str, Door]) -> None:
    whole = cases.planted()
    passed = doors[AUDIT].through(whole)
    assert [page.rows for page in passed.pages] == [[*map(list, page.rows)] for page in whole.pages]
    assert [page.keys for page in passed.pages] == [list(page.keys) for page in whole.pages]
    assert passed.notes == ["本版为审计版。", *whole.notes]
    assert passed.checks == whole.checks


@pytest.mark.parametrize("name", [OPEN, INTERNAL])
def test_notes_and_checks_that_name_what_may_not_be_named_are_counted(doors: dict[str, Door], name: str) -> None:
    passed = doors[name].through(cases.planted())
    told = "\n".join(passed.notes)
    lost = 4 if name == OPEN else 3
    assert f"未列 {lost} 条说明" in told
    assert "未列 1 项核对" in told
    assert "有一个单位未报。" in passed.notes
    assert not any(text in told for text in (cases.MOBILE, cases.EMAIL, cases.SECRET_TITLE))


@pytest.mark.parametrize("name", DOORS)
def test_what_went_through_is_kept_and_what_did_not_is_refused(doors: dict[str, Door], name: str) -> None:
    door, whole = doors[name], cases.planted()
    passed = door.through(whole)
    door.keep(passed)
    if name == AUDIT:
        return
    with pytest.raises(DoorError) as caught:
        door.keep(whole)
    message = str(caught.value)
    assert "asset_list.asset_name" in message
    assert "notes" in message
    assert "checks" in message
    assert ("asset_list.closing_cost_cny" in message) == (name == OPEN)
    for text in cases.NEVER_OPEN:
        assert text not in message


def test_a_page_of_a_list_without_any_name_left_is_told_of_and_not_there(connection: duckdb.DuckDBPyConnection) -> None:
    listed = cases.asset_list()
    amounts = replace(listed, columns=listed.columns[-1:], rows=[row[-1:] for row in listed.rows])
    passed = through(cases.report([*cases.sums(), amounts]), OPEN, cases.TABLES, connection, SHIPPED)
    assert passed.page("asset_list") is None
    assert "公开版不含《表 asset_list（清单）》（7 行）" in "\n".join(passed.notes)


def _without(lines: str) -> PolicyOnDay:
    files = {name: path.read_bytes() for name, path in policy_files(POLICY).items()}
    kept = [line for line in files["door_limit.csv"].decode().splitlines() if not line.startswith(lines)]
    files["door_limit.csv"] = "\n".join(kept).encode()
    return PolicySet.of_files(files).on(date.max)


def test_a_door_that_policy_forgets_lets_nothing_pass(connection: duckdb.DuckDBPyConnection) -> None:
    door = Door.of(OPEN, cases.TABLES, connection, _without("open,"))
    passed = door.through(cases.report())
    assert {page.form for page in passed.pages} == {"asset_list"}
    assert Door.of(OPEN, cases.TABLES, connection, _without("open")).through(cases.report()).pages == []
    with pytest.raises(DoorError, match="r1"):
        door.keep(cases.report())


def test_there_are_three_doors(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(DoorError, match="no such door"):
        Door.of("public", cases.TABLES, connection, SHIPPED)


def test_all_of_a_report_is_looked_at() -> None:
    """Who gives a report another part decides what a door does with it."""
    assert {field.name for field in fields(Report)} == {"edition", "pages", "before", "checks", "notes"}


def test_nothing_closed_is_in_any_byte_of_an_open_edition(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    for name in (AUDIT, OPEN):
        folder = tmp_path / name
        folder.mkdir()
        passed = through(cases.planted(), name, cases.TABLES, connection, SHIPPED)
        write_database(passed, folder / "report.duckdb")
        write_parquet(passed, folder / "parquet")
        write_csv(passed, folder / "csv")
        with xlsxwriter.Workbook(str(folder / "report.xlsx"), {"strings_to_formulas": False}) as book:
            for number, page in enumerate(passed.pages):
                sheet = book.add_worksheet(str(number))
                for place, row in enumerate(page.rows):
                    sheet.write_row(place, 0, [str(cell) for cell in row])
    terms = Terms("https://data.example.org/", "目录", "说明", "示例市数据局", date(2026, 6, 30))
    write_catalogue(cases.TABLES, connection, SHIPPED, terms, tmp_path / OPEN / "catalogue")
    found = {
        name: {
            text for _, data in cases.bytes_of(tmp_path / name) for text in cases.NEVER_OPEN if text.encode() in data
        }
        for name in (AUDIT, OPEN)
    }
    assert found == {AUDIT: set(cases.NEVER_OPEN), OPEN: set()}
    # Of files that compress their texts, the texts.
    told = [str(pq.read_table(file).to_pylist()) for file in sorted((tmp_path / OPEN).rglob("*.parquet"))]
    with duckdb.connect(str(tmp_path / OPEN / "report.duckdb"), read_only=True) as database:
        for (table,) in database.execute("SELECT table_name FROM duckdb_tables() ORDER BY ALL").fetchall():
            told.append(str(database.execute(f'SELECT * FROM "{table}"').fetchall()))
        told += [str(row) for row in database.execute("SELECT * FROM cell").fetchall()]
    assert cases.OPEN_TITLE in str(told)
    assert not [text for text in cases.NEVER_OPEN if text in str(told)]


def test_the_sums_of_an_open_edition_are_those_of_the_report(doors: dict[str, Door]) -> None:
    passed = doors[OPEN].through(cases.report())
    city = passed.page("r1", "全市")
    assert city is not None
    assert city.rows[0][3] == Decimal("999999999999999999.99")
    assert [page.rows for page in passed.before] == [[*map(list, page.rows)] for page in cases.sums("2025-12", "1.00")]
