"""The comparison of two homes: what it calls equal, what it finds, and what a mapping allows."""

from contextlib import closing
from pathlib import Path

import pytest

from tests.equal_homes import main
from warehouse.store.engine import connect
from warehouse.tables.quoting import literal

pytestmark = pytest.mark.slow

CARDS = (
    "CREATE TABLE registry.card (card_id INTEGER, name VARCHAR, cost_cny DECIMAL(20,2))",
    "INSERT INTO registry.card VALUES (1, '甲', 10.00), (2, '乙', 20.00), (2, '乙', 20.00), (3, NULL, NULL)",
)


def _home(root: Path, *statements: str) -> Path:
    (root / "lake").mkdir(parents=True)
    with closing(connect()) as connection:
        catalogue = literal(f"ducklake:sqlite:{root}/lake/catalog.sqlite")
        connection.execute(f"ATTACH {catalogue} AS lake (DATA_PATH {literal(f'{root}/lake/data/')})")
        connection.execute("USE lake")
        connection.execute("CREATE SCHEMA registry")
        for statement in statements:
            connection.execute(statement)
    return root


def _compare(
    folder: Path, capsys: pytest.CaptureFixture[str], after: tuple[str, ...], mapping: str = ""
) -> tuple[int, str]:
    """Compare cards with what `after` makes: the exit code, and all that was said."""
    file = folder / "mapping.toml"
    file.write_text(mapping, "utf-8")
    code = main([str(_home(folder / "a", *CARDS)), str(_home(folder / "b", *after)), "--mapping", str(file)])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_equal_whatever_the_order_of_rows_and_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = ("(3, NULL, NULL)", "(2, '乙', 20.00)", "(1, '甲', 10.00)", "(2, '乙', 20.00)")
    code, said = _compare(tmp_path, capsys, (CARDS[0], *(f"INSERT INTO registry.card VALUES {row}" for row in rows)))
    assert (code, said) == (0, "registry.card: 4 rows / 4 rows, equal\n1 tables, 0 of them different\n")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE registry.card SET cost_cny = 10.01 WHERE card_id = 1", "only after: cost_cny=10.01, card_id=1"),
        ("UPDATE registry.card SET name = '' WHERE card_id = 3", "their values differ in: name\n"),
        ("DELETE FROM registry.card WHERE card_id = 2", "rows only before: 2, only after: 0"),
        ("INSERT INTO registry.card VALUES (1, '甲', 10.00)", "rows only before: 0, only after: 1"),
        ("ALTER TABLE registry.card ADD COLUMN unit VARCHAR", "columns only after: unit"),
        ("ALTER TABLE registry.card DROP COLUMN name", "columns only before: name"),
        ("ALTER TABLE registry.card ALTER card_id TYPE BIGINT", "column card_id: INTEGER before, BIGINT after"),
        ("CREATE TABLE registry.memo (name VARCHAR)", "registry.memo: MISSING in before"),
        ("DROP TABLE registry.card", "registry.card: MISSING in after"),
    ],
)
def test_every_difference_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], change: str, told: str) -> None:
    code, said = _compare(tmp_path, capsys, (*CARDS, change))
    assert code == 1
    assert told in said


RENAMED = "ALTER TABLE registry.card RENAME COLUMN name TO card_name"


@pytest.mark.parametrize(
    ("change", "mapping"),
    [
        ("UPDATE registry.card SET name = '丙'", '["registry.card"]\nreason = "r"\nignore = ["name"]'),
        ("ALTER TABLE registry.card DROP COLUMN name", '["registry.card"]\nreason = "r"\nignore = ["name"]'),
        ("CREATE TABLE registry.memo (name VARCHAR)", '["registry.memo"]\nreason = "r"\nnew = true'),
        ("CREATE TABLE registry.memo (name VARCHAR)", '["registry.*"]\nreason = "r"\nnew = true'),
        ("DROP TABLE registry.card", '["registry.c*"]\nreason = "r"\ngone = true'),
        ("DROP TABLE registry.card", '["registry.card"]\nreason = "r"\ngone = true'),
        (
            RENAMED,
            '["registry.card"]\nreason = "r"\nafter = "SELECT card_id, card_name AS name, cost_cny FROM registry.card"',
        ),
        (RENAMED, '["registry.card"]\nreason = "r"\nboth = "SELECT card_id, cost_cny FROM registry.card"'),
        (
            "CREATE TABLE registry.title AS SELECT card_id, name FROM registry.card",
            '["registry.title"]\nreason = "r"\nbefore = "SELECT card_id, name FROM registry.card"',
        ),
    ],
)
def test_what_the_mapping_allows(tmp_path: Path, capsys: pytest.CaptureFixture[str], change: str, mapping: str) -> None:
    code, said = _compare(tmp_path, capsys, (*CARDS, change), mapping)
    assert code == 0, said


def test_a_mapped_table_is_still_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mapping = (
        '["registry.card"]\nreason = "r"\nafter = "SELECT card_id, card_name AS name, cost_cny FROM registry.card"'
    )
    changed = "UPDATE registry.card SET cost_cny = 0 WHERE card_id = 1"
    assert _compare(tmp_path, capsys, (*CARDS, RENAMED, changed), mapping)[0] == 1


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        ('["registry.card"]\nignore = ["name"]', "a reason"),
        ('["registry.card"]\nreason = "r"', "an allowance"),
        ('["registry.card"]\nreason = "r"\nignored = ["name"]', "ignored"),
        ('["registry.card"]\nreason = "r"\nignore = ["title"]', "title"),
        ('["registry.card"]\nreason = "r"\nnew = true', "not in after alone"),
        ('["registry.card"]\nreason = "r"\ngone = true', "not in before alone"),
        ('["registry.card"]\nreason = "r"\nafter = "SELECT title FROM registry.card"', "title"),
        ('["registry.memo"]\nreason = "r"\ngone = true', "registry.memo"),
        ('["registry.*"]\nreason = "r"\nnew = true', "registry.*"),
        ('["registry.*"]\nreason = "r"\nignore = ["name"]', "a pattern"),
    ],
)
def test_a_mapping_that_says_what_is_not_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], mapping: str, told: str
) -> None:
    code, said = _compare(tmp_path, capsys, CARDS, mapping)
    assert code == 2
    assert told in said
