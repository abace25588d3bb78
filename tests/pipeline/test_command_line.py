"""The command line as people use it: real processes' entry point, exit codes, formats, refusals."""

import csv
import ctypes
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from typer.testing import CliRunner, Result

from pipelines.cli.app import app, main
from readers.kinds import KINDS
from tests.homes import one
from warehouse.intake.deliveries import Intake
from warehouse.store.home import Home
from warehouse.tables.definitions import all_tables


def _call(home: Path, *arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, [*arguments], env={"SHUZHANG_HOME": str(home), "COLUMNS": "200"}, input=stdin)


def _main(monkeypatch: pytest.MonkeyPatch, home: Path, *arguments: str) -> int:
    """The exit code of the real entry point, which turns errors into messages."""
    monkeypatch.setenv("SHUZHANG_HOME", str(home))
    monkeypatch.setattr("sys.argv", ["shuzhang", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_help_is_there_for_every_command() -> None:
    names = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
    assert {
        "deliver",
        "run",
        "status",
        "rejected",
        "trace",
        "sql",
        "export",
        "template",
        "withdraw",
        "example",
    } <= set(names)
    for name in names:
        result = CliRunner().invoke(app, [name, "--help"])
        assert result.exit_code == 0
        assert "Usage" in result.output


def test_status_json_has_what_it_promises(city: Home) -> None:
    document = json.loads(_call(city.root, "status", "--json").output)
    assert set(document["records"]) == {"in", "accepted", "rejected", "unchanged", "held"}
    for name in ("deliveries", "resources", "fields", "cards", "memo", "snapshots"):
        assert isinstance(document[name], int)
        assert document[name] > 0
    assert document["missing"] == ["1299010000000030XA"]
    assert document["last_run"]["status"] == "SUCCESS"
    assert document["records"] == document["records_by_kind"]["catalog"]


@pytest.mark.long
def test_the_lineage_page_names_commands_that_trace_a_row_of_this_lake(city: Home, tmp_path: Path) -> None:
    target = tmp_path / "lineage.html"
    result = _call(city.root, "lineage", "report.form_r1", "--format", "html", "--output", str(target))
    assert f"{target.as_uri()}#report.form_r1" in result.output
    lake = re.search(r'<script type="application/json" id="lake">(.*?)</script>', target.read_text("utf-8"), re.DOTALL)
    assert lake is not None
    commands = {table["id"]: table["trace"] for table in json.loads(lake[1])["tables"]}
    assert set(commands) == set(all_tables())
    for name in ("report.form_r1", "registry.asset_card", "catalog.organisation"):
        program, *arguments = shlex.split(commands[name])
        assert program == "shuzhang"
        column = all_tables()[name].columns[-1].name
        assert json.loads(_call(city.root, *arguments, "--column", column, "--json").output)["sources"]
    assert _call(city.root, "lineage", "--output", str(target)).exit_code != 0


def test_rejected_in_every_format(city: Home) -> None:
    documents = json.loads(_call(city.root, "rejected", "--format", "json").output)
    rows = list(csv.DictReader(io.StringIO(_call(city.root, "rejected", "--format", "csv").output)))
    assert len(rows) == len(documents) > 20
    for document in documents:
        assert all(document[name] for name in ("rule", "message_zh", "message_en", "mend_zh", "mend_en"))
        # A doubt of who delivered is about no file.
        assert document["source_file"] or document["rule"] == "unit_code"
    assert {"html_page", "empty_file", "duplicate_identifier", "bad_amount"} <= {d["rule"] for d in documents}
    told = _call(city.root, "rejected").output
    for document in documents:
        assert all(
            document[name] in told for name in ("delivery_id", "source_file", "message_zh", "message_en", "mend_zh")
        )
    delivery = documents[0]["delivery_id"]
    one = json.loads(_call(city.root, "rejected", "--delivery", delivery, "--format", "json").output)
    assert one == [document for document in documents if document["delivery_id"] == delivery]


def test_every_delivery_has_a_receipt_that_says_the_equation(city: Home) -> None:
    receipts = sorted(city.receipts.glob("*.xlsx"))
    assert len(receipts) == json.loads(_call(city.root, "status", "--json").output)["deliveries"]
    for receipt in receipts[:20]:
        sheet = openpyxl.load_workbook(receipt)["回执"]
        facts: dict[object, Any] = {
            row[0]: row[1] for row in sheet.iter_rows(min_row=3, max_col=2, values_only=True) if row[1] is not None
        }
        assert facts["来件"] == facts["接受"] + facts["拒收"] + facts["未变"] + facts["搁置"]


def test_trace_json_has_what_it_promises(city: Home) -> None:
    result = _call(
        city.root,
        "trace",
        "report.form_r1",
        "period=2026-06",
        "report_kind=government",
        "level=city",
        "entity_code=city",
        "--verify",
        "--json",
        "--limit",
        "3",
    )
    assert result.exit_code == 0
    document = json.loads(result.output)
    assert document["table"] == "report.form_r1"
    assert document["key"] == {"period": "2026-06", "report_kind": "government", "level": "city", "entity_code": "city"}
    assert document["verified"] is True
    assert {"table", "rows"} == set(document["steps"][0])
    assert len(document["sources"]) == 3
    assert {"table", "key", "sha256", "deliverer", "file", "pointer", "raw"} == set(document["sources"][0])
    assert document["source_count"] > 2000


@pytest.mark.parametrize(
    "reading",
    [
        "SELECT 1 AS x",
        "DESCRIBE catalog.resource",
        "SUMMARIZE report.form_r1",
        "FROM information_schema.tables",
        "SHOW TABLES",
    ],
)
def test_sql_reads(city: Home, reading: str) -> None:
    assert _call(city.root, "sql", reading, "--format", "json").exit_code == 0


def test_each_of_several_statements_is_answered_in_its_turn(city: Home) -> None:
    assert _call(city.root, "sql", "SELECT 1 AS a; SELECT 2 AS b", "--format", "csv").output == "a\n1\nb\n2\n"


@pytest.mark.parametrize(
    "text", ["", " -- a note", "SELEC 1", "IMPORT DATABASE 'x'", "WITH a AS (DELETE FROM b) FROM a"]
)
def test_what_is_no_statement_is_said_in_both_languages(
    city: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    assert _main(monkeypatch, city.root, "sql", text) == 1
    assert " / " in capsys.readouterr().err


@pytest.mark.parametrize(
    "writing",
    [
        "DELETE FROM catalog.resource",
        "CREATE TABLE x AS SELECT 1",
        "COPY (SELECT 1) TO 'out.csv'",
        "ATTACH 'x.duckdb'",
        "SELECT 1; DROP TABLE catalog.resource",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SET enable_external_access = true",
        "INSTALL httpfs",
    ],
)
def test_sql_refuses_to_write_or_look_elsewhere(city: Home, monkeypatch: pytest.MonkeyPatch, writing: str) -> None:
    assert _main(monkeypatch, city.root, "sql", writing) == 2


def test_history_shows_the_catalogue_of_a_time_and_a_day(city: Home) -> None:
    count = "SELECT count(*) AS n, max(delivery_date) AS last FROM catalog.resource JOIN landing.delivery USING (delivery_id)"
    (now,) = json.loads(_call(city.root, "history", count, "--format", "json").output)
    (then,) = json.loads(_call(city.root, "history", count, "--effective", "2026-03-31", "--format", "json").output)
    assert now["n"] == 639
    assert 0 < then["n"] < 639
    assert then["last"] <= "2026-03-31"
    assert _call(city.root, "history", "--known-at", "2020-01-01", "--format", "csv").output.count("\n") == 1


@pytest.mark.parametrize(
    "wrong", [["--known-at", "yesterday"], ["--effective", "2026-02-30"], ["DROP TABLE catalog.resource"]]
)
def test_history_refuses_what_is_no_time_and_what_writes(
    city: Home, monkeypatch: pytest.MonkeyPatch, wrong: list[str]
) -> None:
    assert _main(monkeypatch, city.root, "history", *wrong) == 2


def test_money_keeps_its_cents_in_every_format(city: Home) -> None:
    query = "SELECT sum(closing_cost_cny) AS total_cny FROM valuation.snapshot"
    (text,) = json.loads(_call(city.root, "sql", query, "--format", "json").output)[0].values()
    assert text == _call(city.root, "sql", query, "--format", "csv").output.splitlines()[1] == "120153561.64"


def test_export_opens_in_a_plain_duckdb_with_comments(city: Home, tmp_path: Path) -> None:
    target = tmp_path / "export.duckdb"
    assert _call(city.root, "export", str(target)).exit_code == 0
    with duckdb.connect(str(target), read_only=True) as connection:
        tables = dict(
            connection.execute("SELECT schema_name || '.' || table_name, comment FROM duckdb_tables()").fetchall()
        )
        assert set(tables) == set(all_tables())
        assert all(tables.values())
        columns = connection.execute(
            "SELECT count(*) FROM duckdb_columns() WHERE comment IS NULL AND NOT internal"
        ).fetchone()
        assert columns == (0,)
        found = connection.execute(
            "SELECT closing_cost_cny FROM report.form_r1 WHERE level = 'city' AND report_kind = 'government'"
        ).fetchone()
    assert str((found or ("",))[0]) == "113397423.74"


@pytest.mark.parametrize("kind", [kind.code for kind in KINDS.values() if kind.has_template])
def test_a_template_is_written_for_every_kind(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "t.xlsx"
    assert _call(tmp_path / "home", "template", kind, "--output", str(target)).exit_code == 0
    assert "填写说明" in openpyxl.load_workbook(target).sheetnames


def test_misuse_ends_with_two_and_says_the_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    file = tmp_path / "a.csv"
    file.write_text("x\n1\n")
    home = tmp_path / "home"
    assert _main(monkeypatch, home, "deliver", str(file)) == 2
    assert "--from" in capsys.readouterr().err
    assert _main(monkeypatch, home, "deliver", str(file), "--from", "A", "--kind", "nonsense") == 2
    assert _main(monkeypatch, home, "run", "--period", "2026-13") == 2
    assert _main(monkeypatch, home, "trace", "report.form_r1", "period") == 2
    assert _main(monkeypatch, home, "release", "nothing", "--reason", " ") == 2
    capsys.readouterr()
    assert _main(monkeypatch, home, "run") == 1
    assert "shuzhang deliver" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["withdraw", "nothing", "--reason", "x"],
        ["rejected", "--delivery", "nothing"],
        ["held", "nothing"],
        ["run", "--from", "nothing"],
        ["run", "--period", "0026-06"],
        ["run", "--period", "2062-06"],
        ["release", "nothing", "--reason", "x"],
        ["trace", "report.form_r1", "period=2026-06", "report_kind=government", "level=city", "entity_code=nothing"],
        ["trace", "report.form_9", "a=b"],
        ["verify", "report.form_9"],
        ["lineage", "report.form_9"],
        ["sql", "FROM catalog.nothing"],
        ["sql", "SELECT nothing FROM catalog.resource"],
        ["harvest", "nothing"],
        ["quality", "report", "--agency", "nothing"],
    ],
    ids=" ".join,
)
def test_what_is_not_there_ends_with_one(city: Home, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    assert _main(monkeypatch, city.root, *arguments) == 1


def test_a_month_is_closed_as_a_delivery_that_says_every_card(
    city: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(city.root, home.root, ignore=shutil.ignore_patterns("reports", "receipts", "runs"))

    def close(*more: str, period: str = "2026-06", word: str = "close") -> tuple[int, str]:
        options = ("--reason", "半年结账", "--by", "示例市财政局")
        code = _main(monkeypatch, home.root, "period", word, period, *options, *more)
        return code, "".join(capsys.readouterr())

    before = {delivery.delivery_id for delivery in Intake(home).deliveries()}
    for wrong, code, told in (
        (close(period="2026-6"), 2, "2026-06"),
        (close(period="2019-06"), 1, "没有这个期间"),
        (close("--unit", "nobody"), 1, "没有这个单位"),
        (close(word="open"), 1, "没有结账"),
    ):
        assert (wrong[0], told in wrong[1]) == (code, True), wrong
    assert before == {delivery.delivery_id for delivery in Intake(home).deliveries()}
    assert close()[0] == 0
    (closing,) = [one for one in Intake(home).deliveries() if one.delivery_id not in before]
    rows = list(csv.DictReader(io.StringIO(home.blob(closing.files[0].sha256).read_text("utf-8"))))
    shown = one(home, "SELECT count(*) FROM valuation.snapshot WHERE period = '2026-06'")
    assert sum(int(row["card_count"]) for row in rows if not row["card_id"]) == shown
    assert len([row for row in rows if row["card_id"]]) == shown
    # What waits for a run is not so yet, and is decided all the same.
    for again, told in (
        (close(), "已决定结账"),
        (close("--unit", rows[0]["holder_code"]), "已决定结账"),
        (close(word="open"), "没有结账"),
    ):
        code, said = again
        assert (code, told in said, closing.delivery_id in said, "shuzhang withdraw" in said) == (1, True, True, True)
        assert "shuzhang run --period 2026-06" in said
        assert "过期" not in said
    assert _main(monkeypatch, home.root, "period", "remove", "2026-06", "--reason", "误用") == 0
    assert closing.delivery_id in capsys.readouterr().err


#: Runs commands one after the other, and prints of each its exit code and what it said.
_COMMANDS = """
import contextlib, io, json, sys
from rich.console import Console
from pipelines.cli import console
from pipelines.cli.app import main
told = []
for arguments in json.loads(sys.argv[1]):
    sys.argv = ["shuzhang", *arguments]
    text = io.StringIO()
    console._OUT = console._ERR = Console(file=text, width=200)
    with contextlib.redirect_stdout(text):
        try:
            main()
        except SystemExit as ended:
            told.append([ended.code or 0, text.getvalue()])
print(json.dumps(told))
"""


def _without_power() -> None:
    """Have root obey the permissions of its own files (Linux: no CAP_DAC_OVERRIDE after the next exec)."""
    if os.getuid() == 0:
        assert ctypes.CDLL(None).prctl(24, 1, 0, 0, 0) == 0


def test_a_home_that_may_not_be_written_is_read_and_named(city: Home, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(city.root, home, ignore=shutil.ignore_patterns("reports", "receipts", "runs"))
    (home / "reports").mkdir()
    (home / "receipts").mkdir()
    file = tmp_path / "a.csv"
    file.write_text("x\n1\n")
    (delivery,) = json.loads(
        _call(home, "sql", "SELECT min(delivery_id) AS d FROM landing.delivery", "--format", "json").output
    )
    reading = [
        ["status", "--json"],
        ["sql", "SELECT count(*) FROM catalog.resource", "--format", "csv"],
        ["rejected", "--format", "csv"],
        ["verify", "catalog.roll_up", "--rows", "1"],
        ["history", "SELECT count(*) FROM catalog.resource", "--format", "csv"],
        ["held"],
        ["period", "list", "--format", "csv"],
        ["export", str(tmp_path / "lake.duckdb")],
    ]
    writing = [
        ["run", "--period", "2026-05"],
        ["deliver", str(file), "--from", "A", "--kind", "costs"],
        ["withdraw", delivery["d"], "--reason", "x"],
        ["rebuild", "--force"],
    ]
    places = [home, *home.rglob("*")]
    for place in places:
        place.chmod(0o555 if place.is_dir() else 0o444)
    try:
        ended = subprocess.run(  # noqa: S603 - the program is ours
            [sys.executable, "-c", _COMMANDS, json.dumps([*reading, *writing])],
            env={**os.environ, "SHUZHANG_HOME": str(home)},
            preexec_fn=_without_power,
            capture_output=True,
            text=True,
            check=True,
        )
    finally:
        for place in places:
            place.chmod(0o755 if place.is_dir() else 0o644)
    told = json.loads(ended.stdout)
    for command, (code, text) in zip([*reading, *writing], told, strict=True):
        assert code == (0 if command in reading else 1), (command, text)
        if command[0] == "export":
            assert "未记入事件链" in text
        if command in writing:
            assert f"{home}" in text
            assert "只读或无写入权限" in text
            assert "Make it writable" in text
    assert json.loads(told[0][1])["last_run"]["status"] == "SUCCESS"


def test_an_empty_folder_is_no_delivery(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    assert _main(monkeypatch, tmp_path / "home", "deliver", str(folder), "--from", "A", "--kind", "costs") == 1
    assert "没有文件" in capsys.readouterr().err
    assert Intake(Home(tmp_path / "home")).deliveries() == []


def test_a_bad_policy_file_ends_with_one_and_names_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    home = Home(tmp_path / "home").create()
    file = home.policy / "parameter.csv"
    file.write_text(file.read_text("utf-8").replace(",proposal,", ",certain,"), "utf-8")
    assert _main(monkeypatch, home.root, "run") == 1
    assert "parameter.csv:2" in capsys.readouterr().err


def test_a_folder_of_deliveries_goes_on_past_a_bad_one(tmp_path: Path) -> None:
    for name, text in {
        "good": 'from = "A"\nkind = "catalog"\ndate = 2026-01-01\nfiles = ["a.json"]\n',
        "bad": 'from = "A"\nkind = "catalogue"\ndate = 2026-01-01\nfiles = ["../escape.json"]\n',
    }.items():
        folder = tmp_path / "all" / name
        folder.mkdir(parents=True)
        (folder / "manifest.toml").write_text(text)
        (folder / "a.json").write_text('{"dataset": [{"identifier": "1", "title": "x"}]}')
    (tmp_path / "all" / "escape.json").write_text("{}")
    result = _call(tmp_path / "home", "deliver", str(tmp_path / "all"))
    assert result.exit_code == 1
    assert "catalogue" in result.output
    assert "outside of the folder" in result.output
    assert len(list((tmp_path / "home" / "intake").glob("*.delivery.json"))) == 1


def test_the_example_city_is_labelled_as_invented(city_folder: Path) -> None:
    assert "虚构" in (city_folder / "说明.txt").read_text("utf-8")
    manifests = [tomllib.loads(file.read_text("utf-8")) for file in city_folder.glob("*/manifest.toml")]
    # A closing, too, as the command that closes a month puts it on record.
    assert {manifest["kind"] for manifest in manifests} == set(KINDS)
