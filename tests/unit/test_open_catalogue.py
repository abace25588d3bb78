"""The open catalogue: what may be opened and nothing else, valid by the standards' own shapes and schema, read back as it was written."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import jsonschema_rs
import pytest
import report_files as cases
from pyshacl import validate
from rdflib import Graph
from reading import POLICY, read_all

from readers.catalogues import shacl
from readers.catalogues.schema_check import dcat_us_3_0
from readers.policy.files import PolicySet, load, policy_files
from warehouse.publish.report.open_catalogue import OpenCatalogue, open_datasets, write_catalogue
from warehouse.publish.report.open_dataset import Terms, public_url
from warehouse.trace.column_grade import DoorError

SHIPPED = load(POLICY).on(date.max)
TERMS = Terms(
    "https://data.example.org/", "示例市公共数据开放目录", "可以开放的公共数据资源", "示例市数据局", date(2026, 6, 30),
    "https://data.example.org/licence", "开放数据组", "open@data.example.org",
)  # fmt: skip
FILES = ("catalogue.ttl", "catalogue.jsonld", "dcat-us.json")


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with cases.catalogue() as connected:
        yield connected


@pytest.fixture(scope="module")
def written(connection: duckdb.DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory) -> OpenCatalogue:
    return write_catalogue(cases.TABLES, connection, SHIPPED, TERMS, tmp_path_factory.mktemp("catalogue"))


def test_what_may_be_opened_is_listed_and_nothing_else(written: OpenCatalogue) -> None:
    assert [dataset.identifier for dataset in written.datasets] == ["c-formula", "c-open"]
    assert [dataset.is_conditional for dataset in written.datasets] == [True, False]
    told = "\n".join(written.told)
    assert "列出 2 个可以开放的资源" in told
    assert "名称为空、名称或提供方代码不得列出而未列的资源 not listed for their titles or holders：1" in told
    for file in written.files:
        text = file.read_text("utf-8")
        assert cases.OPEN_TITLE in text
        assert not [name for name in cases.NEVER_OPEN if name in text]
        assert "尚未声明的资源" not in text


def test_it_is_valid_by_the_shapes_of_dcat_ap(written: OpenCatalogue) -> None:
    (shapes,) = shacl.RELEASES["3.0.1"]
    graph = Graph().parse(Path(shacl.__file__).with_name("dcat_ap_3.0.1") / shapes)
    for file, syntax in zip(written.files[:2], ("turtle", "json-ld"), strict=True):
        conforms, _, told = validate(Graph().parse(file, format=syntax), shacl_graph=graph)
        assert conforms, told
    without = Graph().parse(written.files[0])
    without.update(
        "PREFIX dcat: <http://www.w3.org/ns/dcat#> DELETE { ?d dcat:accessURL ?u } WHERE { ?d dcat:accessURL ?u }"
    )
    assert not validate(without, shacl_graph=graph)[0]


def test_it_is_valid_by_the_shapes_and_the_schema_as_published(written: OpenCatalogue, real_data: Path) -> None:
    published = real_data / "conf-dcatap-shacl" / "releases" / "3.0.1" / "shacl" / "dcat-ap-SHACL.ttl"
    conforms, _, told = validate(Graph().parse(written.files[0]), shacl_graph=Graph().parse(published))
    assert conforms, told
    folder = real_data / "conf-dcatus3" / "jsonschema" / "definitions"
    definitions = {file.stem: _without_id(json.loads(file.read_text("utf-8"))) for file in folder.glob("*.json")}
    # What it refers to and lacks is an object, as its descriptions say.
    lacking = set(re.findall(r"#/definitions/(\w+)", json.dumps(definitions))) - set(definitions)
    schema = {
        "$ref": "#/definitions/Catalog",
        "definitions": definitions | {name: {"type": "object"} for name in lacking},
    }
    check = jsonschema_rs.Draft7Validator(schema, validate_formats=True)
    catalogue = json.loads(written.files[2].read_text("utf-8"))
    check.validate(catalogue)
    assert not check.is_valid(catalogue | {"dataset": [{"title": "无说明"}]})


def _without_id(node: Any) -> Any:
    """A schema under whose own `$id` its references would be looked up, without."""
    if isinstance(node, dict):
        return {name: _without_id(value) for name, value in node.items() if name != "$id"}
    return [_without_id(value) for value in node] if isinstance(node, list) else node


def test_it_is_valid_by_the_schema_of_dcat_us(written: OpenCatalogue) -> None:
    catalogue = json.loads(written.files[2].read_text("utf-8"))
    assert dcat_us_3_0("Catalog").violations(catalogue) == []
    for dataset in catalogue["dataset"]:
        assert dcat_us_3_0("Dataset").violations(dataset) == []
    assert dcat_us_3_0("Catalog").violations(catalogue | {"title": None}) != []


@pytest.mark.parametrize("name", FILES)
def test_our_readers_read_the_same_datasets(written: OpenCatalogue, name: str) -> None:
    (file,) = [file for file in written.files if file.name == name]
    _, got = read_all(file, "catalog")
    assert [one.violations for one in got] == [[], []]
    bodies = {one.body["title"]: one.body for one in got}
    assert set(bodies) == {dataset.title for dataset in written.datasets}
    for dataset in written.datasets:
        body: dict[str, Any] = bodies[dataset.title]
        assert body["abstract"] == dataset.description
        assert sorted(body["keywords"].split(";")) == sorted(dataset.keywords)
        assert body["theme"] == dataset.theme
        assert body["provider_name"] == dataset.publisher
        assert body["issued_date"] == "2025-03-01"
        assert body["landing_page"] == dataset.landing_page
        assert body["update_cycle"] == ("R/P1M" if name == "dcat-us.json" else "MONTHLY")
        assert body["access_level"].endswith("RESTRICTED" if dataset.is_conditional else "PUBLIC")
        (part,) = body["distributions"]
        assert part["access_url"] == dataset.distributions[0].access_url
        if name != "dcat-us.json":
            assert (body["identifier"], part["format"], part["media_type"]) == (dataset.identifier, "CSV", "text/csv")


def test_the_same_catalogue_gives_the_same_bytes(
    connection: duckdb.DuckDBPyConnection, written: OpenCatalogue, tmp_path: Path
) -> None:
    again = write_catalogue(cases.TABLES, connection, SHIPPED, TERMS, tmp_path)
    assert [file.read_bytes() for file in again.files] == [file.read_bytes() for file in written.files]


def test_what_nobody_gave_is_not_invented(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    bare = replace(TERMS, licence=None, contact_name=None, contact_email=None)
    made = write_catalogue(cases.TABLES, connection, SHIPPED, bare, tmp_path)
    assert [line[:5] for line in made.told if line.startswith("未写明")] == ["未写明许可", "未写明联系"]
    for file in made.files:
        text = file.read_text("utf-8")
        assert "licen" not in text
        assert "mailto" not in text
        assert "contactPoint" not in text


def test_texts_with_what_may_not_be_said_are_left_out(tmp_path: Path) -> None:
    with cases.catalogue() as connection:
        connection.execute(
            "UPDATE catalog.resource SET abstract = $abstract, keywords = $keywords, theme = $theme WHERE resource_id = 'open'",
            {"abstract": f"联系{cases.MOBILE}", "keywords": f"停车;{cases.CLOSED_TITLE}", "theme": "国家秘密"},
        )
        connection.execute(
            "UPDATE catalog.distribution SET access_url = 'http://10.0.0.1/a' WHERE resource_id = 'open'"
        )
        made = write_catalogue(cases.TABLES, connection, SHIPPED, TERMS, tmp_path)
    (dataset,) = [one for one in made.datasets if one.identifier == "c-open"]
    assert dataset.description == f"示例市数据局的信息资源“{cases.OPEN_TITLE}”"
    assert (dataset.keywords, dataset.theme, dataset.distributions) == ([], None, [])
    told = "\n".join(made.told)
    assert "without an address：1" in told
    assert "with a text left out：1" in told


def test_datasets_of_one_code_have_names_of_their_own() -> None:
    with cases.catalogue() as connection:
        connection.execute("UPDATE catalog.resource SET resource_code = 'a/1' WHERE resource_id IN ('open', 'formula')")
        datasets, _ = open_datasets(cases.TABLES, connection, SHIPPED)
    assert sorted(dataset.path for dataset in datasets) == [
        f"dataset/{cases.HOLDER}/a%2F1", f"dataset/{cases.HOLDER}/a%2F1/2",
    ]  # fmt: skip


def test_the_open_door_decides_which_columns_are_read(connection: duckdb.DuckDBPyConnection) -> None:
    files = {name: path.read_bytes() for name, path in policy_files(POLICY).items()}
    lines = files["door_limit.csv"].decode().splitlines()
    files["door_limit.csv"] = "\n".join(line for line in lines if not line.startswith("open_asset,")).encode()
    with pytest.raises(DoorError, match=r"catalog\.resource\.title"):
        open_datasets(cases.TABLES, connection, PolicySet.of_files(files).on(date.max))


@pytest.mark.parametrize(
    ("text", "is_public"),
    [
        ("https://data.example.org/a?page=2", True),
        (" http://data.example.org/中文 ", True),
        ("https://user:word@data.example.org/a", False),
        ("https://data.example.org/a?access_token=1", False),
        ("https://data.example.org/a?appKey=1", False),
        ("http://192.168.1.2/a", False),
        ("http://127.0.0.1/a", False),
        ("http://db.internal/a", False),
        ("http://localhost/a", False),
        ("http://[::1]/a", False),
        ("http://[bad/a", False),
        ("ftp://data.example.org/a", False),
        ("javascript:alert(1)", False),
        ("https://data.example.org/a b", False),
        ("https://data.example.org/<script>", False),
        ("", False),
        (None, False),
    ],
)
def test_addresses_that_anyone_may_know(text: str | None, is_public: bool) -> None:
    assert public_url(text) == (str(text).strip() if is_public else None)


@pytest.mark.parametrize(
    "wrong",
    [{"address": "https://data.example.org"}, {"address": "data/"}, {"contact_email": None}, {"contact_name": None}],
)
def test_terms_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="address"):
        replace(TERMS, **wrong)
