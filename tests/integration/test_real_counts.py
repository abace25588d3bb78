"""Real catalogues in tables: how many records of each are accepted, rejected and warned of, and what is no catalogue at all.

Counted from the raw files with `csv` and openpyxl. Catalogues in JSON: tests/unit/test_readers_conformance.py (warned, and samples) and
tests/pipeline/test_real_catalogues.py (against earlier snapshots).
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from tests.homes import ask, deliver_files, lake_of, take_in
from warehouse.store.home import Home
from warehouse.store.lake import CommitInfo

INFO = CommitInfo("test", "test", "run")
TAIWAN = "tw-catalogs-2018/Datasets"
POD = "conf-pod-v1.1"

#: Catalogue -> accepted, rejected, warned.
COUNTS = {
    "cn-beijing-catalog/目录清单.xlsx": (4432, 0, 0),
    "cn-beijing-catalog/目录清单_分类结果_人工过筛.xlsx": (257, 0, 0),
    # Each resource stands in it six times.
    "cn-portal-catalogs-2018/hrbdata.xlsx": (138, 672, 0),
    f"{TAIWAN}/kaohsiung.gov.tw/kaohisung.2018.03.20.OD.csv": (1495, 0, 0),
    f"{TAIWAN}/yilan.gov.tw/yilan.2018.03.20.OD.csv": (357, 0, 0),
    f"{TAIWAN}/yilan.gov.tw/yilan.2018.03.20.OpenData.csv": (352, 4, 0),
    f"{POD}/examples/catalog-sample.csv": (3, 0, 0),
    f"{POD}/examples/catalog-sample-extended.csv": (3, 0, 0),
    f"{POD}/examples/catalog-template.csv": (0, 0, 0),
    f"{POD}/examples/catalog-template-extended.csv": (0, 0, 0),
    f"{POD}/v1.1/examples/catalog-sample.csv": (3, 0, 0),
    f"{POD}/v1.1/examples/catalog-sample-extended.csv": (3, 0, 0),
}
#: The headings of the cells that tell a record from all others; else it is the last cell.
KEYS = {
    "cn-beijing-catalog": ("文章访问路径",),
    "cn-portal-catalogs-2018": ("来源部门", "数据目录名称"),
    f"{TAIWAN}/yilan.gov.tw/yilan.2018.03.20.OpenData.csv": ("資料來源", "資料集名稱"),
    POD: ("identifier",),
}
#: A list of portals has two headings of a catalogue, but no record of it a title.
PORTALS = "us-state-county-dcatus/arcPortals.csv"
#: Other files are no catalogues and refused as such: accounts, code lists, contacts, organisations, templates and XML that is no RDF.
REFUSED = {
    "uk-ledger": {"no_header", "unknown_encoding"},
    "cn-admin-divisions": {"no_header"},
    "cn-portal-field-mapping": {"not_a_catalogue"},
    "ca-ckan": {"invalid_json"},
    POD: {"no_header", "not_recognised"},
}
ENDINGS = (".csv", ".xlsx", ".json", ".jsonl", ".xml")
#: Counted elsewhere, as the docstring says.
ELSEWHERE = ("ca-ckan/samples", "ca-ckan/ckanext", f"{POD}/examples/catalog-", f"{POD}/v1.1", f"{POD}/schema")


@pytest.fixture(scope="module")
def home(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home into which all these files were taken, each from a deliverer of its own, which is its path."""
    home = Home(tmp_path_factory.mktemp("counts") / "home")
    for name in (*COUNTS, PORTALS, *_others(real_data)):
        deliver_files(home, [real_data / name], _code(name), "catalog", "2026-01-01")
    take_in(home, info=INFO)
    yield home
    lake_of.cache_clear()


def _others(real_data: Path) -> list[str]:
    found = [path for folder in REFUSED for path in sorted((real_data / folder).rglob("*")) if path.suffix in ENDINGS]
    names = [path.relative_to(real_data).as_posix() for path in found]
    return [name for name in names if name not in COUNTS and not (name.startswith(ELSEWHERE) and "json" in name)]


def _code(name: str) -> str:
    return name[-100:]  # a deliverer's code may be no longer


def _rows(path: Path) -> list[list[str]]:
    """The rows that have content."""
    if path.suffix == ".xlsx":
        sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
        rows = [
            ["" if cell is None else str(cell).strip() for cell in row] for row in sheet.iter_rows(values_only=True)
        ]
    else:
        text = path.read_bytes().decode("cp950" if path.name.endswith("OpenData.csv") else "utf-8-sig")
        rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""))]
    return [row for row in rows if any(row)]


def _keys(path: Path, name: str) -> list[tuple[str, ...]]:
    headings = next((of for start, of in KEYS.items() if name.startswith(start)), None)
    rows = _rows(path)
    if headings is None:
        return [(row[-1],) for row in rows]
    places = [rows[0].index(heading) for heading in headings]
    return [tuple(row[place] for place in places) for row in rows[1:]]


def test_each_catalogue_is_accepted_rejected_and_warned_as_counted(real_data: Path, home: Home) -> None:
    rows = ask(
        home,
        "SELECT deliverer_code, in_count, accepted_count, rejected_count, warned_count FROM landing.delivery_outcome "
        "WHERE in_count > 0 OR deliverer_code LIKE '%catalog-template%.csv'",
    )
    found = {name: tuple(counts) for name, *counts in rows}
    assert found.pop(PORTALS) == (len(_rows(real_data / PORTALS)) - 1, 0, 84, 0)
    assert {name: counts[1:] for name, counts in found.items()} == {_code(name): of for name, of in COUNTS.items()}
    for name, counts in COUNTS.items():
        keys = _keys(real_data / name, name)
        assert found[_code(name)][0] == len(keys)
        # None has a list of fields, or a heading of which the words could be wrong; so nothing warns.
        assert counts == (len(set(keys)), len(keys) - len(set(keys)), 0), name


def test_the_rejected_are_repetitions_and_portals(home: Home) -> None:
    rules = ask(home, "SELECT rule, count(*) FROM landing.rejected_record GROUP BY ALL ORDER BY ALL")
    assert rules == [("duplicate_identifier", 676), ("missing_value", 84)]


def test_what_is_no_catalogue_is_refused_whole(real_data: Path, home: Home) -> None:
    rows = ask(
        home,
        "SELECT deliverer_code, rule FROM landing.delivery_file JOIN landing.delivery USING (delivery_id) WHERE rule IS NOT NULL",
    )
    others = {_code(name): name.partition("/")[0] for name in _others(real_data)}
    assert {name for name, _ in rows} == others.keys()
    found: dict[str, set[str]] = {}
    for name, rule in rows:
        found.setdefault(others[name], set()).add(rule)
    assert found == REFUSED
