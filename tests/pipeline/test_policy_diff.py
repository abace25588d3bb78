"""`shuzhang policy diff` tells what the next run does, table by table, and writes nothing."""

import json
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app
from tests.homes import ask, contents, lake_of, run_home
from warehouse.store.home import Home
from warehouse.tables.definitions import all_tables


@pytest.fixture(scope="module")
def city_of_few(few: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(shutil.copytree(few.root, tmp_path_factory.mktemp("few") / "home"))


def _diff(home: Home, *options: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["policy", "diff", "--json", "--home", str(home.root), *options])
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def _edit(home: Home, name: str, before: str, after: str) -> None:
    file = home.policy / f"{name}.csv"
    text = file.read_text("utf-8")
    assert text.count(before) == 1
    file.write_text(text.replace(before, after), "utf-8")


def _by_key(rows: list[tuple[Any, ...]], table: str) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    names = [column.name for column in all_tables()[table].columns]
    places = [names.index(column) for column in all_tables()[table].key]
    return {tuple(row[place] for place in places): row for row in rows}


@pytest.mark.long
def test_what_is_told_is_what_the_next_run_does(city_of_few: Home) -> None:
    home = city_of_few
    assert _diff(home) == {"rereads": False, "tables": []}
    treatments = home.policy / "cost_treatment.csv"
    treatments.write_text(
        f"{treatments.read_text('utf-8').rstrip()}\ndevelopment,expensed,,,test,proposal,2025-09-01\n", "utf-8"
    )
    _edit(home, "access_limit", "open,general_1,unconditional", "open,general_1,conditional")
    _edit(home, "rejection_rule", "\nbad_amount,reject,", "\nbad_amount,warn,")
    before = contents(home)
    told = {table["table"]: table for table in _diff(home)["tables"]}
    assert contents(home) == before
    run_home(home)
    after = contents(home)
    assert _diff(home) == {"rereads": False, "tables": []}
    assert {"landing.rejected_record", "classification.resource_access", "valuation.snapshot", "report.form_r1"} <= set(
        told
    )
    for name, table in all_tables().items():
        # What became of the lists themselves is what was edited.
        if not table.model or table.stage == "policy":
            continue
        old, new = _by_key(before[name], name), _by_key(after[name], name)
        counts = {
            "added": len(new.keys() - old.keys()),
            "removed": len(old.keys() - new.keys()),
            "changed": sum(old[key] != new[key] for key in old.keys() & new.keys()),
        }
        assert {count: told.get(name, dict.fromkeys(counts, 0))[count] for count in counts} == counts, name
    sums = told["valuation.snapshot"]["totals"]["closing_carrying_cny"]
    (closing,) = ask(home, "SELECT sum(closing_carrying_cny) FROM valuation.snapshot")[0]
    assert Decimal(sums["after"]) == closing != Decimal(sums["before"])
    opened = [
        change for change in told["classification.resource_access"]["changes"] if change["column"] == "open_limit"
    ]
    limits = (
        "SELECT count(*) FROM classification.resource_access WHERE open_limit = 'conditional' AND grade = 'general_1'"
    )
    assert [(c["before"], c["after"], c["rows"]) for c in opened] == [
        ("unconditional", "conditional", ask(home, limits)[0][0])
    ]


def test_a_change_in_how_files_are_read_is_said(city_of_few: Home) -> None:
    file = city_of_few.policy / "heading_synonym.csv"
    file.write_text(file.read_text("utf-8") + "catalog,资源大名,title,测试,proposal,2025-01-01\n", "utf-8")
    assert _diff(city_of_few)["rereads"] is True
    assert "重新读取" in CliRunner().invoke(app, ["policy", "diff", "--home", str(city_of_few.root)]).output


def test_a_wrong_policy_is_told_by_file_and_line(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    lake_of(home)
    file = home.policy / "access_limit.csv"
    file.write_text(file.read_text("utf-8") + "open,general_9,wide,a,b,c,proposal,2025-01-01\n", "utf-8")
    result = CliRunner().invoke(app, ["policy", "check", "--home", str(home.root)])
    assert result.exit_code != 0
    assert "access_limit.csv" in str(result.exception)
    assert "wide" in str(result.exception) or "unconditional" in str(result.exception)
