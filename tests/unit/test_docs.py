"""What README and the pages under docs/ name is there: files, tables and columns, commands, fault points, how many rules there are.

Does not belong here: the queries of the analysts' pages (tests/pipeline/test_plain_duckdb.py), CONTRIBUTING and the
decisions (test_contributing.py).
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_group

from pipelines.cli.app import app
from readers.kinds import KINDS
from tests.unit.test_structure import ROOMS
from warehouse.tables.definitions import all_tables
from warehouse.tables.rules import shipped_policy
from warehouse.tables.table import STAGES

ROOT = Path(__file__).parents[2]
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
PAGES = [*READMES, *(page for page in sorted((ROOT / "docs").glob("*.md")) if page.name != "data-dictionary.md")]
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def _said(page: Path) -> Iterator[str]:
    """What a page has between backticks."""
    yield from re.findall(r"`([^`\n]+)`", page.read_text("utf-8"))


def _is_there(path: str) -> bool:
    """Whether a path of the tree, of a home's policy or of a wing of the warehouse is there, or an asset of that key."""
    folders = (ROOT, ROOT / "policy", ROOT / "warehouse")
    return any(any(folder.glob(path)) for folder in folders) or path.replace("/", ".") in all_tables()


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@every_page
def test_files_that_are_named_are_there(page: Path) -> None:
    rooms = "|".join((*ROOMS, "tests", "benchmarks", "docs"))
    shape = rf"(?<![\w./>])(?:(?:{rooms})/[\w./*-]*[\w*]|\w+/[\w/]*\.py\b)"
    paths = [path for text in _said(page) for path in re.findall(shape, text)]
    assert [path for path in paths if not _is_there(path)] == []


@every_page
def test_tables_and_columns_that_are_named_are_there(page: Path) -> None:
    tables = all_tables()
    for text in _said(page):
        found = re.fullmatch(rf"((?:{'|'.join(STAGES)})\.[a-z]\w*)(?:\.(\w+))?", text)
        if found and not text.endswith((".sqlite", ".csv", ".toml", ".html")):
            table, column = found.groups()
            assert table in tables, f"{page.name}: {text}"
            assert column is None or column in {one.name for one in tables[table].columns}, f"{page.name}: {text}"


@every_page
def test_commands_that_are_named_are_there(page: Path) -> None:
    named = set(re.findall(r"(?:^ {4}|`)(?:\S*/)?shuzhang ([a-z]+)", page.read_text("utf-8"), re.MULTILINE))
    assert named <= set(_commands())


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_the_readme_has_every_command_and_kind_and_counts_the_rules(page: Path) -> None:
    text = page.read_text("utf-8")
    rows = [row for row in text.splitlines() if row.startswith("| `")]
    listed = {name for row in rows for name in re.findall(r"`([a-z]+(?: [a-z]+)?)\b", row.split(" | ")[0])}
    commands = _commands()
    whole = {f"{name} {sub}" for name, subs in commands.items() for sub in subs}
    whole |= {name for name, subs in commands.items() if not subs}
    assert whole - listed == set()
    assert all(f"`{kind}`" in text for kind in KINDS)
    count = len({rule.entry_key for rule in shipped_policy().lists["quality_rule"]})
    assert re.search(rf"{count} rules|{count} 条规则", text)


@every_page
def test_no_table_tells_twice_of_one_thing(page: Path) -> None:
    for table in re.findall(r"(?:^\|.*\n)+", page.read_text("utf-8"), re.MULTILINE):
        named = re.findall(r"^\| (`[^`]+`) \|", table, re.MULTILINE)
        assert sorted(named) == sorted(set(named))


@pytest.mark.parametrize("page", ["operations.md", "operations.zh-CN.md"])
def test_the_page_has_every_place_at_which_a_file_can_be_cut_off(page: str) -> None:
    at = r'(?:reach\("file\.(?:inside|after)", |write_whole\(.*, |\bplaced\(\w+, |publishing\([\w.]+, )"(\w+)"'
    sources = [file for room in ROOMS for file in (ROOT / room).rglob("*.py")]
    places = {place for file in sources for place in re.findall(at, file.read_text("utf-8"))}
    (row,) = re.findall(r"^\| `file\.inside`.*\| (.*) \|$", (ROOT / "docs" / page).read_text("utf-8"), re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", row)) == places


def _commands() -> dict[str, list[str]]:
    """The commands, and those of each group of commands."""
    return {name: list(getattr(command, "commands", ())) for name, command in get_group(app).commands.items()}
