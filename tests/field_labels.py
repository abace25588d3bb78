"""Names of fields that agencies published, with the label that a person gave each, and how many of each label come out open.

The names stand in the data folder (the field lists in the abstracts of two portals' catalogues), the labels in `field_labels.csv` by the
name's SHA-256: `closed` must not be open, `conditional` only with measures, `harmless` may be open, `unclear` is what a person could not
tell from the name. They were given before any rule was tried on them; names whose digest ends in an odd digit (`is_held_out`) were not
looked at while rules were written. All closed names of both catalogues are labelled, the others are a sample by digest and all fields that
stand beside a person's name. `python -m tests.field_labels [DATA]` prints the shares of docs/benchmarks.md. Does not belong here: what must
hold (`unit/test_field_labels.py`).
"""

import csv
import re
import sys
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import duckdb
import openpyxl
import pyarrow as pa

from readers.policy.files import load
from tests.policies import put_policy
from warehouse.tables.definitions import all_tables

LABELS = Path(__file__).with_name("field_labels.csv")
_ROOT = Path(__file__).parents[1]
#: Catalogues whose abstracts list fields, and the column that has them.
_CATALOGUES = (("cn-beijing-catalog/目录清单.xlsx", "摘要"), ("cn-portal-catalogs-2018/hrbdata.xlsx", "简介"))
_LISTED = re.compile(r"(?:包括|包含)[:：了]?(.+?)(?:等?(?:属性|字段|信息项|数据项)|等信息|等内容|等。|。|$)", re.DOTALL)
_PAUSE = re.compile(r"[、,，;；\n]")
_AROUND = ' \t"“”。.等'
#: The models that tell what may be done with a field, in their order, and the tables that they look at.
_MODELS = (
    *("rule_grade", "name_match", "field_grade", "aggregation_grade", "resource_grade"),
    *("confidential_word", "resource_access", "field_access"),
)
_GIVEN = (
    *("delivered.horizon", "catalog.resource", "catalog.resource_field", "catalog.content_table"),
    *("catalog.content_evidence", "classification.grade_decision"),
)


class Labelled(NamedTuple):
    """A name, the label that a person gave it, and whether it was held out while rules were written."""

    name: str
    label: str
    is_held_out: bool


class Share(NamedTuple):
    """Of so many names of a label and half, how many may be opened without more, with measures, and not at all."""

    label: str
    is_held_out: bool
    unconditional: int
    conditional: int
    none: int

    @property
    def names(self) -> int:
        return self.unconditional + self.conditional + self.none


def labelled(data: Path) -> list[Labelled]:
    """The labelled names in the order of their digests.

    Raises:
        LookupError: a label's name is not in the data folder.
    """
    names = {sha256(name.encode()).hexdigest(): name for name in set(_listed_names(data))}
    with LABELS.open(encoding="utf-8", newline="") as file:
        rows = [(row["sha256"], row["label"]) for row in csv.DictReader(file)]
    if missing := [digest for digest, _ in rows if digest not in names]:
        raise LookupError(f"{len(missing)} labels have no name in {data}")
    return [Labelled(names[digest], label, int(digest[-1], 16) % 2 == 1) for digest, label in rows]


def shares(names: list[Labelled]) -> list[Share]:
    """What the shipped policy makes of the names, each the only field of a resource of its own."""
    limits = open_limits([name.name for name in names])
    counts = Counter((name.label, name.is_held_out, limits[name.name]) for name in names)
    return [
        Share(
            label,
            is_held_out,
            *(counts[label, is_held_out, limit] for limit in ("unconditional", "conditional", "none")),
        )
        for label, is_held_out in sorted({(name.label, name.is_held_out) for name in names})
    ]


def open_limits(names: list[str]) -> dict[str, str]:
    """How far each field may be opened by its name alone, with the shipped policy: unconditional, conditional or none."""
    with duckdb.connect() as connection:
        for stage in ("delivered", "catalog", "classification"):
            connection.execute(f"CREATE SCHEMA {stage}")
        for name in _GIVEN:
            connection.execute(all_tables()[name].ddl())
        put_policy(connection, load(_ROOT / "policy").entries)
        connection.execute("INSERT INTO delivered.horizon VALUES (DATE '2026-06-30', 'd')")
        connection.register("named", pa.table({"n": list(map(str, range(len(names)))), "name": names}))
        connection.execute("INSERT INTO catalog.resource (resource_id, title) SELECT n, '名录' FROM named")
        connection.execute(
            "INSERT INTO catalog.resource_field (resource_id, field_no, field_name) SELECT n, 1, name FROM named"
        )
        for name in _MODELS:
            connection.execute(f"CREATE TABLE classification.{name} AS {all_tables()[f'classification.{name}'].model}")
        return dict(connection.execute("SELECT field_name, open_limit FROM classification.field_access").fetchall())


def _listed_names(data: Path) -> Iterator[str]:
    for file, column in _CATALOGUES:
        heads, *rows = openpyxl.load_workbook(data / file, read_only=True).worksheets[0].iter_rows(values_only=True)
        place = heads.index(column)
        for row in rows:
            for listed in _LISTED.findall(str(row[place] or "")):
                yield from filter(None, (name.strip(_AROUND) for name in _PAUSE.split(listed)))


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else _ROOT / ".." / "shared" / "data"
    for share in shares(labelled(folder)):
        print(*share)
