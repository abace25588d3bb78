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
from warehouse.publish.form_page import FormColumn, FormPage
from warehouse.publish.report.data_files import write_csv, write_database, write_parquet
from warehouse.publish.report.door import DOORS, HIDDEN_NAME, Door, through
from warehouse.publish.report.edition import AUDIT, INTERNAL, OPEN, Report
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


#: What two people write differently of the same name, and of the same number.
ALIKE = {
    "half-width brackets": "涉密工程名录(绝密)",
    "a blank": "涉密 工程名录（绝密）",
    "a line break": "涉密工程\n名录（绝密）",
    "what nobody sees": "涉密\u200b工程名录（绝密）",
    "quotes": "“涉密工程名录”（绝密）",
    "in a sentence": "关于涉密工程名录（绝密）的说明",
    "dots": "电话138.0013.8000",
    "area code": "电话 0571 87654321",
    "wide": "zhang.san＠example.com",
    "country": "008613800138000",
}


@pytest.mark.parametrize("name", [OPEN, INTERNAL])
@pytest.mark.parametrize("text", ALIKE.values(), ids=ALIKE)
def test_a_name_or_number_that_may_not_stand_is_known_however_it_is_written(
    doors: dict[str, Door], name: str, text: str
) -> None:
    passed = doors[name].through(cases.report(notes=[text, "有一个单位未报。"]))
    assert passed.notes[-1] == "有一个单位未报。"
    assert text not in passed.notes


def test_words_that_close_a_resource_are_no_part_of_an_open_edition(doors: dict[str, Door]) -> None:
    told = ["更正的原因属于国家秘密", "更正的原因涉及商业秘密", "不涉及国家秘密"]
    left = {name: [told.index(note) for note in door.through(cases.report(notes=told)).notes if note in told]
            for name, door in doors.items()}  # fmt: skip
    assert left == {OPEN: [2], INTERNAL: [1, 2], AUDIT: [0, 1, 2]}


def _eliminations() -> FormPage:
    """A transfer from an open resource to a closed one, and one between open ones, as the form has them."""
    columns = [
        FormColumn("from_code", "划出", "单位", "text"),
        FormColumn("from_resource_code", "划出", "资源", "text"),
        FormColumn("to_code", "划入", "单位", "text"),
        FormColumn("to_resource_code", "划入", "资源", "text"),
        FormColumn("eliminated_cost_cny", "抵销", "原值", "money"),
    ]
    pairs = [("c-open", "c-secret"), ("c-secret", "c-open"), ("c-open", "c-formula"), ("c-open", None)]
    rows = [(cases.HOLDER, one, cases.HOLDER, other, Decimal(number)) for number, (one, other) in enumerate(pairs)]
    keys = [("2026-06", "government", "city", "city", "transfer", cases.HOLDER, one, f"2026-01-0{number}")
            for number, (one, _) in enumerate(pairs, 1)]  # fmt: skip
    return cases.page("report.elimination", "elimination", "抵销", columns, rows, keys)


def test_of_a_row_with_two_assets_both_are_looked_at(doors: dict[str, Door]) -> None:
    """An elimination names who gave and who got: columns with a prefix of their own."""
    whole = cases.report([*cases.sums(), _eliminations()])
    # Its amounts are above what an open edition says of an asset by name.
    passed = doors[OPEN].through(whole)
    assert passed.page("elimination") is None
    assert "公开版不含《表 elimination（抵销）》（4 行）" in "\n".join(passed.notes)
    page = doors[INTERNAL].through(whole).page("elimination")
    assert page is not None
    assert [(row[1], row[3]) for row in page.rows] == [
        (HIDDEN_NAME, HIDDEN_NAME), (HIDDEN_NAME, HIDDEN_NAME), ("c-open", "c-formula"), ("c-open", None)
    ]  # fmt: skip
    assert [row[4] for row in page.rows] == [Decimal(number) for number in range(4)]
    assert "c-secret" not in str(page.keys)


def test_rows_with_a_code_of_two_resources_are_as_closed_as_the_closed_one() -> None:
    with cases.catalogue() as connected:
        connected.execute("UPDATE catalog.resource SET resource_code = 'c-open' WHERE resource_id = 'secret'")
        found = Door.of(INTERNAL, cases.TABLES, connected, SHIPPED).through(cases.report([_eliminations()]))
    (page,) = found.pages
    assert "c-open" not in str(page.rows)


def test_every_form_that_names_assets_is_a_list_of_assets(doors: dict[str, Door]) -> None:
    """A column that holds the code of a resource, a card or an asset's name is known by its name, whatever stands before it."""
    shown = {entry.body["table"] for entry in SHIPPED.of("report_form")}
    named = {
        table: {
            column.name
            for column in cases.TABLES[table].columns
            if column.name.endswith(("resource_code", "resource_id", "card_id", "asset_name"))
        }
        for table in shown
    }
    assert named["report.elimination"] == {"from_resource_code", "to_resource_code"}
    for table, columns in named.items():
        assert columns <= doors[OPEN].asset_columns(cases.TABLES[table])


def test_keys_and_codes_are_looked_at_too(doors: dict[str, Door]) -> None:
    """A reference to a row tells its key, and a code is what an agency wrote."""
    codes = (cases.MOBILE, f"{cases.SECRET_TITLE}组")
    rows = [("甲", code, number, Decimal(number)) for number, code in enumerate(codes)]
    columns = cases.sums()[0].columns
    page = cases.page(
        "report.form_r1", "r1", "部门", columns, rows, [("2026-06", "department", code) for code in codes]
    )
    for name in (OPEN, INTERNAL):
        passed = doors[name].through(cases.report([page]))
        doors[name].keep(passed)
        (found,) = passed.pages
        told = f"{found.rows} {found.keys} {[found.reference(row, 'closing_count') for row in range(2)]}"
        assert not any(code in told for code in codes)
        assert len(set(found.keys)) == 2
        with pytest.raises(DoorError, match="键 key entity_code"):
            doors[name].keep(cases.report([page]))


def test_codes_of_registered_units_may_stand_whatever_they_look_like() -> None:
    with cases.catalogue() as connected:
        connected.execute(
            "INSERT INTO catalog.organisation (organisation_code, valid_from) VALUES (?, '2020-01-01')",
            [cases.RESIDENT],
        )
        door = Door.of(OPEN, cases.TABLES, connected, SHIPPED)
    assert door.bars({cases.RESIDENT, cases.MOBILE}, whole=False) == {cases.MOBILE}


def test_a_page_whose_title_may_not_stand_is_not_there(doors: dict[str, Door]) -> None:
    pages = [replace(page, note=f"含{cases.SECRET_TITLE}") for page in cases.sums()[:1]]
    passed = doors[OPEN].through(cases.report([*pages, *cases.sums()[1:]]))
    assert len(passed.pages) == 1
    assert "其标题或说明不得列出" in passed.notes[1]
    with pytest.raises(DoorError, match="r1: 涉及"):
        doors[OPEN].keep(cases.report(pages))


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
    assert {field.name for field in fields(Report)} == {"edition", "pages", "before", "checks", "notes", "check_counts"}


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
