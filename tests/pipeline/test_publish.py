"""`shuzhang publish` and `shuzhang diff` on a small city: versions, restatements with causes, copies, refusals, and what a crash leaves."""

import csv
import io
import json
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from pipelines.cli.app import app
from pipelines.removal import take_back
from tests.homes import ask, deliver_files, exit_code, lake_of, one, run_home
from tests.report_cells import applied, files_of, plain
from warehouse.intake.deliveries import OPERATOR, Intake
from warehouse.publish.report import publish as publishing
from warehouse.publish.report.cells import ADDED, CHANGED, REMOVED, CellChange, read_cells
from warehouse.publish.report.edition import Check
from warehouse.publish.report.publish import UnpublishableError, publish
from warehouse.store.home import Home
from warehouse.store.lake import Lake
from warehouse.trace.audit import audit

PERIOD, BEFORE = "2026-06", "2026-05"
GOVERNMENT = "reports/published/2026-06/city/government"
_CITY = "report_kind=government level=city entity_code=city"
_KINDS = {"新增": ADDED, "删除": REMOVED, "变更": CHANGED}


ONE_FORMAT = [one for one in publishing.WRITERS if one.file_name == "cells.csv"]


@pytest.fixture(scope="module", autouse=True)
def _one_format() -> Iterator[None]:
    """Versions are of all formats alike, and the others take half a minute; `test_mutation.py` has them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publishing, "WRITERS", ONE_FORMAT)
        yield


def _run(home: Home, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--home", str(home.root)])


def _publish(home: Home, *options: str) -> str:
    result = _run(home, "publish", "--period", PERIOD, *options)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


def _correct(home: Home, folder: Path) -> str:
    """Deliver costs again with one amount 100 more than it was; returns the delivery's id."""
    delivery_id, amount = ask(
        home,
        "SELECT l.delivery_id, l.amount_cny FROM valuation.cost_line AS l JOIN registry.asset_card USING (resource_id) "
        "WHERE l.treatment = 'capitalised' AND NOT l.is_held AND l.posted_date >= DATE '2026-01-01' "
        "ORDER BY l.posted_date, l.amount_cny LIMIT 1",
    )[0]
    (delivery,) = [one for one in Intake(home).deliveries() if one.delivery_id == delivery_id]
    data = home.read(delivery.files[0].sha256)
    encoding = "gbk" if b"\xcf" in data[:20] else "utf-8"
    text = data.decode(encoding)
    assert text.count(str(amount)) == 1
    file = folder / delivery.files[0].name
    file.write_bytes(text.replace(str(amount), str(amount + 100)).encode(encoding))
    return deliver_files(home, [file], delivery.deliverer_code, "costs", "2026-08-20")


class Corrected:
    """A home in which version 1 was published, then a cost of the month corrected, then version 2 published."""

    def __init__(self, home: Home, folder: Path) -> None:
        self.home = home
        self.first = home.root / GOVERNMENT / "v1"
        self.second = home.root / GOVERNMENT / "v2"
        self.said = [_publish(home), _publish(home, "--state", "reviewed", "--by", "审计处")]
        self.said.append(_publish(home, "--state", "published", "--by", "财政局", "--reason", "常委会审议"))
        self.files = files_of(self.first)
        self.said.append(_publish(home))
        self.delivery = _correct(home, folder)
        self.waiting = _publish(home)
        run_home(home, period=PERIOD)
        self.out = folder / "out"
        self.said.append(_publish(home, "--state", "published", "--by", "财政局", "--out", str(self.out)))


@pytest.fixture(scope="module")
def corrected(few: Home, tmp_path_factory: pytest.TempPathFactory) -> Corrected:
    folder = tmp_path_factory.mktemp("corrected")
    return Corrected(Home(shutil.copytree(few.root, folder / "home")), folder)


@pytest.fixture
def home(few: Home, tmp_path: Path) -> Home:
    return Home(shutil.copytree(few.root, tmp_path / "home"))


def test_a_draft_becomes_version_1_and_the_same_figures_make_no_other(corrected: Corrected) -> None:
    assert ["草稿: 已写出" in corrected.said[0], "已审核: 已写出" in corrected.said[1]] == [True, True]
    assert "第 1 版 / version 1, 已发布: 已写出" in corrected.said[2]
    assert "nothing was written" in corrected.said[3]
    events = [event for event in lake_of(corrected.home).chain.events() if event.kind == "edition"]
    told = [(event.body["version"], event.body["state"], event.body["by"]) for event in events]
    assert told == [(1, "draft", ""), (1, "reviewed", "审计处"), (1, "published", "财政局"), (2, "published", "财政局")]
    assert "1 次交付尚未接收" in corrected.waiting


def test_the_files_of_version_1_are_byte_for_byte_what_they_were(corrected: Corrected) -> None:
    assert files_of(corrected.first) == corrected.files
    assert all(file.stat().st_mode & 0o222 == 0 for file in corrected.first.rglob("*") if file.is_file())
    assert audit(Lake(corrected.home)).faults == ()


def _restatement(folder: Path) -> list[dict[str, Any]]:
    return pq.read_table(folder / "audit" / "restatement.parquet").to_pylist()


def test_the_restatement_leads_from_version_1_to_version_2_and_explains_every_cell(corrected: Corrected) -> None:
    lines = _restatement(corrected.second)
    before, after = (read_cells(folder / "audit" / "cells.parquet") for folder in (corrected.first, corrected.second))
    keys = {
        " ".join(f"{n}={v}" for n, v in json.loads(key).items()): key for *_, key in {**plain(before), **plain(after)}
    }
    changes = [
        CellChange(
            line["form"], "", keys[line["row_key"]], "", line["column_name"], "", False, _KINDS[line["change"]],
            line["old_value"], line["new_value"],
        )
        for line in lines
    ]  # fmt: skip
    assert applied(plain(before), changes) == plain(after) != plain(before)
    # The line that was corrected, and no other of its file.
    assert {line["cause"].partition("（")[0] for line in lines} == {f"交付 {corrected.delivery}"}
    assert all("等" not in line["cause"] for line in lines)
    assert _of_city(lines)["closing_cost_cny"]["difference"] == "100.00"
    with (corrected.second / "audit" / "restatement.csv").open(encoding="utf-8-sig", newline="") as text:
        assert len([*csv.reader(text)]) == 1 + len(lines)


def test_the_copy_stands_alone(corrected: Corrected) -> None:
    assert files_of(corrected.out) == files_of(corrected.second)
    check = ["sha256sum", "-c", "SHA256SUMS"]
    done = subprocess.run(check, cwd=corrected.out, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.count(": OK") == len(files_of(corrected.out)) - 1
    text = (corrected.out / "README.txt").read_text("utf-8")
    assert "第 1 版 / version 1" in text
    # Its example is a command.
    command = next(line for line in text.splitlines() if "shuzhang trace report." in line).split()[1:]
    assert _run(corrected.home, *command).exit_code == 0


def test_a_copy_takes_the_place_of_an_earlier_one_and_of_nothing_else(corrected: Corrected, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(corrected.out, tmp_path / "copy"))
    (copy / "README.txt").write_text("old", "utf-8")
    assert "nothing was written" in _publish(corrected.home, "--out", str(copy))
    assert files_of(copy) == files_of(corrected.second)
    (copy / "mine.txt").write_text("mine", "utf-8")
    result = _run(corrected.home, "publish", "--period", PERIOD, "--out", str(copy))
    assert isinstance(result.exception, UnpublishableError)
    assert (copy / "mine.txt").read_text("utf-8") == "mine"


@pytest.mark.long
def test_versions_of_a_period_taken_back_are_marked_beside_and_a_new_one_has_another_number(
    corrected: Corrected, tmp_path: Path
) -> None:
    home = Home(shutil.copytree(corrected.home.root, tmp_path / "home"))
    before = files_of(home.root / GOVERNMENT / "v1")
    notes = take_back(home, PERIOD, "误建", "财政局").notes
    assert {f"v{number} 已撤回 WITHDRAWN.txt" for number in (1, 2)} <= {note.name for note in notes}
    assert files_of(home.root / GOVERNMENT / "v1") == before
    assert audit(Lake(home)).faults == ()
    run_home(home, period=PERIOD)
    # The same figures as those of a version that stands no more.
    assert "第 3 版 / version 3" in _publish(home, "--state", "published", "--by", "财政局")
    assert _restatement(home.root / GOVERNMENT / "v3") == []


def test_what_is_stale_is_refused_with_the_command_that_builds_it(home: Home) -> None:
    file = home.policy / "forms" / "r1.toml"
    file.write_text(file.read_text("utf-8").replace("自编表号", "自拟表号", 1), "utf-8")
    for period, table in ((PERIOD, "report.form_r1"), ("2026-04", "report.form_r1")):
        result = _run(home, "publish", "--period", period)
        assert result.exit_code == 1
        assert f"shuzhang run --period {period}" in str(result.exception)
        assert table in str(result.exception)
    assert not (home.root / "reports" / "published").exists()


@pytest.mark.parametrize(
    "options",
    [
        ("--period", "2026-6"), ("--period", PERIOD, "--scope", "street:1"), ("--period", PERIOD, "--kind", "govern"),
        ("--period", PERIOD, "--scope", "unit:none"), ("--period", PERIOD, "--state", "published"),
    ],
)  # fmt: skip
def test_misuse_is_told(few: Home, options: tuple[str, ...]) -> None:
    result = _run(few, "publish", *options)
    assert type(result.exception).__name__ == "MisuseError", (result.output, result.exception)


UNIT = "11990100000000297W"


def _with_failed_check(patch: pytest.MonkeyPatch, decision: str = "") -> None:
    check = Check("r1", "books", "卡片与账", "unit", UNIT, "农业农村局", "卡片 2.00", "账 1.00", "1.00", decision)
    collected = publishing.collect

    def collect(*values: Any, **named: Any) -> Any:
        return replace(collected(*values, **named), checks=[check])

    patch.setattr(publishing, "collect", collect)


def test_a_failed_check_blocks_the_report_of_its_unit_and_none_above(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    _with_failed_check(monkeypatch)
    result = _run(home, "publish", "--period", PERIOD, "--scope", f"unit:{UNIT}")
    assert isinstance(result.exception, UnpublishableError)
    assert UNIT in str(result.exception)
    assert "差额 1.00" in str(result.exception)
    assert publish(Lake(home), PERIOD).is_new
    _with_failed_check(monkeypatch, decision="20260101-01-decisions-x")
    assert publish(Lake(home), PERIOD, f"unit:{UNIT}").is_new


def _publish_draft(home: Home) -> None:
    """In a process of its own, where nothing is patched."""
    publish(Lake(home), PERIOD, writers=ONE_FORMAT)


@pytest.mark.long
def test_a_crash_leaves_no_half_version(home: Home) -> None:
    folder = home.root / GOVERNMENT / "v1"
    assert exit_code(_publish_draft, home, fault="file.inside:edition") == -signal.SIGKILL
    assert not folder.exists()
    assert exit_code(_publish_draft, home) == 0
    whole = files_of(folder)
    for fault in ("file.inside:edition", "file.inside:replaced", "file.after:edition"):
        assert exit_code(_publish_draft, home, fault=fault) == -signal.SIGKILL
        assert audit(Lake(home)).faults == (), fault
    assert exit_code(_publish_draft, home) == 0
    # The same figures, the same bytes.
    assert files_of(folder) == whole
    assert sorted(file.name for file in folder.parent.iterdir()) == [".lock", "v1"]


def test_figures_that_changed_since_the_review_are_reviewed_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    _publish(home, "--state", "reviewed", "--by", "审计处")
    collected = publishing.collect

    def collect(*values: Any, **named: Any) -> Any:
        report = collected(*values, **named)
        first = report.pages[0]
        changed = replace(first, rows=[("别的名称", *first.rows[0][1:]), *first.rows[1:]])
        return replace(report, pages=[changed, *report.pages[1:]])

    monkeypatch.setattr(publishing, "collect", collect)
    options = ("--state", "published", "--by", "财政局")
    result = _run(home, "publish", "--period", PERIOD, *options)
    assert isinstance(result.exception, UnpublishableError)
    assert "审核后有 1 个数字变动" in str(result.exception)
    _publish(home, "--state", "reviewed", "--by", "审计处")
    assert "已发布: 已写出" in _publish(home, *options)


@pytest.mark.long
def test_an_entry_of_policy_is_a_cause(home: Home) -> None:
    _publish(home, "--state", "published", "--by", "财政局")
    file = home.policy / "cost_treatment.csv"
    entry = "development,expensed,,,test,proposal,2025-09-01"
    file.write_text(f"{file.read_text('utf-8').rstrip()}\n{entry}\n", "utf-8")
    run_home(home, period=PERIOD)
    _publish(home)
    lines = _restatement(home.root / GOVERNMENT / "v2")
    assert {line["cause"].partition("（")[0] for line in lines} == {"政策 cost_treatment development，2025-09-01 起"}


@pytest.mark.long
def test_a_decision_beside_a_delivery_and_its_withdrawal_are_causes(home: Home, tmp_path: Path) -> None:
    """The summary of the city differs by more than its units do: by what was decided of the total."""
    _publish(home, "--state", "published", "--by", "财政局")
    file = tmp_path / "更正.csv"
    head = "correction_no,period,report_kind,level,entity_code,correction_cost_cny,reason,decided_by,decided_at"
    file.write_text(f"{head}\nG1,{PERIOD},行政事业性国有资产,全市,,-7.00,重复,财政局,2026-07-10\n", "utf-8")
    correction = deliver_files(home, [file], OPERATOR, "corrections", "2026-07-20")
    delivery = _correct(home, tmp_path)
    run_home(home, period=PERIOD)
    _publish(home, "--state", "published", "--by", "财政局")
    city = _of_city(_restatement(home.root / GOVERNMENT / "v2"))
    causes = {name: city[name]["cause"] for name in ("closing_cost_cny", "corrected_cost_cny", "summary_cost_cny")}
    assert f"交付 {delivery}" in causes["closing_cost_cny"]
    assert f"决定 {correction}" in causes["corrected_cost_cny"]
    assert delivery not in causes["corrected_cost_cny"]
    assert f"交付 {delivery}" in causes["summary_cost_cny"]
    assert f"决定 {correction}" in causes["summary_cost_cny"]
    assert city["summary_cost_cny"]["difference"] == "93.00"
    Intake(home).withdraw(correction, "撤销更正")
    run_home(home, period=PERIOD)
    _publish(home)
    lines = _restatement(home.root / GOVERNMENT / "v3")
    assert {line["cause"].partition("（")[0] for line in lines} == {f"撤回 {correction}"}
    assert _of_city(lines)["summary_cost_cny"]["difference"] == "7.00"


def _of_city(lines: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {line["column_name"]: line for line in lines if line["form"] == "r1" and line["row_key"].endswith(_CITY)}


@pytest.fixture(scope="module")
def months(corrected: Corrected, tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(shutil.copytree(corrected.home.root, tmp_path_factory.mktemp("months") / "home"))
    run_home(home, period=BEFORE)
    return home


@pytest.mark.long
def test_two_months_differ_by_what_was_booked_between_them(months: Home) -> None:
    result = _run(months, "diff", BEFORE, PERIOD, "--format", "json", "--form", "r1")
    assert result.exit_code == 0, (result.output, result.exception)
    lines = json.loads(result.output)
    (city,) = [one for one in lines if one["row_key"].endswith(_CITY) and one["column"] == "closing_amortisation_cny"]
    sums = ask(
        months,
        "SELECT closing_amortisation_cny FROM report.form_r1 WHERE level = 'city' AND report_kind = 'government' "
        "AND period IN ($before, $after) ORDER BY period",
        before=BEFORE,
        after=PERIOD,
    )
    assert [(Decimal(city["before"]),), (Decimal(city["after"]),)] == sums
    booked = one(
        months,
        "SELECT sum(amortisation_cny) FROM valuation.month_movement WHERE period = $period AND booking_month = $period "
        "AND entry_kind = 'amortisation'",
        period=PERIOD,
    )
    assert f"变动 摊销 +{booked:,}" in city["causes"]
    # What movements say of a closing says all of it.
    assert all(
        "未查明" not in line["causes"] and line["causes"] for line in lines if line["column"].startswith("closing_")
    )
    assert [
        *csv.DictReader(io.StringIO(_run(months, "diff", BEFORE, PERIOD, "--format", "csv", "--form", "r1").output))
    ] == [{name: value or "" for name, value in line.items()} for line in lines]


def test_a_comparison_reads_in_80_columns(months: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    result = _run(months, "diff", BEFORE, PERIOD, "--form", "r1", "--traces", "0")
    assert result.exit_code == 0
    assert "level=city entity_code=city" in result.output
    assert "期末累计摊销" in result.output
    for wrong in ((PERIOD, BEFORE), (BEFORE, PERIOD, "--form", "r99")):
        assert type(_run(months, "diff", *wrong).exception).__name__ == "MisuseError"
    assert "no such period" in str(_run(months, "diff", "2026-04", PERIOD).exception)
