"""JSON catalogues: one bad record is rejected alone and says why; CKAN and DCAT-US 3.0 in canonical columns."""

import json
from pathlib import Path
from typing import Any

import pytest
from reading import delivered, layout, read_all

from readers import json_records
from readers.records import read

GOOD = {
    "identifier": "1",
    "title": "a",
    "description": "d",
    "accessLevel": "public",
    "publisher": {"name": "p"},
    "contactPoint": {"fn": "c", "hasEmail": "mailto:c@example.org"},
}


def rows_of(folder: Path, data: object) -> tuple[Any, list[dict[str, Any]]]:
    file = folder / "file"
    if isinstance(data, bytes):
        file.write_bytes(data)
    else:
        file.write_text(json.dumps(data, ensure_ascii=False), "utf-8")
    reading = read(delivered(file), layout("catalog"))
    rows = [row for batch in reading.batches for row in batch.to_pylist()]
    for row in rows:
        row["body"] = json.loads(row["body"]) if row["body"] else None
        row["violations"] = json.loads(row["violations"]) if row["violations"] else []
    return reading, rows


def found(folder: Path, **changes: object) -> list[tuple[str, str]]:
    """Rule and place of each violation of a good dataset with changes; None takes a key out."""
    dataset = {key: value for key, value in (GOOD | changes).items() if value is not None}
    _, (row,) = rows_of(folder, {"dataset": [dataset]})
    return [(violation["rule"], violation["column"]) for violation in row["violations"]]


def test_every_violation_of_the_schema_has_its_rule_and_place(tmp_path: Path) -> None:
    assert found(tmp_path) == []
    assert found(tmp_path, description=None, contactPoint={"hasEmail": "x"}) == [
        ("schema_required", "/contactPoint/fn"),
        ("schema_pattern", "/contactPoint/hasEmail"),
        ("schema_required", "/description"),
    ]
    assert found(tmp_path, title=7, accessLevel="open", keyword=[], theme=["a", "a"], rights="x" * 256) == [
        ("schema_enum", "/accessLevel"),
        ("schema_min_items", "/keyword"),
        ("schema_max_length", "/rights"),
        ("schema_unique_items", "/theme"),
        ("schema_type", "/title"),
    ]
    # Of several ways to write a value the one is looked into that was meant.
    assert found(tmp_path, license="free", distribution=[{"accessURL": "no", "downloadURL": "http://a.b/c"}]) == [
        ("schema_format", "/distribution/0/accessURL"),
        ("schema_required", "/distribution/0/mediaType"),
        ("schema_format", "/license"),
    ]
    assert found(tmp_path, spatial={"a/b": 1}, modified="yesterday") == [
        ("schema_choice", "/modified"),
        ("schema_type", "/spatial"),
    ]


def test_a_catalogue_with_bureau_codes_is_judged_as_a_federal_one(tmp_path: Path) -> None:
    _, rows = rows_of(tmp_path, {"dataset": [GOOD, GOOD | {"bureauCode": ["018:10"]}]})
    missing = [[violation["column"] for violation in row["violations"]] for row in rows]
    assert missing == [
        ["/bureauCode", "/keyword", "/modified", "/programCode"],
        ["/keyword", "/modified", "/programCode"],
    ]


NESTED = b"[" * 200 + b"]" * 200


@pytest.mark.parametrize(
    ("text", "rule", "is_read"),
    [
        (b'{"title": NaN}', "json_not_a_number", False),
        (b'{"title": [1, -Infinity]}', "json_not_a_number", False),
        (b'{"title": }', "json_syntax", False),
        (b'{"title": "a\x01"}', "json_syntax", False),
        (b'{"title": "\\ud800"}', "json_syntax", False),
        (b'{"title": 1' + b"0" * 5000 + b"}", "json_syntax", False),
        (b'{"title": ' + NESTED + b"}", "json_too_deep", False),
        (b'{"title": ' + b"[" * 90_000 + b"]" * 90_000 + b"}", "json_too_deep", False),
        (b'{"title": "a", "x": {"y": 1, "y" : 2}}', "json_repeated_key", True),
        (b'{"title": "a", "title": "\\":"}', "json_repeated_key", True),
        (b'{"title": "' + b"a" * 2000 + b'"}', "record_too_large", False),
        (b'"title"', None, False),
        (b"7", None, False),
        (b'{"title": "\\": \\":", "x" : 1}', None, True),
    ],
    ids=lambda value: value[:30] if isinstance(value, bytes) else None,
)
def test_a_bad_record_is_rejected_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: bytes, rule: str | None, is_read: bool
) -> None:
    if rule == "record_too_large":
        monkeypatch.setattr(json_records, "MAX_RECORD_BYTES", 1999)
    good = json.dumps(GOOD).encode()
    _, rows = rows_of(tmp_path, b'{"conformsTo": "x", "dataset": [' + good + b", " + text + b",\n" + good + b"]}")
    assert [row["source_pointer"] for row in rows] == ["/dataset/0", "/dataset/1", "/dataset/2"]
    assert [row["raw"] for row in rows[::2]] == [good.decode()] * 2
    assert [row["violations"] for row in rows[::2]] == [[], []]
    bad = rows[1]
    assert (bad["body"] is not None) == is_read
    assert [v["rule"] for v in bad["violations"] if not v["rule"].startswith("schema_")] == ([rule] if rule else [])
    assert bad["raw"] == (text.decode() if rule != "record_too_large" else text[:1000].decode() + "…")


@pytest.mark.parametrize("place", [0, 1, 60])
@pytest.mark.parametrize("head", [[], [["信息资源代码", "信息资源名称"]]], ids=["objects", "arrays"])
def test_a_bad_item_of_a_table_is_rejected_alone(tmp_path: Path, head: list[list[str]], place: int) -> None:
    number = "1" + "0" * 5000  # which no program need hold
    if head:
        good, bad = '["1", "a"]', f'["1", {number}]'
    else:
        good, bad = '{"信息资源代码": "1", "信息资源名称": "a"}', f'{{"信息资源代码": {number}}}'
    texts = [*(json.dumps(row) for row in head), *[good] * 70]
    texts.insert(place + len(head), bad)
    reading, rows = rows_of(tmp_path, f"[{','.join(texts)}]".encode())
    assert (reading.format, len(rows)) == ("json", 71)
    wrong = [(row["source_pointer"], row["raw"], row["violations"][0]["rule"]) for row in rows if row["violations"]]
    assert wrong == [(f"/{place + len(head)}", bad, "json_syntax")]
    assert sum(row["body"] == {"identifier": "1", "title": "a"} for row in rows) == 70


def test_json_lines_are_read_line_by_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_records, "MAX_RECORD_BYTES", 5000)
    package = json.dumps({"id": "p", "title": "t", "resources": []}).encode()
    long = b'{"id": "' + b"x" * 6000 + b'"}'
    reading, rows = rows_of(tmp_path, b"\xef\xbb\xbf" + b"\n".join([package, b"", b"{", long, package]))
    assert reading.format == "ckan"
    assert [row["source_pointer"] for row in rows] == ["line 1", "line 3", "line 4", "line 5"]
    assert [row["raw"] for row in rows] == [package.decode(), "{", long[:1000].decode() + "…", package.decode()]
    assert [[v["rule"] for v in row["violations"]] for row in rows] == [[], ["json_syntax"], ["record_too_large"], []]


def test_a_package_of_ckan(tmp_path: Path) -> None:
    package = {
        "id": "p1",
        "name": "bridges",
        "title": "bridges.pdf",
        "title_translated": {"fr": "Ponts", "en": "Bridges"},
        "notes": " Every bridge ",
        "metadata_created": "2024-01-01T10:00:00Z",
        "issued": "2023-12-20T00:00:00Z",
        "metadata_modified": "2024-01-15T15:30:00.123456",
        "license_title": "CC-BY",
        "license_id": "cc-by",
        "url": "http://example.org/bridges",
        "private": False,
        "tags": [{"name": "bridge", "display_name": "Bridge"}, {"name": "road"}],
        "groups": [{"title": "Traffic", "name": "traffic"}],
        "organization": {"id": "o1", "name": "roads", "title": "Roads Department"},
        "extras": [{"key": "frequency", "value": "annual"}, {"key": "contact", "value": "x"}],
        "resources": [
            {
                "name": "csv",
                "format": "CSV",
                "url": "http://example.org/b.csv",
                "url_type": "upload",
                "mimetype": "text/csv",
            },
            {"name_translated": {"zh": "接口", "en": "API"}, "name": "api", "url": "http://example.org/api", "size": 1},
        ],
    }
    answers: list[tuple[object, str]] = [
        ({"success": True, "result": package}, "/result"),
        ({"success": True, "result": {"count": 1, "results": [package]}}, "/result/results/0"),
        ({"success": True, "result": [package]}, "/result/0"),
        ([package], "/0"),
        (json.dumps(package).encode(), "line 1"),
    ]
    for data, pointer in answers:
        reading, (row,) = rows_of(tmp_path, data)
        assert (reading.format, row["source_pointer"], row["record_key"]) == ("ckan", pointer, "p1")
        assert json.loads(row["raw"]) == package
        assert row["body"] == {
            "identifier": "p1",
            "title": "Bridges",
            "abstract": "Every bridge",
            "issued_date": "2023-12-20",
            "modified_date": "2024-01-15",
            "update_cycle": "annual",
            "license": "CC-BY",
            "landing_page": "http://example.org/bridges",
            "keywords": "Bridge;road",
            "theme": "Traffic",
            "provider_name": "Roads Department",
            "distributions": [
                {"title": "csv", "format": "CSV", "media_type": "text/csv", "download_url": "http://example.org/b.csv",
                 "extras": {"url_type": "upload"}},
                {"title": "接口", "access_url": "http://example.org/api",
                 "extras": {"name": "api", "name_translated": {"zh": "接口", "en": "API"}, "size": 1}},
            ],
            "extras": {
                "name": "bridges",
                "title": "bridges.pdf",
                "title_translated": {"fr": "Ponts", "en": "Bridges"},
                "metadata_created": "2024-01-01T10:00:00Z",
                "license_id": "cc-by",
                "private": False,
                "tags": package["tags"],
                "groups": package["groups"],
                "organization": package["organization"],
                "contact": "x",
            },
        }  # fmt: skip


@pytest.mark.parametrize(
    "extras",
    [
        [{"key": {}, "value": 1}],
        [{"key": "a", "value": 1}, {"key": "a", "value": 2}],
        [{"key": "private", "value": 1}],
        5,
    ],
)
def test_extras_of_ckan_that_are_no_names_and_values_stay_as_they_are(tmp_path: Path, extras: object) -> None:
    _, (row,) = rows_of(tmp_path, [{"id": "p", "notes": "n", "private": False, "extras": extras} | {"name": "b"}])
    assert row["body"] == {
        "identifier": "p",
        "abstract": "n",
        "extras": {"name": "b", "private": False, "extras": extras},
    }


def test_dates_and_cycle_of_the_data_go_before_what_a_harvester_says(tmp_path: Path) -> None:
    said = {"data_issued": "2013-12-12", "data_modified": "2014-01-05", "frequency-of-update": "monthly"}
    package = {
        "id": "p-1",
        "title": "x",
        "metadata_created": "2018-10-25T13:32:44",
        "metadata_modified": "2024-11-02T13:32:44",
        "resources": [],
        "extras": [{"key": key, "value": value} for key, value in said.items()],
    }
    _, (row,) = rows_of(tmp_path, {"success": True, "result": package})
    names = ("issued_date", "modified_date", "update_cycle")
    assert [row["body"].get(name) for name in names] == ["2013-12-12", "2014-01-05", "monthly"]
    package["extras"] = [{"key": "UpdateFrequency", "value": "Monthly"}]
    _, (row,) = rows_of(tmp_path, {"success": True, "result": package})
    assert [row["body"].get(name) for name in names] == ["2018-10-25", "2024-11-02", "Monthly"]


@pytest.mark.parametrize("place", ["", "/dataset"])
def test_a_single_dataset_is_one_record_with_its_distributions(tmp_path: Path, place: str) -> None:
    dataset = GOOD | {"distribution": [{"title": "a", "format": "CSV"}, {"title": "b", "format": "PDF"}]}
    reading, (row,) = rows_of(tmp_path, {"title": "Portal", "dataset": dataset} if place else dataset)
    assert (reading.format, row["source_pointer"], row["record_key"]) == ("dcat_us", place, "1")
    assert row["body"]["distributions"] == [{"title": "a", "format": "CSV"}, {"title": "b", "format": "PDF"}]


def test_fields_of_distributions_are_fields_of_the_dataset_each_once(tmp_path: Path) -> None:
    fields = [{"title": "stop", "type": "integer", "description": "id"}, {"name": "line"}]
    distributions = [{"title": "csv", "field": fields}, {"title": "json", "field": [fields[1], {"name": "seats"}]}]
    _, (row,) = rows_of(tmp_path, {"dataset": [GOOD | {"distribution": distributions}]})
    assert row["body"]["fields"] == [
        {"name": "stop", "data_type": "integer", "description": "id"},
        {"name": "line"},
        {"name": "seats"},
    ]
    assert row["body"]["distributions"] == [{"title": "csv"}, {"title": "json"}]


@pytest.mark.parametrize("title", ["DCAT-US 3.0", "dcat us v3", "DCAT_US-3"])
def test_a_profile_is_known_by_its_title_and_a_dataset_by_the_iri_of_its_identifier(tmp_path: Path, title: str) -> None:
    dataset = {"@type": "Dataset", "title": "t", "identifier": {"@type": "Identifier", "@id": "https://a.example/2"}}
    reading, (row,) = rows_of(tmp_path, {"conformsTo": {"@type": "Standard", "title": title}, "dataset": [dataset]})
    assert reading.format == "dcat_us_3"
    assert row["record_key"] == "https://a.example/2"


def test_a_page_of_ckan_says_what_it_lacks(tmp_path: Path) -> None:
    reading, rows = rows_of(tmp_path, {"success": True, "result": {"count": 3, "results": [{"id": "p", "notes": ""}]}})
    assert len(rows) == 1
    assert ["3" in note and "1" in note for note in reading.notes] == [True]


def test_datasets_of_dcat_us_3(tmp_path: Path) -> None:
    context = "https://raw.githubusercontent.com/DOI-DO/dcat-us/main/context/dcat-us-3.0.jsonld"
    dataset = {
        "@id": "https://example.org/d",
        "@type": "dcat:Dataset",
        "titleMap": {"es": "Puentes", "en": "Bridges"},
        "description": "d",
        "publisher": "https://example.org/o",
        "issued": {"@type": "xsd:date", "@value": "2021-04-26"},
        "license": {"@id": "https://example.org/l", "title": "Free"},
        "keyword": ["a", "b"],
        "theme": [{"prefLabel": "Traffic"}],
        "distribution": [
            {"@type": "dcat:Distribution", "format": {"prefLabel": "CSV"}, "downloadURL": "https://e.org/b"}
        ],
    }
    body = {
        "identifier": "https://example.org/d",
        "title": "Bridges",
        "abstract": "d",
        "issued_date": "2021-04-26",
        "license": "Free",
        "keywords": "a;b",
        "theme": "Traffic",
        "distributions": [
            {"format": "CSV", "download_url": "https://e.org/b",
             "extras": {"@type": "dcat:Distribution", "format": {"prefLabel": "CSV"}}}
        ],
        "extras": {
            "@type": "dcat:Dataset",
            "titleMap": dataset["titleMap"],
            "license": dataset["license"],
            "theme": dataset["theme"],
        },
    }  # fmt: skip
    organisation = {"@id": "https://example.org/o", "@type": "org:Organization", "name": "Roads"}
    alone = body | {"provider_name": "https://example.org/o"}
    linked = body | {
        "provider_name": "Roads",
        "extras": body["extras"] | {"publisher": "https://example.org/o"},  # type: ignore[operator]  # a dict
    }
    for document, pointer, wanted in (
        (dataset, "", alone | {"extras": body["extras"] | {"@context": context}}),  # type: ignore[operator]  # a dict
        ({"@type": "Catalog", "dataset": [dataset]}, "/dataset/0", alone),
        ({"@graph": [organisation, dataset]}, "/@graph/1", linked),
        ({"@graph": [{"@type": "dcat:Catalog", "dataset": ["https://x.y/z", dataset]}]}, "/@graph/0/dataset/1", alone),
    ):
        reading, (row,) = rows_of(tmp_path, {"@context": context} | document)
        assert (reading.format, row["source_pointer"], row["body"]) == ("dcat_us_3", pointer, wanted)
        assert [(v["rule"], v["column"]) for v in row["violations"]] == [
            ("schema_type", "/issued"),
            ("schema_type", "/keyword"),
            ("schema_required", "/theme/0/inScheme"),
            ("schema_required", "/title"),
        ]


def test_a_key_twice_in_a_row_of_a_table_is_said_of_that_row(tmp_path: Path) -> None:
    path = tmp_path / "table.json"
    path.write_text(
        '[{"信息资源名称": "a", "信息资源代码": "1"}, {"信息资源名称": "b", "信息资源代码": "2", "信息资源名称": "c"}, '
        '{"信息资源名称": "d:", "信息资源代码": "3"}]',
        "utf-8",
    )
    _, got = read_all(path, "catalog")
    assert [[v["rule"] for v in record.violations] for record in got] == [[], ["json_repeated_key"], []]
    assert [record.body["title"] for record in got] == ["a", "c", "d:"]
    assert got[1].violations[0]["value"] == "信息资源名称"


@pytest.mark.parametrize("kind", ["objects", "arrays"])
@pytest.mark.parametrize("bad", ["null", "7", '"text"', "other"])
@pytest.mark.parametrize("place", [0, 1, 5])
def test_an_item_that_is_no_row_is_rejected_alone(tmp_path: Path, kind: str, bad: str, place: int) -> None:
    a, b = '["1", "a"]', '{"信息资源代码": "1", "信息资源名称": "a"}'
    head = [] if kind == "objects" else ['["信息资源代码", "信息资源名称"]']
    good, other = (b, a) if kind == "objects" else (a, b)
    texts = [*head, *[good] * 7]
    texts.insert(place, bad if bad != "other" else other)
    _, rows = rows_of(tmp_path, f"[{', '.join(texts)}]".encode())
    assert [(row["source_pointer"], row["raw"]) for row in rows if row["body"] is None] == [(f"/{place}", texts[place])]
    assert sum(row["body"] == {"identifier": "1", "title": "a"} for row in rows) == len(rows) - 1 == 7
