"""What is shown is what a commit on record left; what is not, is refused, named and restored; and the record itself can be audited."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assets_defs.stage import asset_key
from pipelines.cli.app import app
from pipelines.definitions import build_definitions
from pipelines.instance import open_instance
from pipelines.problems import problems
from pipelines.rebuild import RebuildError, examine
from pipelines.run import run
from readers.policy.files import load
from tests.homes import ask, lake_of, one, run_home
from warehouse.asking.query import query
from warehouse.building.policy_entries import build_policy
from warehouse.building.removal import remove_period
from warehouse.intake.deliveries import Intake
from warehouse.intake.received import VanishedError, damaged, vanished
from warehouse.publish.database import export_database
from warehouse.publish.letter import publish_letter
from warehouse.publish.lineage_page import publish_lineage
from warehouse.publish.withdrawn import mark_withdrawn
from warehouse.resource import LakeResource
from warehouse.store.chain import ANCHOR_VARIABLE, DELIVERY, PERIOD_REMOVED, PUBLICATION, RUN, Chain, ChainError
from warehouse.store.home import Home
from warehouse.store.lake import CommitInfo, Lake
from warehouse.store.on_record import NotOnRecordError, not_on_record, restore
from warehouse.tables.definitions import all_tables
from warehouse.trace.audit import audit
from warehouse.trace.proof import prove
from warehouse.trace.row_set import differing_sets
from warehouse.trace.tracer import trace

#: What somebody writes to the lake with plain DuckDB, by the table that is then not on record.
EDITS = {
    "report.form_r1": "UPDATE report.form_r1 SET closing_cost_cny = closing_cost_cny + 100 WHERE level = 'city'",
    "valuation.snapshot": "UPDATE valuation.snapshot SET closing_cost_cny = closing_cost_cny + 100",
    "registry.asset_card": "DELETE FROM registry.asset_card",
    "registry.memo_register": "DROP TABLE registry.memo_register",
    "quality.score": "ALTER TABLE quality.score RENAME TO former_score",
    "landing.record": "INSERT INTO landing.record SELECT * REPLACE (ordinal + 90000 AS ordinal) FROM landing.record LIMIT 1",
    "policy.entry": "UPDATE policy.entry SET body = '{}' WHERE list_name = 'parameter'",
    "audit.materialization": "UPDATE audit.materialization SET row_count = row_count + 1",
    "audit.event": "DELETE FROM audit.event WHERE event_number = 3",
}
#: What is in the lake then and no commit made.
RENAMED = {"quality.former_score"}


def _status(home: Home, columns: int) -> str:
    """What the status says of a record that is not as it was, which it ends with one for."""
    result = CliRunner().invoke(app, ["status", "--home", str(home.root)], env={"COLUMNS": f"{columns}"})
    assert result.exit_code == 1
    return result.output


@pytest.fixture(scope="module")
def built(few: Home) -> Iterator[Home]:
    """A home that was run. Copy it."""
    yield few
    lake_of.cache_clear()


@pytest.fixture
def home(built: Home, tmp_path: Path) -> Home:
    return Home(shutil.copytree(built.root, tmp_path / "home"))


def _edit(home: Home, *statements: str) -> None:
    with closing(Lake(home).attach(read_only=False)) as connection:
        for statement in statements:
            connection.execute(statement)


def _changed(home: Home) -> set[str]:
    lake = Lake(home)
    with lake.reading() as connection:
        return set(not_on_record(lake, connection))


def test_an_edited_table_is_refused_named_and_restored(built: Home, home: Home, tmp_path: Path) -> None:
    lake = Lake(home)
    assert _changed(home) == set()
    _edit(home, *EDITS.values())
    assert _changed(home) == set(EDITS) | RENAMED
    for sql in (
        "FROM report.form_r1", 'SELECT * FROM lake."report"."form_r1"', "WITH x AS (FROM report.form_r1) FROM x",
        "SELECT (SELECT max(closing_cost_cny) FROM REPORT.FORM_R1)", "SUMMARIZE report.form_r1",
    ):  # fmt: skip
        with pytest.raises(NotOnRecordError, match="shuzhang run"):
            query(lake, sql)
    assert query(lake, "SELECT count(*) FROM catalog.resource").rows
    with pytest.raises(NotOnRecordError):
        export_database(lake, tmp_path / "out.duckdb")
    assert not (tmp_path / "out.duckdb").exists()
    with pytest.raises(NotOnRecordError):
        list(prove(lake, rows=1, seed=1, tables=["valuation.snapshot"]))
    told = _status(home, 300)
    assert {name for name in EDITS if name not in told} == set()
    faults = "\n".join(audit(lake).faults)
    assert {name for name in EDITS if name not in faults} == set()

    assert set(restore(lake, CommitInfo("t", "restore", ""))) == set(EDITS) | RENAMED
    assert _changed(home) == set()
    assert audit(lake).faults == ()
    lake_of.cache_clear()
    for name, table in lake.tables.items():
        if table.stage != "audit":
            rows = f"FROM {name} ORDER BY {', '.join(table.key)}"
            assert ask(home, rows) == ask(built, rows), name
    assert [lines for _, lines in differing_sets(lake, list(lake.tables)) if lines] == []


def test_a_run_builds_anew_what_was_edited_and_puts_both_on_record(built: Home, home: Home) -> None:
    _edit(home, EDITS["report.form_r1"], "CREATE TABLE report.form_r99 AS SELECT 1 AS a")
    outcome = run_home(home)
    assert list(outcome.restored) == ["report.form_r1", "report.form_r99"]
    assert "report.form_r1" in outcome.materialised
    assert ("restored", "report.form_r1") in {(event.kind, event.subject) for event in Chain(home).events()}
    assert ask(home, "FROM report.form_r1 ORDER BY ALL") == ask(built, "FROM report.form_r1 ORDER BY ALL")
    assert run_home(home).restored == {}


def test_what_no_commit_made_is_refused_and_dropped(built: Home, home: Home) -> None:
    """A macro is called as DuckDB's own function is, and a view stands in the place of a table."""
    made = {"report.form_r99", "report.figures", "main.sum()"}
    _edit(
        home,
        "CREATE TABLE report.form_r99 AS FROM report.form_r1",
        "CREATE VIEW report.figures AS SELECT * REPLACE (closing_cost_cny + 100 AS closing_cost_cny) FROM report.form_r1",
        "CREATE MACRO main.sum(x) AS 42",
        "DROP TABLE registry.memo_register",
        "CREATE VIEW registry.memo_register AS FROM report.form_r1",
    )
    assert _changed(home) == made | {"registry.memo_register"}
    lake = Lake(home)
    for sql in (
        "FROM report.form_r99", "FROM report.figures", "SELECT sum(closing_cost_cny) FROM report.form_r1",
        "FROM registry.memo_register", "FROM lake.table_changes('form_' || 'r1', 0, 1)",
    ):  # fmt: skip
        with pytest.raises(NotOnRecordError):
            query(lake, sql)
    with pytest.raises(NotOnRecordError, match=r"main\.sum"):
        trace(lake, "registry.asset_card", {"card_id": "any"})
    assert set(restore(lake, CommitInfo("t", "restore", ""))) >= made
    assert _changed(home) == set()
    assert audit(lake).faults == ()
    assert query(lake, "SELECT sum(1) FROM report.form_r1").rows != [(42,)]
    rows = "FROM registry.memo_register ORDER BY ALL"
    lake_of.cache_clear()
    assert ask(home, rows) == ask(built, rows)


@pytest.mark.long
def test_a_lake_that_was_set_back_is_named_and_its_numbers_prove_nothing(home: Home, tmp_path: Path) -> None:
    former = shutil.copytree(home.lake, tmp_path / "former")
    lake = Lake(home)
    build_policy(lake, load(home.policy), CommitInfo("t", "t", ""))
    lake.close()
    shutil.rmtree(home.lake)
    former.rename(home.lake)
    gone = {table.qualified for table in lake.tables.of_stage("policy")}
    assert _changed(home) == gone
    # Under the number of the commit that is gone.
    _edit(home, EDITS["report.form_r1"])
    assert _changed(home) == gone | {"report.form_r1"}
    assert set(restore(Lake(home), CommitInfo("t", "restore", ""))) == gone | {"report.form_r1"}
    found = audit(Lake(home))
    assert (_changed(home), found.faults) == (set(), ())
    assert any("set back" in note for note in found.notes)


def test_a_lake_whose_chain_is_gone_is_not_shown(home: Home) -> None:
    shutil.rmtree(home.root / "audit")
    _edit(home, EDITS["report.form_r1"], "DELETE FROM audit.event")
    for command in (["sql", "FROM catalog.resource"], ["status"], ["verify"], ["run"]):
        done = CliRunner().invoke(app, [*command, "--home", str(home.root)])
        assert isinstance(done.exception, ChainError), command
        assert "rebuild --force" in str(done.exception)
    assert any("rebuild --force" in fault for fault in audit(Lake(home)).faults)


def test_a_row_more_or_less_is_found_where_the_files_of_the_lake_were_replaced(home: Home) -> None:
    """Past DuckLake: the Parquet file itself is another, of the same number of rows; or it is gone."""
    lake = Lake(home)
    with lake.reading() as connection:
        ((path,),) = connection.execute(
            "SELECT data_file FROM ducklake_list_files('lake', 'form_r1', schema => 'report')"
        ).fetchall()
        connection.execute(
            f"CREATE TEMP TABLE t AS SELECT * REPLACE (closing_cost_cny + 100 AS closing_cost_cny) FROM '{path}'"
        )
        Path(path).unlink()
        with pytest.raises(NotOnRecordError, match=r"form_r1.*rebuild --force"):
            query(lake, "FROM report.form_r1")
        assert query(lake, "SELECT count(*) FROM catalog.resource").rows
        with pytest.raises(NotOnRecordError, match=r"form_r1.*rebuild --force"):
            run(home)
        connection.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    with pytest.raises(NotOnRecordError, match=r"form_r1.*rebuild --force"):
        query(lake, "FROM report.form_r1")
    told = _status(home, 300)
    assert Path(path).name in told.replace("\n", "")
    # Of the size that is on record, as whoever knows what is looked for sees to.
    with closing(sqlite3.connect(home.lake / "catalog.sqlite")) as catalogue, catalogue:
        size = Path(path).stat().st_size
        catalogue.execute("UPDATE ducklake_data_file SET file_size_bytes = ? WHERE path = ?", [size, Path(path).name])
    assert _changed(home) == set()
    (proof,) = prove(Lake(home), rows=1, seed=1, tables=["report.form_r1"])
    assert any("report.form_r1" in failure and "rebuild" in failure for failure in proof.failures)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            lambda lines, n: [*lines[:n], lines[n].replace(b'"records":', b'"records":1'), *lines[n + 1 :]],
            "前一条被改动",
        ),
        (lambda lines, n: [*lines[:n], *lines[n + 1 :]], "缺失"),
        (lambda lines, n: [*lines[:n], lines[n + 1], lines[n], *lines[n + 2 :]], "调换"),
        (lambda lines, n: lines[:-2], "截去"),
        (lambda lines, n: [*lines[:n], b"nothing", *lines[n + 1 :]], "不是事件"),
    ],
    ids=["changed", "removed", "reordered", "cut", "no event"],
)
def test_a_chain_that_was_tampered_with_is_named(
    home: Home, spoil: Callable[[list[bytes], int], list[bytes]], said: str
) -> None:
    chain = Chain(home)
    lines = chain.lines()
    reading = next(n for n, line in enumerate(lines) if b'"records":' in line)
    chain.file.write_bytes(b"".join(line + b"\n" for line in spoil(lines, reading)))
    assert any(said in fault for fault in audit(Lake(home)).faults)
    with pytest.raises(ChainError, match="restore"):
        run(home)
    told = _status(home, 1000)
    assert said in told.replace("\n", "")


def test_a_chain_without_its_head_is_named(home: Home) -> None:
    chain = Chain(home)
    (chain.folder / "head.json").unlink()
    assert any("head.json" in fault for fault in audit(Lake(home)).faults)
    with pytest.raises(ChainError, match=r"head\.json"):
        run(home)


def test_no_proof_goes_by_a_record_that_was_rewritten(home: Home) -> None:
    key = {"period": "2026-06", "report_kind": "government", "level": "city", "entity_code": "city"}
    _edit(home, "UPDATE audit.materialization SET row_count = row_count + 1 WHERE table_name = 'report.form_r1'")
    with pytest.raises(NotOnRecordError, match=r"audit\.materialization"):
        trace(Lake(home), "report.form_r1", key, verify=True)
    with pytest.raises(NotOnRecordError, match=r"audit\.materialization"):
        next(iter(prove(Lake(home), rows=1, seed=1, tables=["report.form_r1"])))


def test_a_snapshot_that_expired_is_named(home: Home) -> None:
    key = {"period": "2026-06", "report_kind": "government", "level": "city", "entity_code": "city"}
    snapshot = one(home, "SELECT max(snapshot_id) FROM audit.materialization WHERE table_name = 'landing.record'")
    lake_of.cache_clear()
    _edit(home, f"CALL ducklake_expire_snapshots('lake', versions => [{snapshot}])")
    assert any(f"快照 {snapshot} 已从湖中清除" in fault for fault in audit(Lake(home)).faults)
    with pytest.raises(NotOnRecordError, match="rebuild"):
        trace(Lake(home), "report.form_r1", key)


def test_a_torn_lost_or_illegible_anchor_is_named(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    anchor = tmp_path / "anchor"
    monkeypatch.setenv(ANCHOR_VARIABLE, str(anchor))
    publish_lineage(Lake(home))
    assert audit(Lake(home), anchor).faults == ()
    # It was set when the chain was long.
    assert any("it begins at event" in note for note in audit(Lake(home), anchor).notes)
    whole = anchor.read_text("utf-8")
    anchor.write_text(whole[:-30], "utf-8")
    publish_lineage(Lake(home))
    lines = anchor.read_text("utf-8").splitlines()
    # The next head has a line of its own, and the torn one is told of.
    assert lines[-1].startswith(whole.split()[0])
    (fault,) = audit(Lake(home), anchor).faults
    assert f"{anchor}:1: 该行不是链首" in fault
    anchor.write_bytes(b"\xff")
    assert any("cannot be read" in fault for fault in audit(Lake(home), anchor).faults)
    anchor.unlink()
    assert any("cannot be read" in fault for fault in audit(Lake(home), anchor).faults)


def test_a_chain_that_was_written_anew_is_known_by_its_anchor_and_its_models(
    tmp_path: Path, built: Home, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    anchor = tmp_path / "anchor"
    monkeypatch.setenv(ANCHOR_VARIABLE, str(anchor))
    Lake(home).commit(CommitInfo("t", "t", ""), lambda _: None)
    assert audit(Lake(home), anchor).faults == ()
    # A model with 100 more, its hash everywhere: the table, the record, and a chain that follows from its first line.
    snapshot = one(home, "SELECT max(snapshot_id) FROM audit.materialization WHERE table_name = 'report.form_r1'")
    forged = home.keep(b"SELECT 100")
    former = one(
        home,
        f"SELECT sql_sha256 FROM audit.materialization WHERE table_name = 'report.form_r1' AND snapshot_id = {snapshot}",
    )
    lake_of.cache_clear()
    chain, previous, lines = Chain(home), "0" * 64, []
    for line in chain.lines():
        fields = json.loads(line.replace(former.encode(), forged.encode()))
        fields["previous"] = previous
        lines.append(json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())
        previous = hashlib.sha256(lines[-1]).hexdigest()
    chain.file.write_bytes(b"".join(line + b"\n" for line in lines))
    head = json.loads((chain.folder / "head.json").read_text())
    (chain.folder / "head.json").write_text(json.dumps(head | {"sha256": previous}))
    _edit(home, f"UPDATE audit.materialization SET sql_sha256 = '{forged}' WHERE sql_sha256 = '{former}'")
    faults = audit(Lake(home), anchor).faults
    assert any((str(anchor) in fault and "改写" in fault) or "没有这条链" in fault for fault in faults)
    assert any(fault.startswith("report.form_r1: 模型") for fault in faults)


def test_what_was_received_and_is_gone_is_named_and_stops_a_run(home: Home) -> None:
    deliveries = Intake(home).deliveries()
    assert vanished(home) == []
    assert {e.subject for e in Chain(home).events() if e.kind == DELIVERY} == {d.delivery_id for d in deliveries}
    file = home.intake / f"{deliveries[0].delivery_id}.delivery.json"
    blob = home.blob(deliveries[1].files[0].sha256)
    text, data = file.read_bytes(), blob.read_bytes()
    for spoil, mend, named in (
        (file.unlink, lambda: file.write_bytes(text), file),
        (
            lambda: file.write_bytes(text.replace(b'"sequence": 1', b'"sequence": 2')),
            lambda: file.write_bytes(text),
            file,
        ),
        (blob.unlink, lambda: blob.write_bytes(data), blob),
    ):
        spoil()
        (lost,) = vanished(home)
        assert str(named) in lost
        with pytest.raises(VanishedError, match="restore"):
            run(home)
        told = _status(home, 300)
        assert named.name in told.replace("\n", "")
        mend()
    assert run(home).problems == ()
    blob.unlink()
    (lost,) = vanished(home)
    with pytest.raises(RebuildError, match="withdraw"):
        examine(home)
    # Where no backup has it, what is left is to do without.
    Intake(home).withdraw(deliveries[1].delivery_id, "lost")
    assert (vanished(home), vanished(home, but_withdrawn=True)) == ([lost], [])
    blob.write_bytes(b"x" + data[1:])
    assert vanished(home) == []
    (line,) = damaged(home)
    assert str(blob) in line


def test_a_run_of_the_ui_stops_too_where_what_was_received_is_gone(home: Home) -> None:
    file = home.intake / f"{Intake(home).deliveries()[0].delivery_id}.delivery.json"
    file.unlink()
    job = build_definitions(LakeResource(home=str(home.root))).resolve_job_def("ingest")
    landing = [asset_key(table) for table in Lake(home).tables.of_stage("landing")]
    done = job.execute_in_process(asset_selection=landing, raise_on_error=False)
    assert not done.success
    assert any(file.name in problem for problem in problems(done.all_events))


def test_an_officers_edit_is_an_event_and_its_kept_file_is_looked_for(home: Home) -> None:
    file = home.policy / "parameter.csv"
    text = file.read_text("utf-8")
    entry = next(line for line in text.splitlines() if line.startswith("reconciliation_tolerance_cny,"))
    file.write_text(text.replace(entry, entry.replace(",0.00,", ",0.01,")), "utf-8")
    run_home(home)
    *_, event = [event for event in Chain(home).events() if event.kind == "policy"]
    ((name, key, _, old, new),) = event.body["changes"]
    assert (name, key, old != new) == ("parameter", "reconciliation_tolerance_cny", True)
    blob = home.blob(event.body["files"]["parameter.csv"])
    assert blob.read_bytes() == file.read_bytes()
    blob.unlink()
    (lost,) = vanished(home)
    assert "parameter.csv" in lost


def test_a_home_without_a_chain_begins_one_that_says_what_it_cannot_prove(home: Home) -> None:
    shutil.rmtree(home.root / "audit")
    _edit(home, "DELETE FROM audit.event")
    with closing(sqlite3.connect(home.lake / "catalog.sqlite")) as catalogue, catalogue:
        catalogue.execute("UPDATE ducklake_snapshot_changes SET commit_extra_info = '{}'")
    assert run(home).problems == ()
    lake = Lake(home)
    assert (audit(lake).faults, "none of its commits" in " ".join(audit(lake).notes)) == ((), True)
    lake.commit(CommitInfo("t", "t", ""), lambda _: None)
    found = audit(lake)
    assert found.faults == ()
    assert any("older than the chain" in note for note in found.notes)
    assert len([note for note in found.notes if "late" in note]) == len(Intake(home).deliveries())


def test_a_trace_of_an_edited_table_is_refused(home: Home) -> None:
    (code,) = ask(home, "SELECT card_id FROM registry.asset_card ORDER BY ALL LIMIT 1")[0]
    lake_of.cache_clear()
    assert trace(Lake(home), "registry.asset_card", {"card_id": code}, limit=0).source_count
    _edit(home, "UPDATE landing.record SET raw = raw || ' '")
    with pytest.raises(NotOnRecordError, match=r"landing\.record"):
        trace(Lake(home), "registry.asset_card", {"card_id": code}, limit=0)


def test_a_run_and_what_it_published_are_events_and_what_changes_later_is_named(built: Home, home: Home) -> None:
    events = [*Chain(home).events()]
    begun, ended = (event for event in events if event.kind == RUN)
    assert (begun.body["phase"], begun.body["job"], begun.body["periods"]) == ("begin", "everything", ["2026-06"])
    assert (ended.subject, ended.body["outcome"]) == (begun.subject, "succeeded")
    assert set(ended.body["deliveries"]) == {delivery.delivery_id for delivery in Intake(built).deliveries()}
    receipts = {f"receipts/{file.name}" for file in built.receipts.iterdir()}
    forms = [table.name for table in all_tables().of_stage("report") if table.layout_lists]
    workbooks = {f"reports/2026-06/{name}.xlsx" for name in (*forms, "reconciliation")}
    assert {event.subject for event in events if event.kind == PUBLICATION} == receipts | workbooks
    letter = publish_letter(Lake(home), one(home, "SELECT min(holder_code) FROM catalog.resource"))[0]
    lake_of.cache_clear()
    export_database(Lake(home), home.root.parent / "out.duckdb")
    export_database(Lake(home), home.reports / "out.duckdb")
    publish_lineage(Lake(home))
    assert audit(Lake(home)).faults == ()
    for changed in (letter, home.reports / "2026-06" / "form_r1.xlsx", home.reports / "lineage.html"):
        changed.write_bytes(changed.read_bytes() + b" ")
    (home.reports / "out.duckdb").unlink()
    faults = audit(Lake(home)).faults
    assert {fault.partition(":")[0] for fault in faults} == {
        f"reports/letters/{letter.name}", "reports/2026-06/form_r1.xlsx", "reports/lineage.html", "reports/out.duckdb",
    }  # fmt: skip


@pytest.mark.long
def test_a_false_period_is_taken_back_on_record_and_may_be_built_again(built: Home, home: Home) -> None:
    run_home(home, period="2026-05", stored=True)
    workbook = home.reports / "2026-05" / "form_r1.xlsx"
    published, proven = workbook.read_bytes(), ask(built, "FROM report.form_r1 ORDER BY ALL")
    assert one(home, "SELECT count(*) FROM report.form_r1 WHERE period = '2026-05'")
    lake_of.cache_clear()

    def call(*arguments: str) -> tuple[int, str]:
        ended = CliRunner().invoke(app, [*arguments, "--home", str(home.root)], env={"COLUMNS": "300"})
        return ended.exit_code, ended.output + str(ended.exception or "")

    code, said = call("period", "remove", "2026-04", "--reason", "x")
    assert code
    assert "did you mean 您是否要找: 2026-05, 2026-06" in said or "did you mean 您是否要找: 2026-06, 2026-05" in said
    assert call("period", "remove", "2026-05", "--reason", "误用期间", "--by", "数据处")[0] == 0
    for table in (table for table in lake_of(home).tables.values() if table.partition):
        assert one(home, f"SELECT count(*) FROM {table.qualified} WHERE period = '2026-05'") == 0
        assert one(home, f"SELECT count(*) FROM {table.qualified} WHERE period = '2026-06'") == one(
            built, f"SELECT count(*) FROM {table.qualified}"
        )
    lake_of.cache_clear()
    (event,) = [event for event in Chain(home).events() if event.kind == PERIOD_REMOVED]
    assert (event.subject, event.body["reason"], event.body["by"]) == ("2026-05", "误用期间", "数据处")
    assert {told["table_name"] for told in event.body["tables"] if told["rows_sha256"]} == {
        table.qualified for table in Lake(home).tables.values() if table.partition
    }
    # What was published stays as it was, and says that it is withdrawn.
    assert workbook.read_bytes() == published
    (note,) = workbook.parent.glob("form_r1*.txt")
    assert "误用期间" in note.read_text("utf-8")
    found = audit(Lake(home))
    assert found.faults == ()
    assert any("2026-05" in line and "误用期间" in line for line in found.notes)
    assert "误用期间" in call("status")[1]
    with open_instance(home) as instance:
        assert "2026-05" not in instance.get_dynamic_partitions("period")
    assert _changed(home) == set()
    assert not any(proof.failures for proof in prove(Lake(home), rows=1, seed=1, tables=["report.form_r1"]))
    assert "2026-05" not in examine(home).periods
    assert call("period", "remove", "2026-05", "--reason", "x")[0] == 1
    # It is a month like others: built again, it stands, and so do its files.
    run_home(home, period="2026-05", stored=True)
    assert one(home, "SELECT count(*) FROM report.form_r1 WHERE period = '2026-05'")
    assert not note.exists()
    assert "误用期间" not in call("status")[1]
    assert ask(home, "FROM report.form_r1 WHERE period = '2026-06' ORDER BY ALL") == proven
    assert audit(Lake(home)).faults == ()


def test_a_process_that_dies_before_it_marks_what_it_took_back_leaves_it_to_the_next_run(home: Home) -> None:
    remove_period(Lake(home), "2026-06", "误用期间", "数据处")
    assert not list((home.reports / "2026-06").glob("*.txt"))
    (note, *_) = mark_withdrawn(Lake(home))
    assert "误用期间" in note.read_text("utf-8")
    assert mark_withdrawn(Lake(home)) == []
