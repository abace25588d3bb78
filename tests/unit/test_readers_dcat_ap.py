"""DCAT-AP: what a description says in a catalogue's columns; one graph, one set of records in whatever syntax and order."""

import random
import socket
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from reading import Got, read_all

from readers.catalogues.rdf import CONTEXTS, Triple, canonical

PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "eu": "http://publications.europa.eu/resource/authority/",
}
TURTLE = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())

PARKING = """
<http://city/catalog> a dcat:Catalog ; dct:title "Catalogue"@en ; dcat:dataset <http://city/parking>, <http://city/gone> .
<http://city/parking> a dcat:Dataset ;
    dct:title "Parkplätze"@de, "Car parks"@en, "停车场"@zh-Hans ;
    dct:description "Where to park" ;
    dct:identifier "P-1" ;
    dcat:keyword "parking"@en, "cars"@en, "Parken"@de ;
    dcat:theme <http://publications.europa.eu/resource/authority/data-theme/TRAN>, <http://city/theme> ;
    dct:publisher [ a foaf:Agent ; foaf:name "City"@en ] ;
    dcat:contactPoint [ a vcard:Kind ; vcard:hasEmail <mailto:a@city> ] ;
    dct:accrualPeriodicity <http://publications.europa.eu/resource/authority/frequency/MONTHLY> ;
    dct:accessRights <http://publications.europa.eu/resource/authority/access-right/PUBLIC> ;
    dct:issued "2024-03-05"^^xsd:date ; dct:modified "2024-04-06T07:08:09Z"^^xsd:dateTime ;
    dcat:landingPage <http://city/parking.html> ;
    dcat:distribution <http://city/parking/csv>,
        [ a dcat:Distribution ; dcat:accessURL <http://city/api> ; dct:license <http://city/licence> ] .
<http://city/parking/csv> a dcat:Distribution ; dct:title "Table" ; dct:license <http://city/licence> ;
    dct:format <http://publications.europa.eu/resource/authority/file-type/CSV> ;
    dcat:mediaType <http://www.iana.org/assignments/media-types/text/csv> ; dcat:byteSize 12 ;
    dcat:accessURL <http://city/parking> ; dcat:downloadURL <http://city/parking.csv> .
<http://city/theme> a skos:Concept ; skos:prefLabel "Traffic"@en ; skos:broader <http://city/everything> .
<http://city/service> a dcat:DataService ; dct:title "API" ; dcat:servesDataset <http://city/parking> .
"""


def read_text(folder: Path, text: str | bytes) -> list[Got]:
    (folder / "file").write_bytes(text if isinstance(text, bytes) else text.encode())
    reading, got = read_all(folder / "file", "catalog")
    assert (reading.format, reading.encoding) == ("dcat_ap", "utf-8")
    return got


def iri(name: str) -> ox.NamedNode:
    prefix, _, local = name.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + local)


def test_the_columns_of_a_dataset(tmp_path: Path) -> None:
    (record,) = read_text(tmp_path, TURTLE + PARKING)
    assert (record.pointer, record.key) == ("http://city/parking", "P-1")
    extras = record.body.pop("extras")
    distributions = record.body.pop("distributions")
    assert record.body == {
        "identifier": "P-1",
        "title": "停车场",
        "abstract": "Where to park",
        "keywords": "cars;parking",
        "theme": "TRAN;Traffic",
        "provider_name": "City",
        "update_cycle": "MONTHLY",
        "access_level": "PUBLIC",
        "open_type": "PUBLIC",
        "issued_date": "2024-03-05",
        "modified_date": "2024-04-06",
        "license": "http://city/licence",
        "landing_page": "http://city/parking.html",
    }
    assert distributions == [
        {
            "title": "Table",
            "format": "CSV",
            "media_type": "text/csv",
            "access_url": "http://city/parking",
            "download_url": "http://city/parking.csv",
            "extras": {
                "@id": "http://city/parking/csv",
                "dcat:byteSize": [{"@value": "12", "@type": "xsd:integer"}],
                "dct:license": [{"@id": "http://city/licence"}],
            },
        },
        {
            "access_url": "http://city/api",
            "extras": {"@id": distributions[1]["extras"]["@id"], "dct:license": [{"@id": "http://city/licence"}]},
        },
    ]
    # what a column says in full is not said again
    assert set(extras) == {
        "_nodes", "dct:title", "dcat:keyword", "dcat:theme", "dct:publisher", "dcat:contactPoint", "dct:modified",
    }  # fmt: skip
    assert {(value["@language"], value["@value"]) for value in extras["dct:title"]} == {
        ("de", "Parkplätze"),
        ("en", "Car parks"),
        ("zh-hans", "停车场"),
    }
    (publisher,) = extras["dct:publisher"]
    assert extras["_nodes"][publisher["@id"]]["foaf:name"] == [{"@value": "City", "@language": "en"}]
    # of what is only named, type and label
    assert set(extras["_nodes"]["http://city/theme"]) == {"rdf:type", "skos:prefLabel"}


def test_datasets_that_are_listed_but_not_described_are_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text(TURTLE + PARKING, "utf-8")
    shapes, note = read_all(tmp_path / "file", "catalog")[0].notes
    assert "3.0.1" in shapes
    assert "http://city/gone" in note


def test_what_is_a_dataset_and_where_it_stands(tmp_path: Path) -> None:
    got = read_text(
        tmp_path,
        TURTLE
        + """
        <s> a dcat:DatasetSeries ; dct:title "series" . <c> a dcat:Catalog, dcat:Dataset ; dcat:dataset <untyped> .
        <untyped> dct:title "listed" . [] a dcat:Dataset ; dct:title "nameless" . [] a dcat:Dataset ; dct:title "nameless" .
        <a> a dcat:Dataset ; dct:title "first" . <d> a dcat:DataService ; dct:title "no dataset" .
        """,
    )
    base = "http://delivery.invalid/"
    assert [record.body["title"] for record in got] == ["first", "series", "listed", "nameless", "nameless"]
    assert [record.pointer for record in got[:3]] == [f"{base}a", f"{base}s", f"{base}untyped"]
    assert got[3].pointer.startswith("_:")
    assert got[4].pointer == f"{got[3].pointer}#2"
    # without identifier the IRI is the key; without both, provider and title
    assert [record.key for record in got] == [f"{base}a", f"{base}s", f"{base}untyped", "|nameless", "|nameless"]


@pytest.mark.parametrize(
    ("titles", "chosen"),
    [
        ('"b"@fr, "a"@nl, "c"@en-GB', "c"),
        ('"c"@en, "a"@de, "z"@zh', "z"),
        ('"c"@fr, "a"@de', "a"),
        ('"c"@fr, "plain"', "plain"),
        ('"b"@en, "a"@en', "a"),
        ('" "@en, "x"@fr', "x"),
    ],
)
def test_the_language_of_a_text(tmp_path: Path, titles: str, chosen: str) -> None:
    (record,) = read_text(tmp_path, f"{TURTLE} <http://d> a dcat:Dataset ; dct:title {titles} .")
    assert record.body["title"] == chosen
    assert len(record.body["extras"]["dct:title"]) == titles.count(",") + 1


#: Nodes that graphs are made of: datasets, parts of them, and blank nodes.
NODES = st.sampled_from([*(ox.NamedNode(f"http://n/{name}") for name in "abc"), *map(ox.BlankNode, ("x", "y", "z"))])
VALUES = NODES | st.builds(ox.Literal, st.text('ab"\\\n é中', max_size=3), language=st.sampled_from(["en", "zh"]))
QUADS = st.lists(
    st.builds(
        ox.Quad,
        NODES,
        st.sampled_from([iri("dct:title"), iri("dcat:distribution"), iri("dct:publisher"), iri("dct:spatial")]),
        VALUES,
    ),
    max_size=12,
)
DATASET = ox.Quad(
    ox.NamedNode("http://n/a"), ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), iri("dcat:Dataset")
)


@pytest.mark.slow
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(quads=QUADS, seed=st.integers(0, 9))
def test_order_prefixes_and_syntax_make_no_difference(tmp_path: Path, quads: list[ox.Quad], seed: int) -> None:
    blank_dataset = ox.Quad(ox.BlankNode("x"), DATASET.predicate, DATASET.object)
    quads = [*quads, DATASET, blank_dataset]
    wanted = read_text(tmp_path, turtle(quads, {}))
    assert wanted
    random.Random(seed).shuffle(quads)  # noqa: S311
    named = {"x": "q1", "y": "q0", "z": "x"}
    again = [ox.Quad(_renamed(q.subject, named), q.predicate, _renamed(q.object, named)) for q in quads]
    for text in (
        turtle(again, {"p": PREFIXES["dct"], "": PREFIXES["dcat"]}),
        ox.serialize(again, format=ox.RdfFormat.RDF_XML),
        ox.serialize(again, format=ox.RdfFormat.JSON_LD),
        ox.serialize(again, format=ox.RdfFormat.N_TRIPLES),
    ):
        assert text is not None
        assert read_text(tmp_path, text) == wanted


def turtle(quads: list[ox.Quad], prefixes: dict[str, str]) -> bytes:
    return ox.serialize([q.triple for q in quads], format=ox.RdfFormat.TURTLE, prefixes=prefixes) or b""


def _renamed(term: Any, names: dict[str, str]) -> Any:
    return ox.BlankNode(names[term.value]) if isinstance(term, ox.BlankNode) else term


@settings(max_examples=40, deadline=None)
@given(
    edges=st.lists(st.tuples(st.integers(0, 4), st.sampled_from("pq"), st.integers(0, 5)), max_size=10),
    order=st.permutations(range(5)),
)
@example(edges=[(0, "p", 1), (1, "p", 0), (2, "p", 3), (3, "p", 2)], order=[2, 3, 0, 1, 4])
def test_blank_nodes_are_named_by_what_is_said_of_them(edges: list[tuple[int, str, int]], order: list[int]) -> None:
    def graph(names: list[int]) -> list[Triple]:
        return [Triple(f"_:{names[s]}", f"<{p}>", '"5"' if o == 5 else f"_:{names[o]}") for s, p, o in edges]

    plain, _ = canonical(graph(list(range(5))))
    renamed, names = canonical(reversed(graph(list(order))))
    assert plain == renamed
    assert len(set(names.values())) == len(names)
    assert len(plain) == len(set(edges))


def test_one_bad_iri_does_not_take_the_catalogue_with_it(tmp_path: Path) -> None:
    (record,) = read_text(tmp_path, f"{TURTLE} <http://d> a dcat:Dataset ; dcat:landingPage <http://a b|c> .")
    assert "<http://a\\u0020b\\u007Cc>" in record.raw
    assert list(ox.parse(record.raw.encode(), format=ox.RdfFormat.N_TRIPLES, lenient=True))


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "windows-1252", "gb18030", "utf-8-sig"])
def test_xml_in_the_encoding_that_it_declares(tmp_path: Path, encoding: str) -> None:
    text = f"""<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>
    <!DOCTYPE rdf:RDF [<!ENTITY dcat "http://www.w3.org/ns/dcat#">]>
    <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="{PREFIXES["dct"]}">
    <rdf:Description rdf:about="http://d"><rdf:type rdf:resource="&dcat;Dataset"/><dct:title>é</dct:title></rdf:Description>
    </rdf:RDF>"""
    (record,) = read_text(tmp_path, text.encode(encoding))
    assert record.body["title"] == "é"


@pytest.mark.parametrize("context", [CONTEXTS[0], CONTEXTS[-1].replace("https", "http")])
def test_the_published_context_is_kept_here(tmp_path: Path, context: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", None)  # nothing may be fetched
    text = f"""{{"@context": "{context}", "@type": "Catalogue", "@id": "http://c", "dataset": [{{
        "@id": "http://d", "@type": "Dataset", "title": ["t"], "datasetDistribution": [
        {{"@id": "http://f", "@type": "Distribution", "accessURL": ["http://a"]}}]}}]}}"""
    (record,) = read_text(tmp_path, text)
    assert (record.pointer, record.body["title"]) == ("http://d", "t")


@pytest.mark.parametrize("said", ['"@language": "@none"', '"@language": "a\\"b"', '"@type": "http://a\\"b"'])
def test_tags_and_datatypes_that_are_none_are_no_trouble(tmp_path: Path, said: str) -> None:
    title = f'{{"@value": "t", {said}}}'
    text = f'{{"@id": "http://d", "@type": "{PREFIXES["dcat"]}Dataset", "{PREFIXES["dct"]}title": {title}}}'
    (record,) = read_text(tmp_path, text)
    assert record.body["title"] == "t"


def test_an_empty_catalogue_is_an_empty_delivery(tmp_path: Path) -> None:
    assert read_text(tmp_path, f'{TURTLE} <http://c> a dcat:Catalog ; dct:title "empty" .') == []
