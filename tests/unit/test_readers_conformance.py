"""Published catalogues and samples, each judged as its authors say; a disagreement stands here with its reason.

The numbers are of records and of those that break the schema (warned), and another validator (`jsonschema`) finds the same.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from reading import delivered, layout

from readers.problems import Unreadable
from readers.records import read

SCHEMAS = Path(__file__).parents[2] / "readers" / "catalogues" / "schemas"

#: Portals of states, counties and cities: records, and records that break the schema for those that are no federal agency.
PORTALS = {
    "01b-18163_20220417": (56, 56), "01c-02_20220417": (870, 870), "02a-02_20200918": (8, 8),
    "02b-17113_20220417": (20, 9), "02c-01_20200918": (42, 42), "03a-02_20220417": (1024, 1021),
    "03a-03_20220417": (236, 235), "03a-04_20220327": (227, 227), "03b-19113_20220417": (140, 140),
    "03c-02_20210529": (181, 0), "05b-27011_20220417": (15, 15), "05b-27017_20211231": (0, 0),
    "05b-27019_20220417": (81, 81), "05b-27023_20220417": (7, 7), "05b-27027_20220417": (19, 19),
    "05b-27053_20220417": (28, 28), "05b-27057_20211231": (0, 0), "05b-27119_20220417": (71, 71),
    "05b-27121_20220417": (28, 28), "05b-27123_20220417": (30, 30), "05b-27137_20220417": (8, 8),
    "05b-27139_20211231": (60, 0), "05b-27163_20200918": (61, 0), "05b-27167_20220417": (48, 48),
    "05c-01_20220417": (206, 27), "09c-01_20220417": (115, 115), "10b-55003_20220417": (9, 9),
    "10b-55021_20220417": (84, 84), "10b-55025-01_20220417": (48, 47), "10b-55025_20220417": (56, 56),
    "10b-55035-01_20220417": (38, 38), "10b-55059_20220417": (41, 41), "10b-55079_20220417": (60, 60),
    "10b-55087_20220417": (114, 114), "10b-55093_20220417": (5, 5), "10b-55101_20220417": (104, 104),
    "10b-55109_20220417": (6, 6), "10b-55111_20220417": (80, 80), "10b-55125-01_20220417": (33, 33),
    "10b-55133_20220417": (47, 47), "10b-55135_20220417": (60, 0), "10b-55137_20220417": (12, 12),
    "10b-55141_20220417": (17, 17), "10c-03_20220417": (165, 165), "10c-04_20220417": (24, 24),
    "12b-17031_20220417": (248, 248), "12b-17043_20220417": (89, 89), "12b-17097_20220417": (1595, 13),
    "12b-17143_20220417": (127, 55), "12d-03_20220417": (34, 34), "prior/05c-01_20211231": (187, 0),
    "prior/10c-03_20211231": (163, 161), "prior/12b-17031_20211231": (220, 7),
}  # fmt: skip
#: Files of so many records are judged by both validators; the other one takes four milliseconds a record.
BOTH_JUDGE = 60

#: GSA's samples: records, rejected (without a title), warned.
GSA = {
    "arm": (3, 0, 0),
    "collection-1-parent-2-children": (3, 0, 0),
    "collection-2-parent-4-children": (6, 0, 0),
    "geospatial": (2, 0, 0),
    # GSA rejects it since its search engine takes 32,766 characters of `spatial`; DCAT-US has no such limit.
    "large-spatial": (1, 0, 0),
    "many-resources": (1, 0, 0),
    # GSA rejects the whole catalogue, which lacks `conformsTo` and has no `@type` of DCAT; its datasets are judged here.
    "missing-catalog": (2, 1, 2),
    "missing-dataset-fields": (2, 1, 2),
    # GSA leaves the dataset without an identifier out; it stands here with a warning, under its provider and title.
    "missing-identifier-title": (3, 1, 2),
    "null-spatial": (1, 0, 0),
    # GSA takes it, as "707"; so it is here, with a warning, since the schema asks for text.
    "numerical-title": (1, 0, 1),
    "ny": (1, 0, 0),
    # GSA rejects it since "search" is a word in addresses of CKAN; DCAT-US has no such rule.
    "reserved-title": (1, 0, 0),
    "usda.gov": (3, 0, 0),
}
#: Project Open Data's samples of 1.1; all are valid.
POD = {"catalog-sample": (3, 0, 0), "catalog-sample-extended": (3, 0, 0)}

#: The examples of DCAT-US 3.0 that have datasets: records, and records that break the schema. All are meant to be valid. Where
#: they break it, the examples are JSON-LD of the vocabulary, while the JSON Schema asks for more than the vocabulary does:
#: - lists where an example has one value, and dates as text, not as typed objects (schema_type);
#: - IRIs where an example has a code, as in `mediaType` and `language` (schema_format, schema_choice);
#: - what a dataset must have, where an example shows one property alone, or an organisation by its address (schema_required).
DCAT_US_3 = {
    "activity": (1, 1), "antimeridian-bbox": (1, 1), "catalog": (2, 2), "catalog/catalog": (2, 0),
    "catalog/dataset": (2, 0), "character-encoding": (1, 1), "crs": (1, 1), "dataset-series": (3, 3),
    "dataset/attributions": (1, 0), "dataset/conforms-to": (1, 0), "dataset/contact-point": (1, 1),
    "dataset/contributor": (1, 1), "dataset/creator": (1, 0), "dataset/dataset": (1, 1),
    "dataset/description": (1, 0), "dataset/distribution": (1, 0), "dataset/documentation": (1, 0),
    "dataset/frequency": (1, 1), "dataset/geographicbbox": (1, 1), "dataset/identifier": (1, 1),
    "dataset/image": (1, 1), "dataset/in_series": (3, 3), "dataset/is-referenced-by": (2, 1),
    "dataset/issued": (1, 1), "dataset/keyword": (1, 0), "dataset/landing-page": (1, 0), "dataset/language": (1, 1),
    "dataset/metadata-distribution": (1, 1), "dataset/modified": (1, 1), "dataset/other-identifier": (1, 1),
    "dataset/provenance": (1, 1), "dataset/publisher": (1, 0), "dataset/qualified-attribution": (1, 0),
    "dataset/qualified-relation": (1, 1), "dataset/sample": (1, 1), "dataset/spatial -framed": (1, 1),
    "dataset/spatial-resolution": (1, 1), "dataset/spatial": (1, 1), "dataset/supported-schema": (2, 2),
    "dataset/temporal-resolution": (1, 1), "dataset/temporal": (1, 1), "dataset/theme": (1, 1),
    "dataset/title": (1, 0), "dataset/usage-note": (1, 0), "dataset/was-generated-by": (1, 1),
    "example1-dcat-us-3.0.json": (1, 1), "liability-statement1": (1, 1), "license-document": (2, 0),
    "multiple-languages/landing-page": (1, 0), "multiple-languages/title": (1, 0), "nps-organization": (1, 1),
    "service/service": (2, 0),
}  # fmt: skip
DCAT_US_3_REASONS = {"schema_type", "schema_format", "schema_choice", "schema_required"}

#: Rules by which JSON is refused that is no catalogue.
NO_CATALOGUE = (
    "not_a_catalogue",
    "error_answer",
    "ckan_error",
    "validation_report",
    "invalid_json",
    "no_dataset",
    "remote_context",
    "no_header",
)

#: Answers of CKAN and a dump: records, rejected. What is no list of packages is no catalogue.
CKAN = {
    "it-ckan/tests/fixtures/responses/analyze-datasets-search.json": (2, 0),
    "it-ckan/tests/fixtures/responses/package-search-success.json": (2, 0),
    # Keys come twice in it (`url` with an address and with null), so that nobody knows what it says.
    "it-ckan/tests/fixtures/responses/package-show-success.json": (1, 1),
    "it-ckan/tests/fixtures/responses/package-show-with-identifier.json": (1, 0),
    "it-ckan/tests/fixtures/responses/package-show-without-identifier.json": (1, 0),
    "ca-ckan/samples/obd_sample_2.jsonl": (4, 0),
}


def format_of(path: Path) -> str:
    """The format that a file is read as, or the rule by which it is refused."""
    try:
        return read(delivered(path), layout("catalog")).format
    except Unreadable as problem:
        return problem.rule


def rows_of(path: Path) -> list[dict[str, Any]]:
    reading = read(delivered(path), layout("catalog"))
    rows = [row for batch in reading.batches for row in batch.to_pylist()]
    for row in rows:
        row["body"] = json.loads(row["body"]) if row["body"] else None
        row["rules"] = {violation["rule"] for violation in json.loads(row["violations"] or "[]")}
    return rows


def is_rejected(row: dict[str, Any]) -> bool:
    return not (row["body"] or {}).get("title") or any(rule.startswith("json_") for rule in row["rules"])


def counts_of(path: Path) -> tuple[int, int, int]:
    """Records, rejected and warned."""
    rows = rows_of(path)
    warned = sum(any(rule.startswith("schema_") for rule in row["rules"]) for row in rows)
    return len(rows), sum(map(is_rejected, rows)), warned


def other_validator(federal: bool) -> Any:
    formats = jsonschema.FormatChecker(formats=[])

    @formats.checks("uri")
    def _is_uri(value: object) -> bool:
        return not isinstance(value, str) or bool(re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]*", value))

    name = "dcat_us_1_1_federal.json" if federal else "dcat_us_1_1_non_federal.json"
    return jsonschema.Draft4Validator(json.loads((SCHEMAS / name).read_bytes()), format_checker=formats)


def datasets_of(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text("utf-8-sig"))["dataset"]


@pytest.mark.slow
def test_the_portals_are_warned_as_another_validator_says(real_data: Path) -> None:
    folder = real_data / "us-state-county-dcatus"
    validator = other_validator(federal=False)
    found, judged = {}, 0
    for path in sorted(folder.rglob("*.json")):
        rows = rows_of(path)
        found[str(path.relative_to(folder).with_suffix(""))] = (len(rows), sum(bool(row["rules"]) for row in rows))
        assert not any(map(is_rejected, rows))
        if len(rows) <= BOTH_JUDGE:
            wrong = [not validator.is_valid(dataset) for dataset in datasets_of(path)]
            assert [bool(row["rules"]) for row in rows] == wrong, path.name
            judged += len(rows)
    assert found == PORTALS
    assert judged > 800


def test_the_federal_catalogues_are_valid(real_data: Path) -> None:
    validator = other_validator(federal=True)
    for path in sorted((real_data / "us-federal-2025").glob("*/*.json")):
        datasets = datasets_of(path)
        assert counts_of(path) == (len(datasets), 0, 0)
        assert all(validator.is_valid(dataset) for dataset in datasets[:: max(1, len(datasets) // 10)])


@pytest.mark.parametrize("name", GSA)
def test_the_samples_of_gsa(real_data: Path, name: str) -> None:
    path = real_data / "conf-dcatus-ckanext-datajson" / "tests" / "datajson-samples" / f"{name}.data.json"
    assert counts_of(path) == GSA[name]
    datasets = datasets_of(path)
    validator = other_validator(federal="bureauCode" in path.read_text("utf-8"))
    assert GSA[name] == (
        len(datasets),
        sum("title" not in dataset for dataset in datasets),
        sum(not validator.is_valid(dataset) for dataset in datasets),
    )


def test_no_sample_of_gsa_is_left_out(real_data: Path) -> None:
    folder = real_data / "conf-dcatus-ckanext-datajson" / "tests" / "datajson-samples"
    assert {path.name.removesuffix(".data.json") for path in folder.iterdir()} == set(GSA)


def test_the_samples_of_project_open_data(real_data: Path) -> None:
    folder = real_data / "conf-pod-v1.1" / "v1.1" / "examples"
    assert {path.stem: counts_of(path) for path in folder.glob("*.json")} == POD
    # Samples of version 1.0, which 1.1 replaced in 2015: a list without a catalogue around it. Its keys mean other things, so
    # it is not read as DCAT-US but as any list of objects, by the headings that are known; one sample is no JSON.
    assert {path.stem: format_of(path) for path in (real_data / "conf-pod-v1.1" / "examples").glob("*.json")} == {
        "catalog-sample": "json",
        "catalog-sample-extended": "json",
        "catalog-template": "json",
        "catalog-template-extended": "invalid_json",
    }


def examples(real_data: Path) -> Iterator[tuple[str, Path]]:
    folder = real_data / "conf-dcatus3" / "docs" / "examples"
    for path in sorted(folder.rglob("*.json*")):
        yield str(path.relative_to(folder)).removesuffix(".jsonld"), path


DATASETS = ("dcat:Dataset", "Dataset", "dcat:DatasetSeries")


def test_the_examples_of_dcat_us_3(real_data: Path) -> None:
    found, rules = {}, set()
    for name, path in examples(real_data):
        document = json.loads(path.read_bytes())
        nodes = document.get("@graph", [document])
        datasets = [node for node in nodes if node.get("@type") in DATASETS]
        if not datasets:
            assert format_of(path) in ("dcat_us_3", *NO_CATALOGUE), name
            continue
        rows = rows_of(path)
        assert len(rows) == len(datasets), name
        found[name] = (len(rows), sum(bool(row["rules"]) for row in rows))
        rules |= set().union(*(row["rules"] for row in rows))
    assert found == DCAT_US_3
    assert rules <= DCAT_US_3_REASONS


def test_the_answers_of_ckan(real_data: Path) -> None:
    found = {}
    for path in sorted([*(real_data / "it-ckan").rglob("*.json"), *(real_data / "ca-ckan").rglob("*.jsonl")]):
        name = str(path.relative_to(real_data))
        if name not in CKAN:
            assert format_of(path) in NO_CATALOGUE, name
            continue
        records, rejected, warned = counts_of(path)
        found[name] = (records, rejected)
        assert (format_of(path), warned, records) == ("ckan", 0, len(packages_of(path)))
    assert found == CKAN


def packages_of(path: Path) -> list[Any]:
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    result = json.loads(path.read_bytes())["result"]
    return result.get("results", [result])


def test_bilingual_packages_of_canada(real_data: Path) -> None:
    path = real_data / "ca-ckan" / "samples" / "obd_sample_2.jsonl"
    for row, package in zip(rows_of(path), packages_of(path), strict=True):
        body = row["body"]
        assert (row["record_key"], body["title"]) == (package["id"], package["title_translated"]["en"].strip())
        assert body["abstract"] == package["notes_translated"]["en"].strip()
        assert body["keywords"] == ";".join(package["keywords"]["en"])
        assert body["extras"]["title_translated"] == package["title_translated"]
        addresses = [item.get("download_url") or item.get("access_url") for item in body["distributions"]]
        assert addresses == [resource["url"] for resource in package["resources"]]
