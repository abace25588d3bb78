"""SHACL: each kind of constraint of DCAT-AP is found, at the dataset whose description breaks it and at no other."""

import re
from datetime import date
from pathlib import Path

import pytest
from pyshacl import validate
from rdflib import RDFS, SH, Graph, URIRef
from reading import Got, read_all, shipped

from readers.catalogues import shacl

PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
#: Valid in 2.1.1 and 3.0.1: things that the file does not describe are no violation.
VALID = """
<http://d/1> a dcat:Dataset ; dct:title "t"@en ; dct:description "d"@en ;
    dcat:theme <http://publications.europa.eu/resource/authority/data-theme/TRAN> ; dcat:keyword "k"@en ;
    dct:publisher <http://p> ; dct:license <http://undescribed/licence> ;
    dcat:contactPoint [ a vcard:Organization ; vcard:fn "c" ; vcard:hasEmail <mailto:a@b> ] ;
    dct:issued "2020-01-01"^^xsd:date ; dct:temporal [ a dct:PeriodOfTime ; dcat:startDate "2020-01-01"^^xsd:date ;
        dcat:endDate "2020-12-31"^^xsd:date ] ; dct:spatial <http://undescribed/place> ;
    dcat:distribution <http://d/1/csv> .
<http://d/1/csv> a dcat:Distribution ; dcat:accessURL <http://d/1.csv> ; dct:description "d"@en ;
    <http://data.europa.eu/r5r/availability> <http://undescribed/stable> ;
    dct:format <http://publications.europa.eu/resource/authority/file-type/CSV> ; dct:license <http://undescribed/licence> .
<http://p> a foaf:Agent ; foaf:name "p"@en ; dct:type <http://undescribed/type> .
"""
RULES = {
    "MinCountConstraintComponent": "shacl_min_count",
    "MaxCountConstraintComponent": "shacl_max_count",
    "ClassConstraintComponent": "shacl_class",
    "DatatypeConstraintComponent": "shacl_datatype",
    "NodeKindConstraintComponent": "shacl_node_kind",
}
CONFORMS_2 = "<http://c> a dcat:Catalog ; dct:conformsTo <https://semiceu.github.io/DCAT-AP/releases/2.1.1/> .\n"


def found(folder: Path, text: str) -> dict[str, list[tuple[str, str, str | None, str]]]:
    """Violations by pointer: rule, column, value, what was expected."""
    (folder / "file").write_text(PREFIXES + text, "utf-8")
    return {one.pointer: violations(one) for one in read_all(folder / "file", "catalog")[1]}


def violations(one: Got) -> list[tuple[str, str, str | None, str]]:
    return [(v["rule"], v["column"], v.get("value"), v["expected"]) for v in one.violations]


@pytest.mark.parametrize("release", ["", CONFORMS_2])
def test_a_valid_dataset_has_no_violation(tmp_path: Path, release: str) -> None:
    (got,) = found(tmp_path, release + VALID).values()
    assert got == []


@pytest.mark.parametrize(
    ("of", "by", "wanted"),
    [
        ('dct:title "t"@en ;', "", [("shacl_min_count", "dct:title", None, "1")]),
        (
            'dct:issued "2020-01-01"^^xsd:date',
            'dct:issued "2020-01-01"^^xsd:date, "2021"^^xsd:gYear',
            [("shacl_max_count", "dct:issued", None, "1")],
        ),
        ('dct:title "t"@en', "dct:title <http://t>", [("shacl_node_kind", "dct:title", "http://t", "sh:Literal")]),
        ("dct:publisher <http://p>", "dct:publisher <http://d/1/csv>", [
            ("shacl_class", "dct:publisher", "http://d/1/csv", "foaf:Agent"),
        ]),
        ("dct:publisher <http://p>", 'dct:publisher "p"', [
            ("shacl_class", "dct:publisher", "p", "foaf:Agent"),
            ("shacl_node_kind", "dct:publisher", "p", "sh:BlankNodeOrIRI"),
        ]),
        ("dcat:accessURL <http://d/1.csv> ;", "", [("shacl_min_count", "http://d/1/csv dcat:accessURL", None, "1")]),
        ("dcat:accessURL <http://d/1.csv> ;", "dcat:accessURL <http://d/1.csv> ; dcat:byteSize -5 ;", [
            ("shacl_datatype", "http://d/1/csv dcat:byteSize", "-5", "xsd:nonNegativeInteger"),
        ]),
        ("a vcard:Organization", "a foaf:Document", [("shacl_class", "dcat:contactPoint", "_:c0", "vcard:Kind")]),
        ('foaf:name "p"@en', 'foaf:nick "p"@en', [("shacl_min_count", "http://p foaf:name", None, "1")]),
    ],
)  # fmt: skip
def test_each_kind_of_constraint_is_found(
    tmp_path: Path, of: str, by: str, wanted: list[tuple[str, str, str | None, str]]
) -> None:
    assert of in VALID
    other = VALID.replace("http://d/1", "http://d/2").replace("<http://p>", "<http://q>")
    got = found(tmp_path, VALID.replace(of, by) + other)
    got["http://d/1"] = [
        (rule, column, re.sub(r"^_:c\d$", "_:c0", value or "") or None, expected)
        for rule, column, value, expected in got["http://d/1"]
    ]
    assert got == {"http://d/1": wanted, "http://d/2": []}


def test_what_a_part_breaks_is_told_of_every_dataset_that_has_it(tmp_path: Path) -> None:
    text = VALID.replace('foaf:name "p"@en', 'foaf:nick "p"@en')
    got = found(tmp_path, text + VALID.replace("http://d/1", "http://d/2").split("<http://p> a")[0])
    assert list(got.values()) == [[("shacl_min_count", "http://p foaf:name", None, "1")]] * 2


def test_release_2_is_judged_by_its_own_shapes(tmp_path: Path) -> None:
    text = VALID.replace('dcat:keyword "k"@en ;', "").replace('"2020-01-01"^^xsd:date ; dct:t', '"soon" ; dct:t')
    (got,) = found(tmp_path, CONFORMS_2 + text).values()
    assert got == [
        ("shacl_recommended", "dcat:keyword", None, "1"),
        ("shacl_other", "dct:issued", "soon", "http://data.europa.eu/r5r#DateOrDateTimeDataType_Shape"),
    ]


@pytest.mark.parametrize(
    ("standards", "release"),
    [
        ((), None),
        (("<https://semiceu.github.io/DCAT-AP/releases/2.1.1/>",), "2.1.1"),
        (("<https://semiceu.github.io/DCAT-AP/releases/3.0.0>",), "3.0.1"),
        (('"DCAT-AP 2"', "<http://other/standard/3>"), "2.1.1"),
        (("<http://data.europa.eu/r5r/>",), None),
        (('"DCAT-AP 20"', '"DCAT-AP 12.3"'), None),
        (('"DCAT_AP v2.1"@en',), "2.1.1"),
    ],
)
def test_the_release_that_a_catalogue_names(standards: tuple[str, ...], release: str | None) -> None:
    assert shacl.release_of(set(standards)) == release


#: A dataset that breaks shapes of many kinds, described to the end, so that nothing is taken for granted.
BROKEN = """
<http://d> a dcat:Dataset ; dct:title "t", <http://p> ; dct:publisher "p", <http://p> ; dcat:keyword <http://p> ;
    dct:issued "2020-01-01"^^xsd:date, "soon" ; dct:accessRights <http://p> ; dct:language <http://p> ; dcat:theme [ a skos:Concept ] ;
    dcat:distribution [ a dcat:Distribution ; dct:format <http://p> ], [ dcat:byteSize -5 ], [ a dcat:Distribution ; dct:license "l" ] ;
    dct:temporal [ a dct:PeriodOfTime ; dcat:startDate "x" ] ; dcat:version 1, 2 ; dct:accrualPeriodicity "never" .
<http://p> a foaf:Organization ; foaf:name "p" .
"""


@pytest.mark.parametrize(("release", "said"), [("3.0.1", ""), ("2.1.1", CONFORMS_2)])
def test_the_shapes_as_published_find_the_same(tmp_path: Path, release: str, said: str) -> None:
    """Putting shapes together and leaving idle ones out changes no result."""
    published = Graph()
    for name in shacl.RELEASES[release]:
        published.parse(Path(shacl.__file__).with_name(f"dcat_ap_{release}") / name)
    data = Graph().parse(data=PREFIXES + BROKEN)
    for name, wider in shacl.SUBCLASSES.items():
        data.add((URIRef(name), RDFS.subClassOf, URIRef(wider)))
    _, report, _ = validate(data, shacl_graph=published)
    assert isinstance(report, Graph)
    wanted = set()
    for result in report.objects(None, SH.result):
        names = (SH.focusNode, SH.resultPath, SH.sourceConstraintComponent, SH.resultSeverity)
        focus, path, component, severity = (report.value(result, name) for name in names)
        rule = RULES.get(re.split("#", str(component))[-1], "shacl_other")
        wanted.add((
            rule if severity == SH.Violation else "shacl_recommended",
            "" if focus == URIRef("http://d") else str(focus) if isinstance(focus, URIRef) else "_:",
            re.split("[#/]", str(path))[-1],
        ))  # fmt: skip
    (got,) = found(tmp_path, said + BROKEN).values()
    assert {
        (rule, re.sub(r"^_:.*", "_:", column.rpartition(" ")[0]), column.split(":")[-1]) for rule, column, _, _ in got
    } == wanted
    assert len(wanted) > 10


def test_every_rule_warns_and_has_words() -> None:
    rules = {entry.body["rule"]: entry.body["severity"] for entry in shipped().on(date.max).of("rejection_rule")}
    mine = {*RULES.values(), "shacl_other", "shacl_recommended"}
    assert {rule: rules.get(rule) for rule in mine} == dict.fromkeys(mine, "warn")
    assert {rule for rule in rules if rule.startswith("shacl_")} == mine


def test_markup_in_literals_is_not_parsed(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY x SYSTEM \\"file:///etc/passwd\\">]><a>&x;</a>'
    text = VALID.replace('"d"@en ;', f'"{bomb}"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#XMLLiteral> ;', 1)
    assert list(found(tmp_path, text).values()) == [[]]


def test_portions_make_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        VALID.replace('dct:title "t"@en ;', "")
        + VALID.replace("http://d/1", "http://d/2")
        + "<http://d/3> a dcat:Dataset ."
    )
    whole = found(tmp_path, text)
    monkeypatch.setattr(shacl, "PORTION", 1)
    assert found(tmp_path, text) == whole
    assert [len(one) for one in whole.values()] == [1, 0, 2]
