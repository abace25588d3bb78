"""The rooms, the import rule and the names of architecture.md hold."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from readers.kinds import KINDS
from readers.policy.lists import LISTS
from warehouse.tables.columns import SUFFIXES
from warehouse.tables.definitions import all_tables
from warehouse.tables.table import STAGES

ROOT = Path(__file__).parents[2]
ROOMS = ("pipelines", "readers", "assets_defs", "quality", "warehouse", "policy", "example_city")

#: Room -> rooms that it may import. Nothing imports pipelines; readers stand alone.
MAY_IMPORT = {
    "policy": set(),
    "readers": set(),
    "warehouse": {"readers"},
    "quality": {"warehouse", "readers"},
    "example_city": set(),
    "assets_defs": {"warehouse", "quality", "readers"},
    "pipelines": {"assets_defs", "warehouse", "quality", "readers", "example_city"},
}
#: The wings of a room, each above those that it may import. Modules that stand in the room itself are floors of their own.
WINGS = {
    "readers": (
        "near", "problems", "lines", "headings", "money", "values", "kinds", "policy", "limits", "shapes", "processes", "apart",
        "magic", "json_records", "tables", "catalogues", "profiling", "records",
    ),
    "warehouse": (
        "provenance", "tables", "queries", "store", "building", "intake", "trace", "harvest", "asking", "publish", "resource",
    ),
}  # fmt: skip
KNOW_DAGSTER = {"quality/checks.py", "quality/rule_checks.py", "warehouse/resource.py"}


def _modules(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def _imported(module: Path) -> Iterator[str]:
    """The modules that a module imports, dotted; `from room import wing` counts as room.wing."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            whole = node.module or ""
            yield from (f"{whole}.{alias.name}" for alias in node.names) if whole in ROOMS else (whole,)


def _imports(module: Path) -> Iterator[str]:
    return (name.split(".")[0] for name in _imported(module))


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_it_may(room: str) -> None:
    for module in _modules(room):
        foreign = {name for name in _imports(module) if name in ROOMS} - {room}
        assert foreign <= MAY_IMPORT[room], f"{module.relative_to(ROOT)} imports {foreign - MAY_IMPORT[room]}"


@pytest.mark.parametrize("room", sorted(WINGS))
def test_no_import_runs_back_up(room: str) -> None:
    floors = {wing: floor for floor, wing in enumerate(WINGS[room])}
    for module in _modules(room):
        place = module.relative_to(ROOT / room).parts
        if place == ("__init__.py",):
            continue
        own = place[0].removesuffix(".py")
        for name in _imported(module):
            if name.startswith(f"{room}."):
                other = name.split(".")[1]
                assert floors[other] <= floors[own], f"{module.relative_to(ROOT)} imports {name}"


def test_every_wing_has_a_floor() -> None:
    for room, wings in WINGS.items():
        found = {module.relative_to(ROOT / room).parts[0].removesuffix(".py") for module in _modules(room)}
        assert found - {"__init__"} == set(wings)


def test_below_the_assets_only_checks_and_the_resource_know_dagster() -> None:
    knowing = {
        str(module.relative_to(ROOT))
        for room in ("readers", "quality", "warehouse")
        for module in _modules(room)
        if any(name.startswith("dagster") for name in _imports(module))
    }
    assert knowing == KNOW_DAGSTER


def test_the_command_line_starts_without_dagster() -> None:
    script = "import sys, pipelines.cli.app; sys.exit('dagster' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0  # noqa: S603


@pytest.mark.parametrize("room", ROOMS)
def test_every_module_says_what_belongs_in_it(room: str) -> None:
    silent = [
        str(m.relative_to(ROOT)) for m in _modules(room) if not ast.get_docstring(ast.parse(m.read_text("utf-8")))
    ]
    assert silent == []


def test_stages_are_named_alike_as_modules_and_folders() -> None:
    folders = {folder.name for folder in (ROOT / "warehouse" / "sql").iterdir() if folder.is_dir()}
    assert folders == {*STAGES, "columns"}
    modules = {module.stem for module in _modules("assets_defs")} - {"__init__", "stage"}
    assert modules == set(STAGES) - {"audit"}


def test_every_table_is_a_file_or_made_from_a_list_or_a_kind() -> None:
    made = {f"policy.{name}" for name in LISTS} | {f"delivered.{kind.table}" for kind in KINDS.values() if kind.table}
    files = {f"{file.parent.name}.{file.stem}" for file in (ROOT / "warehouse" / "sql").glob("*/*.sql")}
    assert files | made == {table.qualified for table in all_tables().derived}
    described = {file for stage in STAGES for file in (ROOT / "warehouse" / "sql" / stage).glob("*.toml")}
    assert {f"{file.parent.name}.{file.stem}" for file in described} | made == set(all_tables())


def test_only_the_tables_of_lists_read_entries_of_policy() -> None:
    for table in all_tables().derived:
        assert (table.stage == "policy") == ("policy.entry" in table.inputs), table.qualified


def test_no_model_after_the_typed_tables_reads_the_text_of_a_table_shaped_record() -> None:
    typed = {kind.code for kind in KINDS.values() if kind.table}
    for table in all_tables().derived:
        if table.stage in ("policy", "landing", "delivered"):
            continue
        assert not typed & set(re.findall(r"\.kind = '(\w+)'", str(table.model))), table.qualified


def test_names_follow_the_suffixes() -> None:
    exceptions = {"file_count": "INTEGER", "snapshot_id": "BIGINT"}
    for table in all_tables().values():
        assert re.fullmatch(r"[a-z][a-z0-9_]*", table.name)
        for column in table.columns:
            for suffix, wanted in SUFFIXES.items():
                if column.name.endswith(suffix):
                    assert column.type == exceptions.get(column.name, wanted), f"{table.qualified}.{column.name}"
            if column.name.startswith("is_"):
                assert column.type == "BOOLEAN", f"{table.qualified}.{column.name}"
            assert "DOUBLE" not in column.type
            assert "FLOAT" not in column.type


def test_every_table_and_column_is_labelled_and_defined() -> None:
    for table in all_tables().values():
        assert all((table.label, table.zh, table.en, table.grain_zh, table.grain_en)), table.qualified
        assert set(table.key) <= {column.name for column in table.columns}, table.qualified
        for column in table.columns:
            assert all((column.label, column.zh, column.en)), f"{table.qualified}.{column.name}"


def test_no_model_reads_the_clock_or_chance() -> None:
    banned = re.compile(r"\b(now\(|current_date|current_timestamp|today\(|random\(|uuid\()", re.IGNORECASE)
    for table in all_tables().derived:
        assert not banned.search(str(table.model)), table.qualified
