"""The canonical hash: of JSON blind to key order and white space, and to nothing else; of tables to what `readers/shapes.py` says."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import delivered, layout
from test_readers_dcat_us import JSON, KEYS

from readers.records import read
from readers.values import date

DATASET = {"identifier": 7, "title": " t", "modified": "2024-01-15T15:30", "keyword": ["a", 1]}
PACKAGE = {"id": 7, "notes": "n", "metadata_created": "2024-01-01T10:00:00Z"}
ROW = {"信息资源代码": "1", "信息资源名称": "a"}
#: Per format: keys of records, those that have columns and others; a record to begin with; and a document of records.
FORMATS = {
    "dcat_us": ([*KEYS, "modified", "accessLevel", "landingPage"], DATASET, lambda records: {"dataset": records}),
    "dcat_us_3": (
        [*KEYS, "titleMap", "modified", "@id", "accessRights"],
        DATASET,
        lambda records: {"conformsTo": "https://example.gov/dcat-us/3.0", "dataset": records},
    ),
    "ckan": (
        ["name", "title", "tags", "groups", "extras", "resources", "organization", "keywords", "title_translated", "x"],
        PACKAGE,
        lambda records: {"success": True, "result": {"count": 9, "results": [PACKAGE, *records]}},
    ),
    "json": (["信息资源提供方", "发布日期", "共享类型", "关键字", "x", "y"], ROW, lambda records: {"data": [ROW | {"x": 1}, *records]}),
}  # fmt: skip


def hashes(folder: Path, text: str, format_: str, kind: str = "catalog") -> list[str]:
    (folder / "file").write_text(text, "utf-8", newline="")
    reading = read(delivered(folder / "file"), layout(kind))
    assert reading.format == format_
    return [row["canonical_hash"] for batch in reading.batches for row in batch.to_pylist()]


def shuffled(value: Any, chance: random.Random) -> Any:
    """The same with keys in another order."""
    if isinstance(value, dict):
        items = [(key, shuffled(inner, chance)) for key, inner in value.items()]
        chance.shuffle(items)
        return dict(items)
    return [shuffled(inner, chance) for inner in value] if isinstance(value, list) else value


def places(value: Any, of: Any = None, key: Any = None) -> list[tuple[Any, Any]]:
    """Each part of a value, as the container that it stands in and its key there."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return ([] if of is None else [(of, key)]) + [place for k, v in inner for place in places(v, value, k)]


def plain(value: Any) -> str:
    """Text that is equal for equal values of equal types, by the standard library."""
    return json.dumps(value, sort_keys=True)


@st.composite
def changed(draw: st.DrawFn, record: dict[str, Any]) -> dict[str, Any]:
    """A record with something else at one place: value, type, key or order, or with less or more."""
    copy = json.loads(json.dumps(record))
    place: tuple[Any, Any] = draw(st.sampled_from([(copy, "x"), *places(copy)]))
    of, key = place
    way = draw(st.sampled_from(["value", "text", "spaces", "wrapped", "less", "key", "order"]))
    there = of.get(key) if isinstance(of, dict) else of[key]
    if way == "less":
        if isinstance(of, list) or key in of:
            del of[key]
    elif way == "key" and isinstance(of, dict):
        of[f"{key} "] = of.pop(key, None)
    elif way == "order" and isinstance(there, list):
        there.reverse()
    else:
        others = {"text": json.dumps(there), "spaces": f" {there}", "wrapped": [there]}
        of[key] = others.get(way) or draw(JSON)
    return copy


@pytest.mark.slow
@pytest.mark.parametrize("format_", FORMATS)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_of_json_it_is_blind_to_key_order_and_white_space_and_to_nothing_else(
    tmp_path: Path, format_: str, data: st.DataObject
) -> None:
    keys, base, document = FORMATS[format_]
    record = base | data.draw(st.dictionaries(st.sampled_from(keys), JSON))
    other = data.draw(changed(record))
    again = shuffled(record, data.draw(st.randoms(use_true_random=False)))
    indent, is_ascii = data.draw(st.sampled_from([None, 0, "\t\r"])), data.draw(st.booleans())
    first = hashes(tmp_path, json.dumps(document([record, other])), format_)[-2:]
    second = hashes(tmp_path, json.dumps(document([again, other]), indent=indent, ensure_ascii=is_ascii), format_)[-2:]
    assert first == second
    assert (first[0] == first[1]) == (plain(record) == plain(other))


def test_of_json_what_stands_elsewhere_in_the_file_counts(tmp_path: Path) -> None:
    dataset = {"@type": "Dataset", "publisher": "o"}
    names = [{"@id": "o", "name": name} for name in ("Roads", "Works")]
    third = [{"conformsTo": "https://example.gov/dcat-us/3.0", "@graph": [dataset, name]} for name in names]
    heads = (["信息资源代码", "信息资源名称"], ["信息资源代码", "信息资源提供方"])
    tables = [{"data": [head, ["1", "a"], ["2", "a"]]} for head in heads]
    for format_, documents in (("dcat_us_3", third), ("json", tables)):
        one, other = (hashes(tmp_path, json.dumps(document), format_) for document in documents)
        assert set(one).isdisjoint(other)


def test_of_rdf_it_is_that_of_the_text(tmp_path: Path) -> None:
    text = "<http://d> a <http://www.w3.org/ns/dcat#Dataset> ; <http://www.w3.org/ns/dcat#distribution> <http://f> ."
    # A body says nothing of a type that says nothing.
    texts = (text, f"{text} <http://f> a <http://www.w3.org/ns/dcat#Distribution> .")
    (one,), (other,) = (hashes(tmp_path, text, "dcat_ap") for text in texts)
    assert one != other


#: What heads a column in several ways, and a column that is not known.
HEADINGS = (["法定依据", "legal_basis", "法 定 依 据"], ["文号", "document_no"], ["生效日期", "valid_from"], ["备注"])
CELLS = st.text(st.sampled_from('a0中 \t,"\n'), max_size=3)
DAYS = st.sampled_from(["", "2024-03-05", "2024年3月5日", "2024/3/5 10:00", "20240306", "待定"])
ROWS = st.tuples(CELLS, CELLS, DAYS, CELLS)


def csv_text(rows: list[tuple[str, ...]], chance: random.Random) -> str:
    """The rows with columns in any order, any of their headings, empty columns, and white space around cells."""
    order = chance.sample(range(len(HEADINGS)), len(HEADINGS))
    table = [[chance.choice(HEADINGS[n]) for n in order]] + [
        [chance.choice(("", " ", "　")) + row[n] + chance.choice(("", "\n")) for n in order] for row in rows
    ]
    return "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in (*row, "")) for row in table)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(ROWS, ROWS, st.randoms(use_true_random=False))
def test_of_tables_it_is_that_of_the_values(
    tmp_path: Path, row: tuple[str, ...], other: tuple[str, ...], chance: random.Random
) -> None:
    def said(cells: tuple[str, ...]) -> list[str]:
        return [date(cell) or cell.strip() if n == 2 else cell.strip() for n, cell in enumerate(cells)]

    rows = [("x", "", "", ""), row, other]  # a row without content would be none
    rows = [(f"x{cells[0]}", *cells[1:]) for cells in rows]
    first, second = (hashes(tmp_path, csv_text(rows, chance), "csv", "authorisations") for _ in range(2))
    assert first == second
    assert (first[1] == first[2]) == (said(rows[1]) == said(rows[2]))
