"""The example city, whole: its counts as the generator knows them, exact sums, reproducible, and nothing built twice."""

import csv
import json
import shutil
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests.homes import ask, deliver_folder, one, run_home
from tests.workbooks import assert_shows, needs_libreoffice, recalculated
from warehouse.asking.status import status
from warehouse.publish.form_page import FormPage
from warehouse.publish.form_reader import FormReader
from warehouse.publish.report.edition import DRAFT, GOVERNMENT, Edition, Report, Scope
from warehouse.publish.report.workbook import CHECKS, CONTENTS, NOTES, write_workbook
from warehouse.store.home import Home
from warehouse.store.lake import Lake
from warehouse.store.on_record import reading_on_record
from warehouse.tables.definitions import all_tables
from warehouse.tables.quoting import identifier

AMOUNTS = [
    f"{t}_{m}"
    for t in ("opening", "adjustment", "addition", "reduction", "closing")
    for m in ("cost_cny", "amortisation_cny", "carrying_cny")
]
MEASURES = [
    *AMOUNTS,
    *(f"{t}_count" for t in ("opening", "adjustment", "addition", "reduction", "closing")),
    "memo_count",
]


@pytest.fixture(scope="module")
def expected(city_folder: Path) -> dict:
    """What the generator knows by construction, without any reader."""
    return json.loads((city_folder / "expected.json").read_text("utf-8"))


def test_counts_are_those_that_the_generator_knows(city: Home, expected: dict) -> None:
    figures = status(Lake(city))
    for kind, counts in expected["records_by_kind"].items():
        assert figures["records_by_kind"][kind] == {name: counts[name] for name in figures["records_by_kind"][kind]}, (
            kind
        )
    for name in ("deliveries", "resources", "fields", "cards", "memo", "unassessed", "missing"):
        assert figures[name] == expected[name], name
    assert figures["rejected_files"] == expected["files_rejected"]
    deleted = dict(
        ask(
            city,
            "SELECT kind, CAST(sum(deleted_count) AS BIGINT) FROM landing.delivery_outcome GROUP BY kind",
        )
    )
    assert deleted == {kind: counts["deleted"] for kind, counts in expected["records_by_kind"].items()}


def test_every_format_has_the_class_that_the_policy_list_gives_its_label(city: Home) -> None:
    with (city.policy / "code_value.csv").open(encoding="utf-8-sig", newline="") as file:
        classes = {row["label"]: row["code"] for row in csv.DictReader(file) if row["code_list"] == "format"}
    for table in ("catalog.resource", "catalog.distribution"):
        found = ask(city, f"SELECT format, format_type FROM {table} WHERE format IS NOT NULL")
        assert found
        assert {format_type for _, format_type in found} > {"database", "spreadsheet"}
        assert all(format_type == classes[label] for label, format_type in found)


def test_city_totals_are_those_that_the_generator_knows(city: Home, expected: dict) -> None:
    (row,) = ask(
        city,
        "SELECT sum(closing_count), sum(closing_cost_cny), sum(closing_amortisation_cny), sum(closing_development_cny), "
        "sum(memo_count), sum(unassessed_count) FROM report.form_r1 WHERE level = 'city' AND period = $p",
        p=expected["period"],
    )
    assert row == (
        expected["closing_count"],
        Decimal(expected["closing_cost_cny"]),
        Decimal(expected["closing_amortisation_cny"]),
        Decimal(expected["closing_development_cny"]),
        expected["memo"],
        expected["unassessed"],
    )


def test_the_record_equation_holds_for_every_delivery(city: Home) -> None:
    broken = ask(
        city,
        "SELECT delivery_id FROM landing.delivery_outcome "
        "WHERE in_count <> accepted_count + rejected_count + unchanged_count + held_count",
    )
    assert broken == []
    assert one(city, "SELECT count(*) FROM landing.record") == one(
        city, "SELECT sum(in_count) FROM landing.delivery_outcome"
    )


def test_every_resource_stands_in_one_register_or_says_why_in_none(city: Home) -> None:
    resources = {row[0] for row in ask(city, "SELECT resource_id FROM catalog.resource")}
    cards = {row[0] for row in ask(city, "SELECT resource_id FROM registry.asset_card")}
    memo = {row[0] for row in ask(city, "SELECT resource_id FROM registry.memo_register WHERE left_date IS NULL")}
    neither = {
        row[0]
        for row in ask(
            city, "SELECT resource_id FROM registry.resource_standing WHERE standing IN ('unassessed', 'outside')"
        )
    }
    assert cards | memo | neither == resources
    assert len(cards) + len(memo) + len(neither) == len(resources)
    # Who went from the memo register to a card left the one on the day of the other.
    moved = ask(
        city,
        "SELECT count(*), count(*) FILTER (WHERE m.left_date = c.recognised_date) FROM registry.memo_register AS m "
        "JOIN registry.asset_card AS c USING (resource_id)",
    )
    assert moved[0][0] == moved[0][1] > 0


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(
    ("lower", "upper"), [("unit", "department"), ("department", "district"), ("district", "city"), ("tier", "city")]
)
def test_levels_sum_to_the_level_above(city: Home, measure: str, lower: str, upper: str) -> None:
    summed = ask(
        city,
        f"SELECT report_kind, parent_code, sum({measure}) FROM report.form_r1 WHERE level = $l GROUP BY ALL ORDER BY ALL",
        l=lower,
    )
    stated = ask(
        city, f"SELECT report_kind, entity_code, {measure} FROM report.form_r1 WHERE level = $l ORDER BY ALL", l=upper
    )
    assert summed == stated
    assert len({kind for kind, *_ in stated}) == 3


def test_closing_is_opening_and_additions_less_reductions_on_every_row(city: Home) -> None:
    for measure in ("count", "cost_cny", "amortisation_cny", "impairment_cny", "carrying_cny"):
        broken = ask(
            city,
            f"SELECT level, entity_code FROM report.form_r1 WHERE opening_{measure} + adjustment_{measure} + addition_{measure} "
            f"- reduction_{measure} <> closing_{measure}",
        )
        assert broken == [], measure
    assert (
        one(
            city,
            "SELECT count(*) FROM report.form_r1 "
            "WHERE closing_cost_cny - closing_amortisation_cny - closing_impairment_cny <> closing_carrying_cny",
        )
        == 0
    )


def test_closing_is_the_sum_of_the_cards(city: Home) -> None:
    stated = ask(
        city,
        "SELECT sum(closing_cost_cny), sum(closing_amortisation_cny), sum(closing_carrying_cny) FROM report.form_r1 "
        "WHERE level = 'city'",
    )
    cards = ask(
        city,
        "SELECT sum(closing_cost_cny), sum(closing_amortisation_cny), sum(closing_carrying_cny) FROM valuation.snapshot",
    )
    assert stated == cards
    assert stated[0][0] > 0


def test_a_second_run_builds_nothing(city: Home) -> None:
    before = one(city, "SELECT max(snapshot_id) FROM audit.materialization")
    outcome = run_home(city)
    assert outcome.run_id is None
    assert outcome.materialised == ()
    assert one(city, "SELECT max(snapshot_id) FROM audit.materialization") == before


@pytest.mark.long
def test_the_same_deliveries_give_the_same_tables(city: Home, city_folder: Path, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    deliver_folder(other, city_folder)
    run_home(other)
    for table in all_tables().values():
        if table.stage == "audit":
            continue
        columns = ", ".join(identifier(column.name) for column in table.columns if column.name != "recorded_at")
        query = f"SELECT {columns} FROM {table.qualified} ORDER BY {', '.join(table.key)}"
        assert ask(city, query) == ask(other, query), table.qualified
    mine, theirs = city.reports / "2026-06" / "form_r1.xlsx", other.reports / "2026-06" / "form_r1.xlsx"
    assert mine.read_bytes() == theirs.read_bytes()


def test_the_workbook_has_a_sheet_a_level(city: Home) -> None:
    book = openpyxl.load_workbook(city.reports / "2026-06" / "form_r1.xlsx", data_only=True)
    assert book.sheetnames == ["全市", "本级和下级", "区划", "主管部门", "单位"]
    counted = dict(ask(city, "SELECT level, count(*) FROM report.form_r1 GROUP BY level"))
    levels = ("city", "tier", "district", "department", "unit")
    assert [len(page.rows) for page in _pages(city, "form_r1")] == [counted[level] for level in levels]


WORKBOOKS = (
    *("form_r1", "form_r2", "form_r5", "form_r7", "form_r9", "table_a", "form_check", "elimination"),
    *("asset_list", "memo_item", "reconciliation"),
)


def _pages(home: Home, name: str) -> list[FormPage]:
    lake = Lake(home)
    with reading_on_record(lake) as connection:
        return [*FormReader(lake, connection, "2026-06").pages(name)]


@pytest.mark.parametrize("name", WORKBOOKS)
def test_every_number_of_a_workbook_is_read_back(city: Home, name: str) -> None:
    book = openpyxl.load_workbook(city.reports / "2026-06" / f"{name}.xlsx", data_only=True)
    assert assert_shows(book, _pages(city, name)) or name == "memo_item"


@needs_libreoffice
def test_every_number_of_the_report_is_the_same_when_libreoffice_reckons(city: Home, tmp_path: Path) -> None:
    """All forms in one workbook: the city's total is a formula over the districts, which stand on another sheet."""
    pages = [page for name in WORKBOOKS for page in _pages(city, name)]
    edition = Edition("2026-06", Scope("city", "city", "示例市"), GOVERNMENT, "行政事业性", 1, DRAFT, 1)
    write_workbook(Report(edition, pages, (), (), ()), tmp_path / "report.xlsx")
    book = recalculated(tmp_path / "report.xlsx", tmp_path)
    assert assert_shows(book, pages, (CONTENTS, CHECKS, NOTES)) > 3000


@pytest.mark.long
def test_one_yuan_in_one_cost_line_moves_exactly_the_cells_on_its_path(
    city: Home, city_folder: Path, tmp_path: Path
) -> None:
    """1.00 more in the only line of a card, added before this year and in use: cost moves by 1.00 on the way to the city."""
    line = ask(
        city,
        "SELECT r.source_file, r.raw, l.amount_cny, l.holder_code, m.event_date, l.life_months, r.delivery_id, r.source_sha256 "
        "FROM valuation.cost_line AS l "
        "JOIN landing.record AS r ON r.delivery_id = l.delivery_id AND r.ordinal = l.ordinal "
        "JOIN valuation.movement AS m "
        "ON m.holder_code = l.holder_code AND m.voucher_no = l.voucher_no AND m.line_no = l.line_no AND m.movement_kind = 'addition' "
        "JOIN registry.asset_card AS c ON c.card_id = m.card_id "
        "JOIN (SELECT card_id FROM valuation.movement GROUP BY card_id HAVING count(*) = 1) AS o ON o.card_id = c.card_id "
        "WHERE c.disposed_date IS NULL AND m.movement_date < DATE '2026-01-01' AND r.source_file LIKE '%.csv' "
        "AND l.life_months IS NOT NULL "
        "AND contains(r.raw, CAST(l.amount_cny AS VARCHAR)) ORDER BY ALL",
    )
    name, raw, amount, holder, start, life, delivery_id, sha256 = line[0]
    changed = tmp_path / "changed"
    shutil.copytree(city_folder, changed)
    (file,) = [f for f in changed.rglob(name) if f.read_bytes() == city.read(sha256)]
    encoding = one(
        city,
        "SELECT encoding FROM landing.delivery_file WHERE delivery_id = $d AND source_sha256 = $s",
        d=delivery_id,
        s=sha256,
    )
    old, new = raw, raw.replace(str(amount), str(amount + 1))
    data = file.read_bytes()
    assert data.count(old.encode(encoding)) == 1
    file.write_bytes(data.replace(old.encode(encoding), new.encode(encoding)))
    home = Home(tmp_path / "home")
    deliver_folder(home, changed)
    run_home(home)

    def amortised(cents: int, months: int) -> Decimal:
        return Decimal((cents * min(months, life) + life // 2) // life) / 100

    cents = int(amount * 100)
    opening_months = (2025 - start.year) * 12 + 12 - start.month + 1
    opening = amortised(cents + 100, opening_months) - amortised(cents, opening_months)
    closing = amortised(cents + 100, opening_months + 6) - amortised(cents, opening_months + 6)
    moved = {
        "opening_cost_cny": Decimal(1),
        "closing_cost_cny": Decimal(1),
        "opening_amortisation_cny": opening,
        "closing_amortisation_cny": closing,
        "addition_amortisation_cny": closing - opening,
        "addition_carrying_cny": opening - closing,
        "opening_carrying_cny": 1 - opening,
        "closing_carrying_cny": 1 - closing,
    }
    on_path = _path(city, holder)
    query = (
        f"SELECT level, entity_code, {', '.join(MEASURES)} FROM report.form_r1 WHERE reporting_count > 0 ORDER BY ALL"
    )
    kind = one(city, "SELECT report_kind FROM report.form_r1 WHERE level = 'unit' AND entity_code = $c", c=holder)
    query = query.replace("WHERE", f"WHERE report_kind = '{kind}' AND")
    for before, after in zip(ask(city, query), ask(home, query), strict=True):
        assert before[:2] == after[:2]
        for measure, x, y in zip(MEASURES, before[2:], after[2:], strict=True):
            assert y - x == (moved.get(measure, 0) if before[:2] in on_path else 0), (before[:2], measure)


def _path(home: Home, unit: str) -> set[tuple[str, str]]:
    """The rows of R1 that a unit's figures flow into."""
    parents = {
        (level, code): parent
        for level, code, parent in ask(home, "SELECT level, entity_code, parent_code FROM report.form_r1")
    }
    path, code = set(), unit
    for level in ("unit", "department", "district", "city"):
        path.add((level, code))
        code = parents[level, code]
    tiers = {"city": "own_level", "district": "lower_level"}
    path.add(
        ("tier", tiers[one(home, "SELECT max(level) FROM catalog.organisation WHERE organisation_code = $c", c=unit)])
    )
    return path
