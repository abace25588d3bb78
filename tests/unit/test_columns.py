"""A column is defined once: a name that stands twice is refused, and the error names both places."""

from pathlib import Path

import pytest

from warehouse.tables.columns import ColumnError, column_definitions
from warehouse.tables.definitions import all_tables

COLUMN = '[{name}]\ntype = "VARCHAR"\nlabel = "甲"\nzh = "甲"\nen = "{en}"\n'


def _write(folder: Path, group: str, *columns: tuple[str, str]) -> None:
    (folder / f"{group}.toml").write_text("\n".join(COLUMN.format(name=name, en=en) for name, en in columns), "utf-8")


def test_groups_are_one_set_of_columns(tmp_path: Path) -> None:
    _write(tmp_path, "audit", ("run_id", "a run"), ("row_count", "rows"))
    _write(tmp_path, "report", ("entity_code", "an entity"))
    (tmp_path / "README.md").write_text("[run_id]\n", "utf-8")
    found = column_definitions(tmp_path)
    assert {name: column["en"] for name, column in found.items()} == {
        "run_id": "a run",
        "row_count": "rows",
        "entity_code": "an entity",
    }


def test_a_name_in_two_files_is_refused(tmp_path: Path) -> None:
    _write(tmp_path, "content", ("heading", "a heading"), ("table_name", "of a file"))
    _write(tmp_path, "audit", ("table_name", "of the lake"))
    with pytest.raises(ColumnError, match=r"content\.toml:7: .*table_name.*audit\.toml:1"):
        column_definitions(tmp_path)


def test_a_name_twice_in_a_file_is_refused(tmp_path: Path) -> None:
    _write(tmp_path, "audit", ("run_id", "a run"), ("run_id", "a run"))
    with pytest.raises(ColumnError, match=r"audit\.toml:7: .*run_id.*audit\.toml:1"):
        column_definitions(tmp_path)


@pytest.mark.parametrize("header", ["[ run_id ]", "[run_id] # 运行"])
def test_a_name_is_known_however_its_header_is_written(tmp_path: Path, header: str) -> None:
    _write(tmp_path, "audit", ("run_id", "a run"))
    (tmp_path / "report.toml").write_text(f'{header}\ntype = "VARCHAR"\n', "utf-8")
    with pytest.raises(ColumnError, match=r"report\.toml:1: .*audit\.toml:1"):
        column_definitions(tmp_path)


@pytest.mark.parametrize("text", ['run_id = { type = "VARCHAR" }\n', '["run_id"]\ntype = "VARCHAR"\n'])
def test_what_is_no_table_of_its_own_is_refused(tmp_path: Path, text: str) -> None:
    _write(tmp_path, "audit", ("run_id", "a run"))
    (tmp_path / "report.toml").write_text(text, "utf-8")
    with pytest.raises(ColumnError, match=r"report\.toml: .*run_id"):
        column_definitions(tmp_path)


def test_no_column_is_defined_that_no_table_has() -> None:
    assert set(column_definitions()) <= {column.name for table in all_tables().values() for column in table.columns}
