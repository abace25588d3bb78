"""A city's own form from the first run to its end: built, published, traced, proven, audited, changed, broken, taken out and put back."""

import hashlib
import shutil
from pathlib import Path

import pytest

import pipelines.run
from pipelines.plan import plan
from pipelines.run import Outcome, run
from readers.policy.files import load
from tests.homes import ask, one, run_home
from tests.own_forms import NAME, TABLE, put, take
from tests.steps import execute
from warehouse.asking.policy_diff import policy_diff
from warehouse.asking.query import query
from warehouse.publish.database import export_database
from warehouse.publish.report.publish import publish
from warehouse.publish.workbook import publish_workbooks
from warehouse.store.chain import POLICY
from warehouse.store.home import Home
from warehouse.store.lake import Lake
from warehouse.tables.own_forms import home_policy
from warehouse.trace.audit import audit
from warehouse.trace.column_grade import DoorError
from warehouse.trace.proof import prove
from warehouse.trace.tracer import trace

pytestmark = pytest.mark.slow

PERIOD = "2026-06"
KEY = {"period": PERIOD, "entity_code": "11990100000000297W"}
SUM = "sum(s.closing_count)"


@pytest.fixture(scope="module")
def home(few: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The home of two agencies, with the form put into its policy after its first run, and run again."""
    found = Home(shutil.copytree(few.root, tmp_path_factory.mktemp("own") / "home"))
    put(found.policy)
    outcome = run_home(found)
    assert TABLE in outcome.materialised
    assert outcome.refused == ()
    return found


@pytest.fixture
def copy(home: Home, tmp_path: Path) -> Home:
    return Home(shutil.copytree(home.root, tmp_path / "home"))


def _run(home: Home) -> Outcome:
    """A run that may have problems."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipelines.run, "_execute", execute)
        return run(home)


def _rows(home: Home) -> list[tuple[object, ...]]:
    return query(Lake(home), f"SELECT * FROM {TABLE} ORDER BY ALL").rows


def test_its_rows_are_those_of_the_register(home: Home) -> None:
    rows = _rows(home)
    assert len(rows) > 1
    total = one(home, "SELECT sum(closing_cost_cny) FROM valuation.snapshot WHERE period = $period", period=PERIOD)
    assert sum(row[4] for row in rows) == total > 0  # type: ignore[misc]
    assert run_home(home).run_id is None


@pytest.mark.long
def test_its_workbook_is_published_and_so_are_the_report_and_the_file_of_all_tables(copy: Home, tmp_path: Path) -> None:
    assert (copy.reports / PERIOD / f"{NAME}.xlsx").is_file()
    # It is no part of the report, as it has no place in it.
    assert publish(Lake(copy), PERIOD, writers=()).is_new
    assert TABLE in export_database(Lake(copy), tmp_path / "all.duckdb").counts


def test_a_row_and_a_column_are_traced_to_bytes_and_proven(home: Home) -> None:
    for column in (None, "largest_card_cny"):
        found = trace(Lake(home), TABLE, KEY, column=column, verify=True)
        assert found.verified, found
    (proof,) = prove(Lake(home), rows=10, seed=1, tables=[TABLE])
    assert proof.failures == () == proof.unproven
    assert proof.sampled == len(_rows(home))


def test_the_chain_has_both_files_and_the_audit_says_whose_model_it_is(home: Home) -> None:
    (event,) = [e for e in Lake(home).chain.events() if e.kind == POLICY][-1:]
    for ending in ("sql", "toml"):
        data = (home.policy / "forms" / f"{NAME}.{ending}").read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        assert event.body["files"][f"forms/{NAME}.{ending}"] == sha256
        assert home.read(sha256) == data
    changed = {(name, key): (before, after) for name, key, _, before, after in event.body["changes"]}
    assert changed["report_model", NAME][0] is None
    found = audit(Lake(home))
    assert found.faults == ()
    (note,) = [note for note in found.notes if note.startswith(TABLE)]
    assert f"policy/forms/{NAME}.sql {event.body['files'][f'forms/{NAME}.sql']}" in note


def test_a_change_of_its_sql_is_foretold_builds_it_anew_and_is_on_record(copy: Home) -> None:
    before = _rows(copy)
    put(copy.policy, (SUM, f"{SUM} * 2"))
    (diff,) = policy_diff(Lake(copy), home_policy(copy.policy), PERIOD).tables
    assert (diff.table.qualified, diff.changed) == (TABLE, len(before))
    # Until it is run the lake has what the policy had then.
    assert audit(Lake(copy)).faults == ()
    assert TABLE in run_home(copy).materialised
    assert [row[3] for row in _rows(copy)] == [row[3] * 2 for row in before]  # type: ignore[operator]
    event = [e for e in Lake(copy).chain.events() if e.kind == POLICY][-1]
    assert [change[:2] for change in event.body["changes"]] == [["report_model", NAME]]
    assert audit(Lake(copy)).faults == ()


@pytest.mark.long
def test_a_column_of_another_type_makes_the_table_anew(copy: Home) -> None:
    largest = "CAST(coalesce(max(s.closing_cost_cny), 0) AS DECIMAL(20, 2))"
    changes = (largest, "CAST(max(s.closing_cost_cny) AS VARCHAR)"), ("largest_card_cny", "largest_card")
    put(copy.policy, *changes, ("DECIMAL(20,2)", "VARCHAR"))
    run_home(copy)
    assert {type(row[5]) for row in _rows(copy)} == {str}
    (proof,) = prove(Lake(copy), rows=3, seed=1, tables=[TABLE])
    assert proof.failures == ()


def test_a_form_that_breaks_a_rule_is_left_out_and_the_run_goes_on(copy: Home) -> None:
    put(copy.policy, ("FROM valuation.snapshot AS s", "FROM read_csv('/etc/passwd') AS s"))
    outcome = run_home(copy)
    (refused,) = outcome.refused
    assert refused.startswith(f"forms/{NAME}.sql [model_construct] ")
    assert "READ_CSV" in refused
    assert "report.form_r1" in outcome.materialised
    assert TABLE not in Lake(copy).tables
    assert not ask(copy, "SELECT 1 FROM duckdb_tables() WHERE table_name = $name", name=NAME)
    event = [e for e in Lake(copy).chain.events() if e.kind == POLICY][-1]
    assert event.body["dropped"] == [TABLE]
    found = audit(Lake(copy))
    assert found.faults == ()
    assert any("dropped" in note and TABLE in note for note in found.notes)
    # A published workbook stays as it is.
    assert (copy.reports / PERIOD / f"{NAME}.xlsx").is_file()


def test_rows_that_break_its_key_fail_it_alone(copy: Home) -> None:
    put(copy.policy, ("period;entity_code", "period;closing_count"), (f"CAST({SUM} AS BIGINT)", "CAST(1 AS BIGINT)"))
    outcome = _run(copy)
    (problem,) = outcome.problems
    assert TABLE in problem
    assert "not unique" in problem
    assert "report.form_r1" in outcome.materialised
    assert TABLE not in outcome.materialised
    # It stays stale until its files are mended.
    assert TABLE in {".".join(key.path) for key in plan(Lake(copy), home_policy(copy.policy), PERIOD, ()).assets}


def test_what_carries_more_than_a_door_allows_is_not_built(copy: Home, tmp_path: Path) -> None:
    with (copy.policy / "column_grade.csv").open("a", encoding="utf-8") as file:
        file.write(f"{TABLE},entity_name,core,测试,a test,a test,proposal,2025-01-01\n")
    put(copy.policy, (SUM, f"{SUM} * 2"))
    outcome = _run(copy)
    (problem,) = outcome.problems
    assert f"{TABLE}.entity_name" in problem
    assert TABLE not in outcome.materialised
    # It holds back no other workbook, but what has all tables.
    assert publish_workbooks(Lake(copy), ["form_r1"], PERIOD)
    with pytest.raises(DoorError, match=TABLE):
        publish_workbooks(Lake(copy), [NAME], PERIOD)
    with pytest.raises(DoorError, match=TABLE):
        export_database(Lake(copy), tmp_path / "all.duckdb")


@pytest.mark.long
def test_taken_out_it_goes_with_its_table_and_put_back_it_is_built_anew(copy: Home) -> None:
    before = _rows(copy)
    take(copy.policy)
    run_home(copy)
    assert TABLE not in Lake(copy).tables
    assert not ask(copy, "SELECT 1 FROM duckdb_tables() WHERE table_name = $name", name=NAME)
    assert audit(Lake(copy)).faults == ()
    assert all(proof.failures == () for proof in prove(Lake(copy), rows=0, seed=1))
    put(copy.policy)
    assert TABLE in run_home(copy).materialised
    assert _rows(copy) == before
    assert load(copy.policy).lists["report_model"]
