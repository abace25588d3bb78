"""What README and the pages under docs/ tell a reader to type is typed here, and what they show of the answer comes out.

A command stands on an indented line or between backticks. What only stands for something in it (`ID`, `FILE`, `…`) is bound from a table,
what is optional (`[…]`) is left out, and every option is looked up. Commands that read are given to the example city, those that write to a
copy of it, in turn; what is not run is in `NOT_RUN`, with the reason. What comes to the same once it is bound is run once. A page in
Chinese has the commands of its English twin.

Does not belong here: files, tables and names that pages mention (tests/unit/test_docs.py), queries in a plain `duckdb`
(test_plain_duckdb.py), the workbooks and letters that commands write.
"""

import io
import json
import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.main import get_group

from pipelines.cli.app import app, main
from readers.policy.files import load
from tests.conftest import ROOT
from tests.homes import ask, lake_of, one
from warehouse.asking.status import reconciliation
from warehouse.harvest.sources import read_sources
from warehouse.intake.deliveries import read_manifest
from warehouse.store.home import Home

PAGES = [
    page
    for page in (ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").glob("*.md")))
    if page.name != "data-dictionary.md"
]
CHINESE = [page for page in PAGES if page.name.endswith(".zh-CN.md")]
READMES, AUDITORS = PAGES[:2], [ROOT / "docs" / "auditors.md", ROOT / "docs" / "auditors.zh-CN.md"]
PERIOD = "2026-06"

#: What stands for something on a page in Chinese, as its English twin has it.
_ENGLISH = {
    "标识": "ID",
    "delivery_id=标识": "delivery_id=ID",
    "原因": "TEXT",
    "决定单位": "OFFICE",
    "名称": "NAME",
    "卡片": "ID",
    "卡片编号": "ID",
    "文件": "FILE",
    "文件.duckdb": "FILE.duckdb",
    "文件.md": "FILE.md",
    "文件夹": "DIR",
    "路径…": "PATH…",
    "单位": "CODE",
    "代码": "CODE",
    "类别": "KIND",
    "表": "TABLE",
    "键=值…": "KEY=VALUE…",
    "期间": "PERIOD",
    "表.列": "TABLE.COLUMN",
    "语句": "QUERY",
    "资源代码": "CODE",
}

#: Who delivers in the commands that deliver: a unit with a catalogue in the example city.
DELIVERER = "11990100000000107X"
#: The row whose trace README shows, and the one that it says more of.
_ONE_ROW = ["period=2026-06", "report_kind=government", "level=unit", "entity_code=11990102000000318A"]
_CITY_ROW = ["period=2026-06", "report_kind=government", "level=city", "entity_code=city"]
#: What is put for what stands for something: by command where it means several things. `{…}` is filled in for the home.
_BOUND = {
    "TEXT": ["系统停用"],
    "CODE": [DELIVERER],
    "KIND": ["catalog"],
    "TABLE": ["report.form_r1"],
    "KEY=VALUE…": _ONE_ROW,
    "TABLE.COLUMN": ["report.form_r1.closing_cost_cny"],
    "QUERY": ["FROM report.form_r1"],
    "FILE.duckdb": ["city.duckdb"],
    "FILE.md": ["dictionary.md"],
    "DIR": ["example"],
    "PATH…": ["one.json"],
    "ID": ["{delivery}"],
    "delivery_id=ID": ["delivery_id={delivery}"],
    "deliver FILE": ["table.csv"],
    "lineage FILE": ["lineage.html"],
    "sql …": ["FROM report.form_r1"],
    "trace …": ["report.form_r1", *_ONE_ROW],
    "YYYY-MM": ["2026-05"],
    "card ID": ["11990100000000190H/203015019/22"],
    "list NAME": ["unassessed"],
    "OFFICE": ["数据局"],
    "period …": [PERIOD, "--reason", "x", "--by", "数据局"],
    "deliver …": ["table.csv", "--from", DELIVERER, "--kind", "costs"],
}

#: Commands that do not write, whatever their arguments.
READING = {
    "audit", "dictionary", "export", "held", "history", "lineage", "policy", "rejected", "sql", "status", "template", "trace", "verify",
}  # fmt: skip


class Answer(NamedTuple):
    """How a command ends, and what it says; of one that writes, words of what it must say."""

    exit_code: int
    said: str


#: Commands that write, in the order in which a copy of the city takes them.
IN_TURN = {
    "rebuild": Answer(0, "nothing was done"),
    "rebuild --period 2026-05 --period 2026-06": Answer(0, "nothing was done"),
    "run": Answer(0, "nothing is stale"),
    "run --job month_end --period 2026-06": Answer(0, "nothing is stale"),
    # It reads; cards and books of the city differ.
    "reconcile --period 2026-06": Answer(1, "7 个单位 / units, 11 项不符"),
    "reconcile": Answer(1, "7 个单位 / units, 11 项不符"),
    "reconcile --period 2026-06 --unit CODE --out DIR": Answer(1, "example: 2 个文件"),
    "card ID": Answer(0, "待处理事项 / findings"),
    "card 11990100000000190H/203015019/22": Answer(0, "待处理事项 / findings"),
    # What became known after its year was closed adjusts the opening.
    "card 129901000000004309/301001043/5": Answer(0, "期初调整"),
    "card ID --as-of 2026-03-31": Answer(0, "待处理事项 / findings"),
    "card --all --unit CODE --out DIR": Answer(0, f"{DELIVERER}.html"),
    "card --all --unit 11990100000000190H --out cards": Answer(0, "cards/11990100000000190H.html"),
    "card --lacks --unit CODE --out DIR": Answer(0, "成本.xlsx"),
    "card --lacks --unit 11990100000000190H --out lacks": Answer(0, "lacks/成本.xlsx"),
    "list NAME": Answer(0, "unassessed.xlsx"),
    "list unassessed": Answer(0, "unassessed.xlsx"),
    "list registration": Answer(0, "registration.csv"),
    "list stock_count": Answer(0, "stock_count.csv"),
    "ungraded": Answer(0, f"{DELIVERER}.xlsx"),
    "value": Answer(0, "账面价值 / book"),
    "period list": Answer(0, "2026-06"),
    "audit clock --reason TEXT --by OFFICE": Answer(1, "nothing to put right"),
    # The city was built for June alone.
    "period close 2025-12 --reason TEXT --by OFFICE": Answer(1, "no such period"),
    "period open …": Answer(1, "not closed"),
    "run --period 2026-05": Answer(0, "45 / 45  report.form_check"),
    "period close YYYY-MM --reason TEXT --by OFFICE": Answer(0, "已结账"),
    "period remove 2026-05 --reason TEXT": Answer(0, "2026-05: 已撤回"),
    "period remove YYYY-MM --reason TEXT": Answer(1, "no such period"),
    "deliver … --dry-run": Answer(0, "nothing was kept"),
    "deliver FILE --from CODE --kind costs --dry-run": Answer(0, "nothing was kept"),
    "deliver PATH… --from CODE --kind KIND": Answer(0, f"{DELIVERER} 1 个文件"),
    # It would delete all but one of the deliverer's records.
    f"run --job ingest --from {DELIVERER}": Answer(1, "shuzhang release"),
    "held": Answer(0, "1 次交付被搁置"),
    "release ID --reason 系统停用，确已注销": Answer(0, "released"),
    "release ID --reason TEXT": Answer(0, "released"),
    "refuse ID --reason 导出不全 --by 数据局": Answer(0, "refused"),
    "refuse ID --reason TEXT": Answer(0, "refused"),
    "withdraw ID --reason TEXT": Answer(0, "withdrawn"),
    "deliver FILE --from CODE --kind content --resource 30701505000/1": Answer(0, f"{DELIVERER} 1 个文件"),
    "harvest": Answer(0, "no source"),
    # Before it the source that the page shows is put into the policy: without one it says nothing.
    "harvest --list": Answer(0, "city_portal"),
    "example DIR": Answer(0, "deliveries of the example city"),
}

#: Commands that are not run here, and why.
NOT_RUN = {
    "publish": "half a minute each; tests/pipeline/test_publish.py publishes",
    "publish --period 2026-06": "the same",
    "publish --period 2026-06 --kind enterprise": "the same",
    "publish --period 2026-06 --scope district:990102 --state published --by 财政局 --out report-2026-06": "the same",
    "diff PERIOD PERIOD": "it needs another month of the city; tests/pipeline/test_publish.py compares",
    "diff 2026-05 2026-06": "the same",
    "verify": "twenty rows of all tables take minutes; tests/pipeline/test_trace.py proves some of them",
    "rebuild --force": "it runs the whole city again; tests/integration/test_rebuild.py gives it to a small one",
    "quality report": "it takes long, and tests/pipeline/test_letter.py runs it",
    "lineage": "it names every column of the lake; tests/unit/test_lineage.py asks for some",
    "verify --rows 500": "the same for all rows of most tables",
    "dagster dev": "it serves; tests/ui drives its webserver",
    "duckdb city.duckdb": "test_plain_duckdb.py opens the export",
    "python -m": "minutes to hours; tests run none of the benchmarks",
    "make": "what sets up, tests, checks, serves or takes hours",
}


def _said(page: Path) -> Iterator[str]:
    """What a page has on indented lines, without a prompt, and between backticks; of the table of commands each as it is typed."""
    text = page.read_text("utf-8")
    yield from re.findall(r"^ {4}(?:\$ )?(\S.*)$", text, re.MULTILINE)
    yield from re.findall(r"`([^`\n]+)`", text)
    table = re.search(r"^## (?:Commands|命令)\n(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    for row in re.findall(r"^\| (`.*?) \| ", table[1] if table else "", re.MULTILINE):
        yield from (f"shuzhang {span}" for span in re.findall(r"`([^`]+)`", row))


def _words(said: str) -> list[str]:
    """The words of a command as its English page has them, without what is optional and remarks."""
    without = re.sub(r"\s*\[(?:[^\[\]]|\[[^\]]*\])*\]", "", said)
    return [_ENGLISH.get(word, word) for word in shlex.split(without, comments=True)]


def _shuzhang(page: Path) -> dict[str, list[str]]:
    """The commands of a page without the program's name, and their words. A name alone is one only if it runs without arguments."""
    found = {}
    for said in _said(page):
        if program := re.match(r"(?:\.venv/bin/)?shuzhang (?=[a-z])", said):
            words = _words(said[program.end() :])
            if not _is_name(words) or not _needs_more(words):
                found[" ".join(words)] = words
    return found


def _other(page: Path) -> list[str]:
    """The commands of other programs."""
    return [said for said in _said(page) if re.match(r"(?:make|python|dagster|duckdb|sed|sha256sum) \S", said)]


def _command(words: list[str]) -> Any:
    """The command that words begin with."""
    command: Any = get_group(app)
    for word in words:
        # Typer brings a click of its own, so that no class of click's tells a group.
        if not hasattr(command, "commands"):
            break
        command = command.commands[word]
    return command


def _is_name(words: list[str]) -> bool:
    """Whether the words name a command, or a group of them, and nothing else."""
    command: Any = get_group(app)
    return all((command := getattr(command, "commands", {}).get(word)) for word in words)


def _needs_more(words: list[str]) -> bool:
    command = _command(words)
    return hasattr(command, "commands") or any(param.required for param in command.params)


COMMANDS = {text: words for page in PAGES for text, words in _shuzhang(page).items()}


def _arguments(words: list[str]) -> tuple[str, ...]:
    """The arguments that a command is run with; where it names a delivery, `{delivery}`."""
    return tuple(part for word in words for part in _BOUND.get(f"{words[0]} {word}") or _BOUND.get(word) or [word])


def _named(arguments: tuple[str, ...], delivery: str) -> list[str]:
    return [part.replace("{delivery}", delivery) for part in arguments]


READ = {
    _arguments(words): text
    for text, words in COMMANDS.items()
    if words[0] in READING and text not in {*IN_TURN, *NOT_RUN}
}


def _call(home: Home, arguments: list[str]) -> Answer:
    """Give a command to the real entry point, which turns errors into messages and exit codes."""
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(said):
        patch.setenv("SHUZHANG_HOME", str(home.root))
        patch.setattr("sys.argv", ["shuzhang", *arguments])
        # `sql` without a query reads it.
        patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"FROM report.form_r1")))
        with pytest.raises(SystemExit) as ended:
            main()
    return Answer(int(ended.value.code or 0), said.getvalue())


@cache
def _read(home: Home, *arguments: str) -> Answer:
    """What a command that only reads answers: several tests look at the same answer, and both languages show it."""
    return _call(home, [*arguments])


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own to be in, for files that commands read and write."""
    monkeypatch.chdir(tmp_path)
    Path("one.json").write_text('{"dataset": [{"identifier": "1", "title": "一"}]}', "utf-8")
    Path("table.csv").write_text("编号,街道\n1,东\n2,西\n", "utf-8")


def test_every_command_is_run_or_says_why_not() -> None:
    writing = {text for text in COMMANDS if COMMANDS[text][0] not in READING}
    assert writing - {*IN_TURN, *NOT_RUN} == set()
    assert {*IN_TURN} - {*COMMANDS} == set()
    other = [said for page in PAGES for said in _other(page)]
    assert [reason for reason in NOT_RUN if not any(text.startswith(reason) for text in [*COMMANDS, *other])] == []


@pytest.mark.parametrize("page", CHINESE, ids=lambda page: page.name)
def test_a_page_in_chinese_has_the_commands_of_its_twin(page: Path) -> None:
    twin = page.with_name(page.name.replace(".zh-CN", ""))
    assert set(_shuzhang(page)) == set(_shuzhang(twin))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_options_are_there(page: Path) -> None:
    for said in _said(page):
        if program := re.match(r"(?:\.venv/bin/)?shuzhang (?=[a-z])", said):
            command = _command(re.findall(r"[a-z]+", said[program.end() :]))
            there = {option for param in command.params for option in param.opts}
            assert set(re.findall(r"(?<=[ \[])--?[a-z][\w-]*", said)) <= {*there, "--help"}, said


@pytest.mark.parametrize("arguments", READ, ids=READ.get)
def test_a_command_that_reads_answers(city: Home, arguments: tuple[str, ...]) -> None:
    delivery = one(city, "SELECT min(delivery_id) FROM landing.delivery")
    answer = _read(city, *_named(arguments, delivery))
    assert (answer.exit_code, answer.said != "") == (0, True), answer.said
    # A question that a page has is one that the city has an answer to: headings alone are none.
    assert arguments[0] != "sql" or answer.said.count("\n") > 1


def test_commands_that_write_do_what_they_say_in_turn(city: Home, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(city.root, home.root)
    delivery, done = "", set[tuple[tuple[str, ...], Answer]]()
    for text, answer in IN_TURN.items():
        arguments = _arguments(COMMANDS[text])
        if (arguments, answer) in done:
            continue
        done.add((arguments, answer))
        if text == "harvest --list":
            (home.policy / "sources.toml").write_text(_block("data-team.md", "[city_portal]"), "utf-8")
        found = _call(home, _named(arguments, delivery))
        assert (found.exit_code, answer.said in found.said) == (answer.exit_code, True), (text, found.said)
        if text.startswith("deliver PATH"):
            delivery = found.said.partition(":")[0]


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_what_a_page_shows_of_an_answer_comes_out(city: Home, page: Path) -> None:
    ((prompt, after),) = re.findall(
        r"^ {4}\$ \S*shuzhang (.*)\n((?:(?!## ).*\n)*)", page.read_text("utf-8"), re.MULTILINE
    )
    shown = [line.strip() for line in re.findall(r"^ {4}(.*)$", after, re.MULTILINE)]
    answer = _read(city, *shlex.split(prompt))
    assert answer.exit_code == 0
    said = iter([line.strip() for line in answer.said.splitlines()])
    # Of the answer it shows a part, in its order: what was found is behind all that was found before.
    assert [line for line in shown if line not in said] == []
    # Tables, two sources and that it was proven: a page that shows no more has lost a block.
    assert len(shown) > 30
    count = re.search(r"sources: \d+ / (\d+)$", answer.said, re.MULTILINE)
    assert count
    assert re.search(rf"(?<!\d){count[1]} (?:sources|条来源)", page.read_text("utf-8"))


def _rows(page: Path) -> list[list[str]]:
    """The cells of a page's tables."""
    return [row.split(" | ") for row in re.findall(r"^\| (.*) \|$", page.read_text("utf-8"), re.MULTILINE)]


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_the_figures_of_the_readme_are_those_of_the_city(city: Home, page: Path) -> None:
    text, rows = page.read_text("utf-8"), _rows(page)
    outcome = json.loads(_read(city, "status", "--json").said)
    for kind in ("catalog", "costs", "evidence"):
        (shown,) = [row[1:] for row in rows if row[0].split()[-1] == kind and len(row) == 6]
        assert [int(cell) for cell in shown] == list(outcome["records_by_kind"][kind].values())
    form = ask(
        city,
        "SELECT entity_name, opening_count, opening_cost_cny, closing_count, closing_cost_cny, closing_carrying_cny, memo_count "
        "FROM report.form_r1 WHERE period = $p AND (level = 'city' OR (level = 'district' AND report_kind = 'government'))",
        p=PERIOD,
    )
    shown = [row[1:] for row in rows if len(row) == 8 and row[2][0].isdigit()]
    assert sorted(shown) == sorted([name, *(f"{cell:,}" for cell in figures)] for name, *figures in form)
    reconciled = reconciliation(lake_of(city), PERIOD) or {}
    rates = ask(
        city,
        "SELECT due_count, registered_count, registered_pct, booked_count, booked_pct, agreed_count, agreed_pct, differing_count "
        "FROM finance.unit_rate WHERE period = $p AND level = 'city'",
        p=PERIOD,
    )
    said = re.search(r"reconciliation\.xlsx`.*?\n\n", text, re.DOTALL)
    assert said
    figures = re.findall(r"-?\d[\d,]*(?:\.\d+)?", said[0])
    assert figures == [*map(str, rates[0]), f"{reconciled['difference_cost_cny']:,}"]
    # One unit changed its name, and has a row for each.
    units = one(city, "SELECT count(DISTINCT organisation_code) FROM catalog.organisation")
    said = re.search(r"(?:is invented|示例市为虚构).*?`make run`", text, re.DOTALL)
    assert said
    assert [int(number.replace(",", "")) for number in re.findall(r"\d(?:[\d,]*\d)?", said[0])] == [
        units,
        *(outcome[name] for name in ("deliveries", "resources", "fields")),
    ]
    trace = json.loads(_read(city, "trace", "report.form_r1", *_CITY_ROW, "--verify", "--json", "--limit", "0").said)
    assert trace["verified"]
    assert re.search(rf"(?<!\d)(?:{trace['source_count']:,} sources|{trace['source_count']} 条来源)", text)


def _queries(page: Path) -> list[str]:
    blocks = re.findall(r"```sql\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    return [query.strip() for block in blocks for query in block.split(";\n") if query.strip()]


@pytest.mark.parametrize("page", AUDITORS, ids=lambda page: page.name)
def test_the_queries_of_the_auditors_answer(city: Home, page: Path) -> None:
    for query in _queries(page):
        answer = _read(city, "sql", query, "--format", "json")
        assert answer.exit_code == 0, answer.said
        # Of the equation no delivery is to be found; of all else there is something.
        assert bool(json.loads(answer.said)) == ("<> accepted_count" not in query), query
    said = re.search(r"(\d+) of (\d+) unchanged|(\d+) 条未变的记录中，有 (\d+) 条", page.read_text("utf-8"))
    assert said
    assert sorted(int(number) for number in said.groups() if number) == sorted(
        ask(
            city,
            "SELECT count(*) FILTER (WHERE raw_hash <> prior_raw_hash), count(*) FROM landing.record_change WHERE change = 'unchanged'",
        )[0]
    )


@pytest.mark.parametrize("page", AUDITORS, ids=lambda page: page.name)
def test_what_is_proven_without_the_program_is(city: Home, page: Path) -> None:
    (link,) = [said for said in _said(page) if said.startswith("sed ")]
    (hashed,) = [said for said in _said(page) if said.startswith("sha256sum <")]
    events = (city.root / "audit" / "events.jsonl").read_text("utf-8").splitlines()
    for number in (2, len(events)):
        found = _shell(f"n={number}; {link}", city.root / "audit")
        assert found.split()[0] == json.loads(events[number - 1])["previous"]
    start = re.sub(r"sha256sum <[^>]+>/|…", "", hashed)
    found = _shell(f"sha256sum {start}*", city.root)
    digest, file = found.split()
    assert digest == Path(file).name


def _shell(text: str, folder: Path) -> str:
    return subprocess.run(["bash", "-c", text], cwd=folder, capture_output=True, text=True, check=True).stdout  # noqa: S603, S607


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_targets_and_programs_that_are_named_are_there(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for said in _other(page):
        program, *words = said.split("#")[0].split()
        if program == "make":
            for word in words:
                name, is_variable, _ = word.partition("=")
                defined = rf"^{name} \?=" if is_variable else rf"^{name}:"
                assert re.search(defined, makefile, re.MULTILINE), said
        elif program == "python":
            module = words[1].replace("NAME", "run")
            source = (ROOT / f"{module.replace('.', '/')}.py").read_text("utf-8")
            options = source + (ROOT / "benchmarks" / "measure.py").read_text("utf-8")
            assert all(f'"{option}"' in options for option in re.findall(r"--\w+", said)), said
        elif program in ("dagster", "duckdb"):
            assert any(said.startswith(text) for text in NOT_RUN), said


def _block(page: str, head: str) -> str:
    """The indented block of a page that begins with a line, as the file that it is of."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    found = re.search(rf"^ {{4}}{re.escape(head)}.*\n(?: {{4}}.*\n|\n(?= {{4}}))*", text, re.MULTILINE)
    assert found, f"{page}: {head}"
    return re.sub(r"^ {4}", "", found[0], flags=re.MULTILINE)


@pytest.mark.parametrize("suffix", [".md", ".zh-CN.md"])
def test_files_that_a_page_shows_are_taken(tmp_path: Path, suffix: str) -> None:
    folder = tmp_path / "delivery"
    folder.mkdir()
    (folder / "目录.xlsx").touch()
    (folder / "manifest.toml").write_text(_block(f"guide{suffix}", 'from = "'), "utf-8")
    assert read_manifest(folder).kind == "catalog"
    home = Home(tmp_path / "home").create()
    rule = _block(f"guide{suffix}", "[[rule]]")
    (home.policy / "quality" / "own.toml").write_text(rule, "utf-8")
    assert tomllib.loads(rule)["rule"][0]["rule_code"] in {e.entry_key for e in load(home.policy).lists["quality_rule"]}
    (home.policy / "sources.toml").write_text(_block(f"data-team{suffix}", "[city_portal]"), "utf-8")
    sources = read_sources(home)
    assert (list(sources.good), dict(sources.problems)) == (["city_portal"], {})
