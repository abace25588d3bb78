"""Catalogues inside catalogues, dataset series, and the profile of a catalogue that does not name it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import Got, read_all

from readers.problems import WARNING
from readers.records import Reading

THIRD = {"conformsTo": {"@type": "Standard", "title": "DCAT-US Schema v3.0"}}


def read_json(folder: Path, document: object) -> tuple[Reading, list[Got]]:
    (folder / "file").write_text(json.dumps(document), "utf-8")
    return read_all(folder / "file", "catalog")


def dataset(code: str, **more: Any) -> dict[str, Any]:
    return {"@type": "Dataset", "identifier": code, "title": f"Title {code}", **more}


def places(got: list[Got]) -> list[tuple[str, str | None]]:
    return [(record.pointer, record.key) for record in got]


def test_datasets_of_catalogues_inside_a_catalogue_are_records_with_their_place(tmp_path: Path) -> None:
    inner = {"@type": "Catalog", "title": "C2", "dataset": [dataset("2")], "catalog": {"dataset": dataset("3")}}
    document = THIRD | {
        "dataset": [dataset("1"), {"@type": "Catalog", "title": "C4", "dataset": [dataset("4")]}],
        "catalog": [inner, "https://a.example/elsewhere", {"@type": "Catalog", "title": "empty"}],
        "hasPart": [{"@type": "dcat:Catalog", "dataset": [dataset("5")]}],
        "service": [{"@type": "DataService", "title": "API"}],
    }
    reading, got = read_json(tmp_path, document)
    assert reading.format == "dcat_us_3"
    assert places(got) == [
        ("/dataset/0", "1"),
        ("/dataset/1/dataset/0", "4"),
        ("/catalog/0/dataset/0", "2"),
        ("/catalog/0/catalog/dataset", "3"),
        ("/hasPart/0/dataset/0", "5"),
    ]
    assert [note.rpartition(": ")[2] for note in reading.notes] == [
        "4",
        "1",
        "1",
        "1",
    ]  # inside, elsewhere, empty, service


CODES = st.integers(0, 99).map(str)
CATALOGUES = st.recursive(
    st.fixed_dictionaries({"dataset": st.lists(CODES.map(dataset), max_size=3)}),
    lambda inner: st.fixed_dictionaries(
        {"dataset": st.lists(CODES.map(dataset), max_size=2), "catalog": st.lists(inner, max_size=2)}
    ),
    max_leaves=8,
)


def at(document: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        document = document[int(step) if isinstance(document, list) else step]
    return document


def count(catalogue: dict[str, Any]) -> int:
    return len(catalogue["dataset"]) + sum(map(count, catalogue.get("catalog", [])))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(CATALOGUES)
def test_each_dataset_however_deep_is_a_record_at_its_pointer(tmp_path: Path, catalogue: dict[str, Any]) -> None:
    document = THIRD | catalogue
    _, got = read_json(tmp_path, document)
    assert len(got) == len({record.pointer for record in got}) == count(catalogue)
    assert all(json.loads(record.raw) == at(document, record.pointer) for record in got)


def test_a_series_is_a_record_that_says_so_and_its_members_name_it(tmp_path: Path) -> None:
    series = {
        "@type": "DatasetSeries",
        "@id": "https://a.example/s",
        "identifier": "S",
        "title": "Census",
        "seriesMember": [dataset("1"), "2", {"@id": "https://a.example/3"}],
    }
    document = THIRD | {
        "dataset": [
            dataset("2"),
            dataset("3", **{"@id": "https://a.example/3"}),
            dataset("4", inSeries=["https://a.example/s"]),
            dataset("5", inSeries=["https://a.example/other", {"title": "Inline"}]),
            dataset("6"),
        ],
        "datasetSeries": [series, "https://a.example/other"],
    }
    reading, got = read_json(tmp_path, document)
    found = {record.key: (record.body.get("is_series"), record.body.get("series_code")) for record in got}
    assert found == {
        "S": ("yes", None),
        "1": (None, "S"),
        "2": (None, "S"),
        "3": (None, "S"),
        "4": (None, "S"),
        "5": (None, "Inline;https://a.example/other"),
        "6": (None, None),
    }
    bodies = {record.key: record.body for record in got}
    # What is a record of its own is not said twice; what is only named stays.
    assert bodies["S"]["extras"]["seriesMember"] == ["2", {"@id": "https://a.example/3"}]
    assert bodies["4"]["extras"]["inSeries"] == ["https://a.example/s"]
    assert sum("series" in note for note in reading.notes) == 3  # one, its member, and one that is not described


def test_a_series_in_a_graph_and_in_rdf_is_told_alike(tmp_path: Path) -> None:
    nodes = [
        {"@id": "https://a.example/s", "@type": "dcat:DatasetSeries", "title": "Census", "seriesMember": ["https://a.example/1"]},
        {"@id": "https://a.example/1", "@type": "dcat:Dataset", "title": "1950"},
        {"@id": "https://a.example/2", "@type": "dcat:Dataset", "title": "1960", "inSeries": "https://a.example/s"},
    ]  # fmt: skip
    _, in_json = read_json(tmp_path, {"@context": "https://a.example/dcat-us-3.0.jsonld", "@graph": nodes})
    (tmp_path / "file").write_text(
        """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
        <https://a.example/s> a dcat:DatasetSeries ; dct:title "Census" ; dcat:seriesMember <https://a.example/1> .
        <https://a.example/1> a dcat:Dataset ; dct:title "1950" .
        <https://a.example/2> a dcat:Dataset ; dct:title "1960" ; dcat:inSeries <https://a.example/s> .""",
        "utf-8",
    )
    _, in_rdf = read_all(tmp_path / "file", "catalog")
    for got in (in_json, in_rdf):
        assert {
            record.body["title"]: (record.body.get("is_series"), record.body.get("series_code")) for record in got
        } == {
            "Census": ("yes", None),
            "1950": (None, "https://a.example/s"),
            "1960": (None, "https://a.example/s"),
        }


def test_a_series_is_known_by_its_identifier_in_rdf_too(tmp_path: Path) -> None:
    text = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
        <https://a.example/s> a dcat:DatasetSeries ; dct:identifier "{}" .
        <https://a.example/1> a dcat:Dataset ; dct:title "1950" ; dcat:inSeries <https://a.example/s> ."""
    hashes = set()
    for code in ("S-1", "S-2"):
        (tmp_path / "file").write_text(text.format(code), "utf-8")
        _, (member, series) = read_all(tmp_path / "file", "catalog")
        assert (member.body["series_code"], series.key) == (code, code)
        hashes.add(member.text)
    assert len(hashes) == 2


KIND = {"contactPoint": {"@type": "Kind", "fn": "Desk"}}
PLAIN = {"identifier": "1", "title": "a"}


@pytest.mark.parametrize(
    ("document", "format_", "note"),
    [
        ({"conformsTo": "https://resources.data.gov/dcat-us/3.0", "dataset": [PLAIN]}, "dcat_us_3", ""),
        (THIRD | {"dataset": [PLAIN]}, "dcat_us_3", ""),
        ({"describedBy": "https://github.com/GSA/dcat-us/Catalog.json", "dataset": [PLAIN]}, "dcat_us_3", ""),
        ({"$schema": "https://a.example/dcat-us/v3/catalog.json", "dataset": [PLAIN]}, "dcat_us_3", ""),
        ({"@type": "Catalog", "dataset": [dataset("1", **KIND)]}, "dcat_us_3", "contactPoint Kind"),
        ({"dataset": [PLAIN | {"inSeries": ["s"]}]}, "dcat_us_3", "inSeries"),
        (dataset("1", distribution=[]), "dcat_us_3", "@type Dataset"),
        ({"catalog": [{"dataset": [PLAIN]}]}, "dcat_us_3", "catalog"),
        ({"dataset": [PLAIN | {"@type": "Dataset", "accessLevel": "public"}]}, "dcat_us", "1.1"),
        ({"dataset": [PLAIN]}, "dcat_us", "1.1"),
        ({"conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": [dataset("1", **KIND)]}, "dcat_us", ""),
    ],
)  # fmt: skip
def test_a_profile_is_known_by_iri_title_or_shape(
    tmp_path: Path, document: dict[str, Any], format_: str, note: str
) -> None:
    reading, got = read_json(tmp_path, document)
    assert (reading.format, len(got), got[0].key) == (format_, 1, "1")
    told = [one for one in reading.notes if "conformsTo" in one]
    assert len(told) == bool(note)
    assert all(note in one for one in told)


def test_what_only_another_profile_has_is_warned_of(tmp_path: Path) -> None:
    first = {"conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": [PLAIN]}
    reading, got = read_json(tmp_path, first | {"catalog": [{"dataset": [dataset("2")]}]})
    assert places(got) == [("/dataset/0", "1"), ("/catalog/0/dataset/0", "2")]
    assert [note.startswith(WARNING) for note in reading.notes] == [True, False]


def test_a_table_under_a_key_of_catalogues_is_a_table(tmp_path: Path) -> None:
    rows = [{"信息资源名称": "甲", "信息资源代码": "1"}, {"信息资源名称": "乙", "信息资源代码": "2"}]
    reading, got = read_json(tmp_path, {"catalog": rows})
    assert (reading.format, places(got)) == ("json", [("/catalog/0", "1"), ("/catalog/1", "2")])
