"""DCAT-US: the text of each dataset byte for byte, and what it says in a catalogue's columns."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import Got, read_all

NUMBERS = st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
KEYS = [
    "identifier",
    "title",
    "description",
    "keyword",
    "theme",
    "publisher",
    "issued",
    "distribution",
    "fields",
    "x",
]
DATASETS = st.lists(JSON | st.dictionaries(st.sampled_from(KEYS), JSON), max_size=5)


def read_datasets(folder: Path, *datasets: Any) -> list[Got]:
    (folder / "file").write_text(json.dumps({"dataset": datasets}), "utf-8")
    return read_all(folder / "file", "catalog")[1]


def slices(text: str) -> list[str]:
    """The text of each element of `dataset`, cut out by the standard library."""
    decoder = json.JSONDecoder()
    position = text.index("[", text.index('"dataset"')) + 1
    found = []
    while True:
        while text[position] in ", \n\t\r":
            position += 1
        if text[position] == "]":
            return found
        _, end = decoder.raw_decode(text, position)
        found.append(text[position:end])
        position = end


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for inner in value.values() for leaf in leaves(inner)]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in leaves(inner)]
    return [value]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    DATASETS,
    st.sampled_from([None, 1, "\t"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "\ufeff", " \n"]),
)
def test_the_text_is_the_slice_of_the_file(
    tmp_path: Path, datasets: list[Any], indent: int | str | None, is_ascii: bool, is_last: bool, before: str
) -> None:
    catalog = {"dataset": datasets, "conformsTo": "https://project-open-data.cio.gov/v1.1/schema"}
    if is_last:
        catalog = dict(reversed(catalog.items()))
    text = before + json.dumps(catalog, indent=indent, ensure_ascii=is_ascii)
    (tmp_path / "file").write_text(text, "utf-8", newline="")
    reading, got = read_all(tmp_path / "file", "catalog")
    assert (reading.format, reading.encoding) == ("dcat_us", "utf-8")
    assert [record.pointer for record in got] == [f"/dataset/{number}" for number in range(len(datasets))]
    assert [record.raw for record in got] == slices(text)
    for record, dataset in zip(got, datasets, strict=True):
        if not isinstance(dataset, dict):
            assert (record.body, record.key) == (None, None)
            continue
        extras = record.body.pop("extras", {})
        for item in [*record.body.get("distributions", []), *record.body.get("fields", [])]:
            item.pop("extras", None)
        assert all(isinstance(leaf, str) and leaf == leaf.strip() and leaf for leaf in leaves(record.body))
        for key, value in extras.items():
            if key != "publisher":  # without its name, where that is plain
                assert value == dataset[key]


def test_the_columns_of_a_dataset(tmp_path: Path) -> None:
    (record,) = read_datasets(
        tmp_path,
        {
            "@type": "dcat:Dataset",
            "identifier": 42,
            "title": " Networx ",
            "description": "Volume",
            "keyword": ["a", " b ", "", 3],
            "theme": "Business",
            "publisher": {"@type": "org:Organization", "name": "GSA"},
            "accrualPeriodicity": "R/P3M",
            "accessLevel": "restricted public",
            "issued": "2015-02-26T00:00:00.000Z",
            "modified": "R/P1Y",
            "license": None,
            "landingPage": "",
            "temporal": {"from": 1.50},
            "distribution": [
                {
                    "@type": "dcat:Distribution",
                    "title": "T",
                    "mediaType": "text/csv",
                    "downloadURL": "http://d",
                    "rows": 5,
                },
                {"format": "API", "accessURL": "http://a", "title": ""},
            ],
            "fields": [
                {"name": "park", "title": "停车场", "type": "string"},
                {"name": "lot", "description": "Lot"},
            ],
        },
    )
    assert record.body == {
        "identifier": "42",
        "title": "Networx",
        "abstract": "Volume",
        "keywords": "a;b;3",
        "theme": "Business",
        "provider_name": "GSA",
        "update_cycle": "R/P3M",
        "access_level": "restricted public",
        "open_type": "restricted public",
        "issued_date": "2015-02-26",
        "unread": {"modified_date": "R/P1Y"},
        "distributions": [
            {
                "title": "T",
                "media_type": "text/csv",
                "download_url": "http://d",
                "extras": {"@type": "dcat:Distribution", "rows": 5},
            },
            {"format": "API", "access_url": "http://a"},
        ],
        "fields": [
            {"name": "停车场", "english_name": "park", "data_type": "string"},
            {"name": "lot", "description": "Lot"},
        ],
        "extras": {"@type": "dcat:Dataset", "license": None, "temporal": {"from": 1.5}},
    }
    assert record.key == "42"


def test_equal_content_gives_equal_text(tmp_path: Path) -> None:
    text = '{"dataset": [{"title": "t", "x": {"b": 1.10, "a": "中"}},'
    text += '{"x":{"a":"\\u4e2d","b":1.10}, "title":"t"}]}'
    (tmp_path / "file").write_text(text, "utf-8")
    first, second = read_all(tmp_path / "file", "catalog")[1]
    assert first.text == second.text == '{"extras":{"x":{"a":"中","b":1.10}},"title":"t"}'


@pytest.mark.parametrize(
    ("dataset", "key"),
    [
        ({"identifier": "i", "landingPage": "http://l"}, "i"),
        ({"landingPage": "http://l", "title": "t"}, "http://l"),
        ({"publisher": {"name": "p"}, "title": "t"}, "p|t"),
        ({"title": "t"}, "|t"),
        ({"description": "d"}, None),
        ({}, None),
    ],
)
def test_the_key_of_a_dataset(tmp_path: Path, dataset: dict[str, Any], key: str | None) -> None:
    assert read_datasets(tmp_path, dataset)[0].key == key


def test_values_of_another_type_stay_untouched(tmp_path: Path) -> None:
    dataset = {
        "identifier": {"v": 1},
        "title": ["t"],
        "keyword": [["k"]],
        "accessLevel": True,
        "publisher": "GSA",
        "distribution": {"title": "T"},
        "fields": ["f"],
    }
    (record,) = read_datasets(tmp_path, dataset)
    assert record.body == {"extras": dataset}
