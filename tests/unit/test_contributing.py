"""What CONTRIBUTING.md and the decisions say of the tree is so: files and names, commands, the index of the records."""

import ast
import csv
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from warehouse.tables.definitions import all_tables

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
DECISIONS = ROOT / "docs" / "decisions"
ASKED = {
    "the model of the memo register",
    "how GB18030 is recognised",
    "where the writer's lock is taken",
    "where a rule of quality is defined",
    "where R1's headings stand",
    "where a trace begins",
}


class Place(NamedTuple):
    """A row of the first section."""

    question: str
    file: str
    name: str


def _section(title: str) -> str:
    return GUIDE.partition(f"## {title}\n")[2].partition("\n## ")[0]


def _places() -> list[Place]:
    rows = re.findall(r"^\| (.+?) \| `(.+?)` \| `(.+?)` \|$", _section("Where is ..."), re.MULTILINE)
    return [Place(*row) for row in rows]


def _assigned(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
        case ast.Assign(targets=targets):
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def _in_python(file: Path, name: str) -> bool:
    """A function, class or constant of the module, or of a class in it."""
    body = ast.parse(file.read_text("utf-8")).body
    *classes, last = name.split(".")
    for outer in classes:
        body = [inner for node in body if isinstance(node, ast.ClassDef) and node.name == outer for inner in node.body]
    return any(last in _assigned(node) for node in body)


def _in_sql(file: Path, name: str) -> bool:
    """The file is the model of that table."""
    tables = all_tables()
    return name in tables and tables[name].model is not None and f"{file.parent.name}.{file.stem}" == name


def _in_csv(file: Path, name: str) -> bool:
    """Some entry begins with it."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return any(row[0] == name for row in list(csv.reader(lines))[1:] if row)


def _in_toml(file: Path, name: str) -> bool:
    """A key, dotted if it is inside others, the code of a rule, or the column of a form."""
    found: Any = tomllib.loads(file.read_text("utf-8"))
    if name in {
        entry[key] for head, key in (("rule", "rule_code"), ("column", "column")) for entry in found.get(head, ())
    }:
        return True
    for key in name.split("."):
        if not isinstance(found, Mapping) or key not in found:
            return False
        found = found[key]
    return True


DEFINES = {".py": _in_python, ".sql": _in_sql, ".csv": _in_csv, ".toml": _in_toml}


def test_the_six_questions_of_a_newcomer_come_first() -> None:
    assert {place.question for place in _places()[:6]} == ASKED


def test_no_row_is_of_another_form() -> None:
    rows = [line for line in _section("Where is ...").splitlines() if line.startswith("| ")]
    assert len(rows) == len(_places()) + 1


@pytest.mark.parametrize("place", _places(), ids=lambda place: place.question)
def test_a_file_defines_what_the_guide_says(place: Place) -> None:
    file = ROOT / place.file
    assert file.is_file()
    assert DEFINES[file.suffix](file, place.name)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("warehouse/store/lake.py", "commit"),
        ("warehouse/store/lake.py", "Lake.lock"),
        ("warehouse/store/lake.py", "fcntl"),
        ("warehouse/sql/registry/asset_card.sql", "registry.memo_register"),
        ("policy/journal_account.csv", "no_such_account"),
        ("policy/forms/r1.toml", "opening"),
        ("policy/quality/01_normativity.toml", "rule_code"),
        ("warehouse/tables/policy_lists.toml", "lists.cost_treatment.none"),
    ],
)
def test_what_is_not_defined_in_a_file_is_not_found(file: str, name: str) -> None:
    assert not DEFINES[Path(file).suffix](ROOT / file, name)


def test_files_that_the_guide_names_are_there() -> None:
    named = set(re.findall(r"`((?:[a-z_]+/)+[\w.-]*)`", GUIDE)) | set(re.findall(r"\b(tests/\w+/\w+\.py)\b", GUIDE))
    links = {target for target in re.findall(r"\]\((.+?)\)", GUIDE) if not target.startswith("http")}
    assert len(named) > 30
    assert [name for name in sorted(named | links) if not (ROOT / name).exists()] == []


def test_targets_that_the_guide_names_are_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {
        target for line in re.findall(r"(?:`|^    )make ([a-z -]+)", GUIDE, re.MULTILINE) for target in line.split()
    }
    assert "test-fast" in named
    assert named <= targets


@pytest.mark.parametrize("thing", ["table", "reader", "rule of quality", "form", "kind of delivery", "policy list"])
def test_how_to_add_a_thing_ends_with_one_command(thing: str) -> None:
    assert len(re.findall(r"^Proof: `\S.*`$", _section(f"How to add a {thing}"), re.MULTILINE)) == 1


def test_the_index_of_decisions_has_every_record_with_its_title_and_status() -> None:
    rows = re.findall(
        r"^\| \[(.+?)\]\((.+?)\) \| (.+?) \|$", (DECISIONS / "README.md").read_text("utf-8"), re.MULTILINE
    )
    records = sorted(DECISIONS.glob("[0-9]*.md"))
    assert [file for _, file, _ in rows] == [record.name for record in records]
    for number, (record, (title, _, status)) in enumerate(zip(records, rows, strict=True), start=1):
        text = record.read_text("utf-8")
        heading = f"# {number:04}. {title.removeprefix(f'{number:04} ')}"
        assert text.startswith(f"{heading}\n\nStatus: {status}.\n\n## Context\n"), record.name
        assert re.findall(r"^## (\w+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"], record.name


def test_files_that_the_decisions_name_are_there() -> None:
    text = "\n".join(record.read_text("utf-8") for record in DECISIONS.glob("*.md"))
    named = set(re.findall(r"`((?:[a-z_]+/)+(?:[\w-]+\.\w+)?)`", text))
    assert len(named) > 20
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
