"""What the SHACL shapes of DCAT-AP find wrong with descriptions of datasets.

Belongs here: the shapes, what is taken for granted about things that a file does not describe, results as violations.
Does not belong here: what a violation leads to (policy/rejection_rule.csv). The shapes are those of the profile's
authors (`dcat_ap_*`, with source and licence); pySHACL judges them.

Two things are done for speed, and change no result: property shapes of one class and path are put together, and those
that can find nothing, since no description has their property and they ask for none, are left out.
A check of a class needs to know what a value is. The authors load whole vocabularies for that; here a thing that the
file does not describe is taken to be what it should be, and of the vocabularies SUBCLASSES are known.
"""

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from readers.catalogues.rdf import Term, Triple, compact, term_of
from readers.shapes import Violation, shown

if TYPE_CHECKING:
    from rdflib import Graph as RdflibGraph
    from rdflib.term import Node

#: The releases of the profile whose shapes are kept, the newest first, with their files.
RELEASES: Mapping[str, tuple[str, ...]] = {
    "3.0.1": ("shapes.ttl",),
    "2.1.1": ("shapes.ttl", "ranges.ttl", "recommended.ttl"),
}
#: Descriptions that are judged at a time: what bounds the memory of a validation.
PORTION = 500

_SH = "http://www.w3.org/ns/shacl#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_VCARD, _FOAF, _DCAT = "http://www.w3.org/2006/vcard/ns#", "http://xmlns.com/foaf/0.1/", "http://www.w3.org/ns/dcat#"
#: Class -> its superclass, of the vocabularies that the profile builds on.
SUBCLASSES: Mapping[str, str] = {
    **{f"{_VCARD}{name}": f"{_VCARD}Kind" for name in ("Individual", "Organization", "Group", "Location")},
    **{f"{_FOAF}{name}": f"{_FOAF}Agent" for name in ("Person", "Organization", "Group")},
    **{f"{_DCAT}{name}": f"{_DCAT}Resource" for name in ("Catalog", "Dataset", "DatasetSeries", "DataService")},
    "http://www.w3.org/ns/org#Organization": f"{_FOAF}Agent",
    "http://www.w3.org/ns/org#OrganizationalUnit": f"{_FOAF}Agent",
    "http://purl.org/dc/terms/MediaType": "http://purl.org/dc/terms/MediaTypeOrExtent",
    "http://purl.org/dc/terms/FileFormat": "http://purl.org/dc/terms/MediaType",
}
#: Parameter of a constraint -> the rule of policy/rejection_rule.csv that it is reported under.
_RULES = {
    "minCount": "shacl_min_count",
    "maxCount": "shacl_max_count",
    "class": "shacl_class",
    "datatype": "shacl_datatype",
    "nodeKind": "shacl_node_kind",
}
_OTHER, _RECOMMENDED = "shacl_other", "shacl_recommended"
#: Notes of the shapes for people.
_NOTES = ("name", "description", "order", "group")
_ESCAPE = re.compile(r"\\u([0-9A-F]{4})")
_LANGUAGE = re.compile(r"[A-Za-z]+(?:-[A-Za-z0-9]+)*")


class Described(NamedTuple):
    """A description to judge, in the names of its file: subject, triples, and the nodes that it describes whole.

    names: blank nodes as violations name them.
    """

    subject: str
    triples: Sequence[Triple]
    whole: Set[str]
    names: Mapping[str, str]


@dataclass(frozen=True)
class Shapes:
    """Prepared shapes; `classes`: path to the classes that its values should have."""

    graph: "RdflibGraph"
    classes: Mapping["Node", Set["Node"]]


def release_of(conforms_to: Set[str]) -> str | None:
    """The release by whose shapes a catalogue is judged, as its `dct:conformsTo` name it by an IRI or a title; None if they do not.

    Release 3 takes what conforms to 2, so a catalogue that says nothing is judged by the newest.
    """
    for standard in sorted(conforms_to):
        found = re.search(r"dcat[-_ ]?ap\b.*?(?<![\w.])v?([23])(?:\.\d+)*\b", standard, re.IGNORECASE)
        if found:
            return next(release for release in RELEASES if release.startswith(found[1]))
    return None


def prepared(release: str, properties: Set[str]) -> Shapes:
    """The shapes of a release for descriptions that have no other properties than these (IRIs)."""
    from rdflib import Graph, URIRef

    used = {URIRef(iri) for iri in properties}
    graph = Graph()
    for triple in _merged(release):
        graph.add(triple)
    path, needs = (
        URIRef(f"{_SH}path"),
        [URIRef(f"{_SH}{name}") for name in ("minCount", "qualifiedValueShape", "hasValue")],
    )
    for shape, of in list(graph.subject_objects(path)):
        asks = any((shape, need, None) in graph for need in needs)
        if isinstance(of, URIRef) and of not in used and not asks:
            graph.remove((shape, None, None))
            graph.remove((None, URIRef(f"{_SH}property"), shape))
    classes: dict[Node, set[Node]] = {}
    for shape, wanted in graph.subject_objects(URIRef(f"{_SH}class")):
        for of in graph.objects(shape, path):
            classes.setdefault(of, set()).add(wanted)
    return Shapes(graph, classes)


def judge(portion: Sequence[Described], shapes: Shapes, is_described: Callable[[str], bool]) -> list[list[Violation]]:
    """The violations of each description, in an order that does not depend on the portion.

    is_described: whether the file says anything of a node.
    """
    from pyshacl import validate
    from rdflib import Graph, URIRef

    # rdflib warns of each odd value and IRI, with a stack; what is wrong, the shapes find.
    logging.getLogger("rdflib").setLevel(logging.ERROR)
    nodes = _Nodes()
    data, type_ = Graph(), URIRef(f"{_RDF}type")
    for description in portion:
        for subject, predicate, value in description.triples:
            of, property_ = nodes.node(value), nodes.node(predicate)
            data.add((nodes.node(subject), property_, of))
            if property_ in shapes.classes and value.startswith("<") and not is_described(value):
                for wanted in shapes.classes[property_]:
                    data.add((of, type_, wanted))
    for name, wider in SUBCLASSES.items():
        data.add((URIRef(name), URIRef(f"{_RDFS}subClassOf"), URIRef(wider)))
    _, report, text = validate(data, shacl_graph=shapes.graph, inference="none", inplace=True)
    if not isinstance(report, Graph):
        raise RuntimeError(text)
    found: dict[str, list[_Result]] = {}
    for result in _results(report, shapes.graph, nodes.texts):
        found.setdefault(result.focus, []).append(result)
    return [
        sorted(
            (_violation(result, description) for focus in description.whole & found.keys() for result in found[focus]),
            key=lambda violation: (violation.column, violation.rule, violation.value or "", violation.expected or ""),
        )
        for description in portion
    ]


class _Nodes:
    """Terms as rdflib has them, and back."""

    def __init__(self) -> None:
        self._known: dict[str, Node] = {}
        self.texts: dict[Node, str] = {}

    def node(self, text: str) -> "Node":
        node = self._known.get(text)
        if node is None:
            node = self._known[text] = _node(term_of(text))
            self.texts[node] = text
        return node


def _node(term: Term) -> "Node":
    from rdflib import BNode, Literal, URIRef

    if term.kind == "blank":
        return BNode(term.text.removeprefix("_:"))
    if term.kind != "text":
        # rdflib can write no IRI with what IRIs may not contain, and a report is written.
        return URIRef(_ESCAPE.sub(lambda found: f"%{int(found[1], 16):02X}", term.text))
    if term.language:
        # rdflib takes no other tag, and no shape asks for any language.
        return Literal(term.text, lang=term.language if _LANGUAGE.fullmatch(term.language) else "und")
    if not term.datatype:
        return Literal(term.text)
    # Markup in literals would be parsed, entities and all; under another name it is text that no shape asks for.
    name = term.datatype + ("#unparsed" if term.datatype.startswith(_RDF) else "")
    return Literal(term.text, datatype=URIRef(name), normalize=False)


class _Result(NamedTuple):
    """A result of the report: node and value as terms, path, the rule that it comes under, and what was expected."""

    focus: str
    rule: str
    path: str
    value: str | None
    expected: str


def _results(report: "RdflibGraph", shapes: "RdflibGraph", texts: Mapping["Node", str]) -> Iterator[_Result]:
    from rdflib import URIRef

    def get(node: "Node", name: str) -> "Node | None":
        return report.value(node, URIRef(_SH + name))  # type: ignore[arg-type]

    for result in report.objects(None, URIRef(f"{_SH}result")):
        shape, path, value, focus = (get(result, name) for name in ("sourceShape", "resultPath", "value", "focusNode"))
        component = str(get(result, "sourceConstraintComponent")).removeprefix(_SH).removesuffix("ConstraintComponent")
        parameter = component[:1].lower() + component[1:]
        rule = _RULES.get(parameter, _OTHER)
        # What other constraints want is a shape: it is told by its message or its name.
        message = shapes.value(shape, URIRef(f"{_SH}message")) if rule == _OTHER else None  # type: ignore[arg-type]
        wanted = message or shapes.value(shape, URIRef(_SH + parameter)) or parameter  # type: ignore[arg-type]
        if get(result, "resultSeverity") != URIRef(f"{_SH}Violation"):
            rule = _RECOMMENDED
        yield _Result(
            texts[focus],  # type: ignore[index]
            rule,
            compact(str(path)) if isinstance(path, URIRef) else "",
            None if value is None or value == focus else texts.get(value, str(value)),
            compact(str(wanted)),
        )


def _violation(result: _Result, description: Described) -> Violation:
    def text(term: str) -> str:
        return description.names.get(term) or term_of(term).text

    focus = "" if result.focus == description.subject else text(result.focus)
    return Violation(
        result.rule,
        " ".join(filter(None, (focus, result.path))),
        None if result.value is None else shown(text(result.value)),
        shown(result.expected),
    )


@cache
def _merged(release: str) -> "tuple[tuple[Node, Node, Node], ...]":
    """The shapes of a release without notes for people; of each class the property shapes of a path put together."""
    from rdflib import Graph, URIRef

    folder = Path(__file__).with_name(f"dcat_ap_{release}")
    read = Graph()
    for name in RELEASES[release]:
        read.parse(folder / name, format="turtle")
    graph = read.skolemize()
    for note in _NOTES:
        graph.remove((None, URIRef(_SH + note), None))
    graph.remove((None, URIRef(f"{_RDFS}seeAlso"), None))
    property_, path, severity = (URIRef(_SH + name) for name in ("property", "path", "severity"))
    plain = {URIRef(_SH + name) for name in _RULES} | {path, severity, URIRef(f"{_RDF}type")}
    for owner in set(graph.subjects(property_)):
        merged: dict[tuple[Node | None, Node | None], list[Node]] = {}
        for shape in sorted(graph.objects(owner, property_)):  # type: ignore[type-var]
            pairs = list(graph.predicate_objects(shape))
            said = dict(pairs)
            if len(said) < len(pairs) or not said.keys() <= plain or len(list(graph.subjects(property_, shape))) > 1:
                continue
            same = merged.setdefault((said.get(path), said.get(severity)), [])
            for other in same:
                if not (said.keys() & set(graph.predicates(other))) - {path, severity, URIRef(f"{_RDF}type")}:
                    for predicate, value in said.items():
                        graph.add((other, predicate, value))
                    graph.remove((shape, None, None))
                    graph.remove((owner, property_, shape))
                    break
            else:
                same.append(shape)
    return tuple(graph)
