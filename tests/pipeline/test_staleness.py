"""A run builds what is stale and nothing else: a changed rate, a new delivery, another period, one deliverer."""

import shutil
from pathlib import Path

import openpyxl
import pytest

from tests.homes import ask, deliver_files, one, run_home
from warehouse.store.home import Home
from warehouse.tables.definitions import all_tables

#: A city that gives a life to cards which no line gives one.
LIFE = "default_life_months,{0},months,默认摊销月数,default life,a test,proposal,{1}\n"


#: Tables of a month that follow from the balances of cards, and the memo register, which reads a parameter.
OF_BALANCES = (
    *("valuation.balance", "valuation.book_balance", "valuation.opening", "valuation.snapshot"),
    "valuation.month_movement",
    *("valuation.derecognition", "valuation.reckoned_movement", "valuation.closed_movement"),
    *("valuation.closed_difference", "valuation.late_movement"),
    "valuation.acquisition_balance",
    *("valuation.appraisal", "valuation.quality_adjustment", "valuation.cost_method", "valuation.expert_method"),
    *("valuation.income_report", "valuation.income_method", "valuation.comparable_value", "valuation.market_method"),
    *("valuation.sensitivity", "valuation.reference_value", "valuation.method_spread"),
    *("finance.reconciliation", "finance.unit_rate", "finance.difference", "finance.journal_entry"),
    *(
        f"report.{name}"
        for name in ("asset_list", "elimination", "form_check", "form_r1", "form_r2", "form_r5", "form_r6", "form_r7")
    ),
    *("report.form_r9", "report.table_a", "report.table_b"),
)


@pytest.fixture
def home(city: Home, tmp_path: Path) -> Home:
    """A copy of the city's home, to write to."""
    shutil.copytree(city.root, tmp_path / "copy")
    return Home(tmp_path / "copy")


def test_a_changed_rate_makes_stale_what_used_it_and_nothing_else(home: Home) -> None:
    before = one(home, "SELECT sum(closing_amortisation_cny) FROM report.form_r1 WHERE level = 'city'")
    file = home.policy / "parameter.csv"
    file.write_text(file.read_text("utf-8") + LIFE.format(120, "2019-01-01"), "utf-8")
    outcome = run_home(home)
    assert set(outcome.materialised) == {
        "policy.entry", "policy.parameter", "registry.count_finding", "valuation.transfer_pair",
        "valuation.amortisation_term", "valuation.taken_balance", "valuation.control_finding", *OF_BALANCES, "report.memo_item",
    }  # fmt: skip
    assert one(home, "SELECT sum(closing_amortisation_cny) FROM report.form_r1 WHERE level = 'city'") > before
    assert run_home(home).run_id is None


def test_a_rate_with_a_later_date_applies_from_that_date(home: Home) -> None:
    file = home.policy / "parameter.csv"
    text = file.read_text("utf-8")
    file.write_text(text + LIFE.format(120, "2019-01-01") + LIFE.format(60, "2026-01-01"), "utf-8")
    run_home(home)
    lives = ask(
        home,
        "SELECT DISTINCT t.from_date >= DATE '2026-01-01', t.term_months FROM valuation.amortisation_term AS t "
        "ANTI JOIN valuation.card_life AS l USING (card_id) ANTI JOIN valuation.taken_pool AS p USING (card_id) "
        "WHERE t.term_no = 1 AND t.book_code = 'accounting' ORDER BY ALL",
    )
    assert lives == [(False, 120), (True, 60)]


def test_another_period_builds_its_own_partitions_only(home: Home) -> None:
    before = ask(home, "SELECT * FROM report.form_r1 WHERE period = '2026-06' ORDER BY ALL")
    outcome = run_home(home, period="2025-12")
    assert set(outcome.materialised) == {
        "finance.ledger_balance", "valuation.report_block", *OF_BALANCES, "report.placement", "report.memo_item",
        "report.correction", "report.form_r3", "report.form_r4", "report.form_r8",
    }  # fmt: skip
    assert ask(home, "SELECT * FROM report.form_r1 WHERE period = '2026-06' ORDER BY ALL") == before
    # The end of the old year is the opening of the new one.
    query = "SELECT level, entity_code, {0}_count, {0}_cost_cny, {0}_amortisation_cny FROM report.form_r1 WHERE period = $p ORDER BY ALL"
    assert ask(home, query.format("closing"), p="2025-12") == ask(home, query.format("opening"), p="2026-06")


@pytest.mark.long
def test_only_the_named_deliverers_are_taken_in(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "data.json"
    file.write_text('{"dataset": [{"identifier": "n-1", "title": "新目录"}]}', "utf-8")
    for deliverer in ("NEW-1", "NEW-2"):
        deliver_files(home, [file], deliverer, "catalog", "2026-07-10")
    run_home(home, deliverers=["NEW-1"])
    assert [row[0] for row in ask(home, "SELECT deliverer_code FROM catalog.resource WHERE resource_code = 'n-1'")] == [
        "NEW-1"
    ]
    run_home(home)
    assert one(home, "SELECT count(*) FROM catalog.resource WHERE resource_code = 'n-1'") == 2


@pytest.mark.long
def test_a_new_heading_synonym_reads_kept_files_again(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "c.csv"
    file.write_text("信息资源代码,资源叫什么\nz-1,某目录\n", "utf-8")
    deliver_files(home, [file], "NEW-1", "catalog", "2026-07-10")
    run_home(home)
    assert one(home, "SELECT count(*) FROM catalog.resource WHERE resource_code = 'z-1'") == 0
    before = one(home, "SELECT count(*) FROM catalog.resource")
    synonyms = home.policy / "heading_synonym.csv"
    text = synonyms.read_text("utf-8").rstrip("\n")
    synonyms.write_text(f"{text}\ncatalog,资源叫什么,title,本单位,proposal,2026-01-01\n", "utf-8")
    run_home(home)
    assert one(home, "SELECT title FROM catalog.resource WHERE resource_code = 'z-1'") == "某目录"
    assert one(home, "SELECT count(*) FROM catalog.resource") == before + 1


def test_a_changed_heading_writes_the_workbooks_anew(home: Home) -> None:
    file = home.policy / "forms" / "r1.toml"
    file.write_text(file.read_text("utf-8").replace("备查簿数量", "备查数"), "utf-8")
    # The list lays out all forms.
    forms = {table.qualified for table in all_tables().values() if "report_column" in table.layout_lists}
    assert {"report.form_r1", "finance.reconciliation", "report.asset_list"} <= forms
    assert set(run_home(home).materialised) == {"policy.entry", "policy.report_column", "finance.difference", *forms}
    sheet = openpyxl.load_workbook(home.reports / "2026-06" / "form_r1.xlsx")["全市"]
    assert any(cell.value == "备查数" for row in sheet.iter_rows() for cell in row)
