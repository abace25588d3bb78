"""DCAT-AP 2 and 3 catalogues in any syntax of RDF: one record a dataset or dataset series.

Belongs here: what belongs to the description of a dataset, and which properties mean which columns of the kind
`catalog`. Does not belong here: syntax (`readers/catalogues/rdf.py`), conformance (`readers/catalogues/shacl.py`).
Rule: https://semiceu.github.io/DCAT-AP/releases/3.0.1/, domain.md 1.5.

RDF has no order and Turtle cannot be cut byte for byte, so `raw` is the description as canonical N-Triples: sorted,
each triple once, blank nodes named by what is said of them. It is the same whatever the order, the prefixes and the
syntax of the file; the delivered bytes are those of `source_sha256`. A description is all triples of the dataset, of
its parts (PARTS) and of all blank nodes that these lead to; of other things that the file describes and these name,
type and labels. Records stand in the order of their IRIs. `source_pointer` is the IRI; of a dataset without one `_:`
and the first 16 digits of the SHA-256 of `raw`, with `#2`, `#3` where equal descriptions repeat.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from readers.catalogues import rdf, shacl
from readers.catalogues.json_body import dated
from readers.catalogues.rdf import PREFIXES, Graph, Term, Triple, compact, iri, term_of
from readers.problems import Unreadable
from readers.shapes import Record
from readers.values import settled

#: Tables of the EU Publications Office whose codes are read from their IRIs, and the media types of IANA.
_AUTHORITY = "http://publications.europa.eu/resource/authority/"
_CODED = tuple(f"{_AUTHORITY}{table}/" for table in ("frequency", "file-type", "access-right", "data-theme"))
_MEDIA_TYPES = ("https://www.iana.org/assignments/media-types/", "http://www.iana.org/assignments/media-types/")


_TYPE = iri("rdf:type")
_DATASETS = frozenset(map(iri, ("dcat:Dataset", "dcat:DatasetSeries")))
_CATALOG = iri("dcat:Catalog")
_LISTS = iri("dcat:dataset")
_DISTRIBUTED = iri("dcat:distribution")
_LICENSE = iri("dct:license")
_CONFORMS = iri("dct:conformsTo")
_IDENTIFIER = iri("dct:identifier")
_TITLE = iri("dct:title")
_SERIES = iri("dcat:DatasetSeries")
_IN_SERIES = iri("dcat:inSeries")
_MEMBER = iri("dcat:seriesMember")
#: What a validator writes.
_REPORTS = frozenset(map(iri, ("sh:ValidationReport", "sh:ValidationResult")))
_XSD_DATE = f"{PREFIXES['xsd']}date"
#: What is described for itself, so that no description of a dataset runs into it.
_APART = _DATASETS | set(map(iri, ("dcat:Catalog", "dcat:CatalogRecord", "dcat:DataService")))
#: Properties whose values belong to a description, whole.
PARTS = frozenset(
    map(
        iri,
        (
            "dcat:distribution", "adms:sample", "dct:publisher", "dct:creator", "dcat:contactPoint", "spdx:checksum",
            "dct:temporal", "dct:spatial", "dct:rights", "dct:accessRights", "dct:provenance", "adms:identifier",
            "prov:qualifiedAttribution", "dcat:qualifiedRelation", "odrl:hasPolicy",
        ),
    )
)  # fmt: skip
_LABELS = tuple(map(iri, ("skos:prefLabel", "foaf:name", "rdfs:label", "dct:title", "vcard:fn")))
#: What is kept of a thing that is only named.
_NAMING = frozenset([_TYPE, *_LABELS])
#: Languages in the order in which a text is taken; then the first by its tag.
_LANGUAGES = ("zh", "en")


def _code(reference: str) -> str:
    """The code in an IRI of the tables _CODED or of media types; else the IRI itself."""
    for start in (*_CODED, *_MEDIA_TYPES):
        if reference.startswith(start):
            return reference.removeprefix(start)
    return reference


def _preference(language: str) -> tuple[int, str]:
    main = language.partition("-")[0].lower()
    return (_LANGUAGES.index(main) if main in _LANGUAGES else len(_LANGUAGES), language)


def _best(values: Sequence[str]) -> list[str]:
    """The texts of the language that comes first, sorted; an IRI counts as text without language."""
    terms = [term for term in map(term_of, values) if term.kind in ("text", "iri") and term.text.strip()]
    first = min((_preference(term.language) for term in terms), default=None)
    return sorted(term.text.strip() for term in terms if _preference(term.language) == first)


class _Described:
    """A description as its columns are read from it: values by subject and property."""

    def __init__(self, triples: Sequence[Triple]) -> None:
        self.values: dict[str, dict[str, list[str]]] = {}
        for subject, predicate, value in triples:
            self.values.setdefault(subject, {}).setdefault(predicate, []).append(value)

    def label(self, value: str) -> str:
        """The name of a thing: of a literal its text, else its label, code or IRI; none of a nameless blank node."""
        term = term_of(value)
        if term.kind == "text":
            return term.text.strip()
        said = self.values.get(value, {})
        labels = (found for name in _LABELS for found in _best(said.get(name, ()))[:1])
        return next(labels, _code(term.text) if term.kind == "iri" else "")


class _Found(NamedTuple):
    """What a column takes of the values of a property, and whether that says all that they say."""

    text: str
    is_all: bool


def _text(_: _Described, values: Sequence[str]) -> _Found:
    text = next(iter(_best(values)), "")
    return _Found(text, [term_of(value) for value in values] == [Term("text", text)])


def _texts(_: _Described, values: Sequence[str]) -> _Found:
    text = ";".join(_best(values))
    return _Found(text, set(map(term_of, values)) == {Term("text", part) for part in text.split(";")})


def _reference(_: _Described, values: Sequence[str]) -> _Found:
    text = next(iter(_best(values)), "")
    return _Found(text, [term_of(value) for value in values] == [Term("iri", text)])


def _date(_: _Described, values: Sequence[str]) -> _Found:
    text = settled("date", best := next(iter(_best(values)), "")) or best
    return _Found(text, [term_of(value) for value in values] == [Term("text", text, datatype=_XSD_DATE)])


def _name(described: _Described, values: Sequence[str]) -> _Found:
    text = ";".join(sorted(filter(None, map(described.label, values))))
    iris = [term.text for term in map(term_of, values) if term.kind == "iri"]
    return _Found(text, len(values) == len(iris) == 1 and text == _code(iris[0]))


_Reader = Callable[[_Described, Sequence[str]], _Found]
#: Property -> column, and how it is read.
_COLUMNS: Mapping[str, tuple[str, _Reader]] = {
    iri("dct:identifier"): ("identifier", _text),
    iri("dct:title"): ("title", _text),
    iri("dct:description"): ("abstract", _text),
    iri("dcat:keyword"): ("keywords", _texts),
    iri("dcat:theme"): ("theme", _name),
    iri("dct:publisher"): ("provider_name", _name),
    iri("dct:accrualPeriodicity"): ("update_cycle", _name),
    iri("dct:accessRights"): ("access_level", _name),
    iri("dct:issued"): ("issued_date", _date),
    iri("dct:modified"): ("modified_date", _date),
    iri("dct:license"): ("license", _reference),
    iri("dcat:landingPage"): ("landing_page", _reference),
}
_DISTRIBUTION: Mapping[str, tuple[str, _Reader]] = {
    iri("dct:title"): ("title", _text),
    iri("dct:format"): ("format", _name),
    iri("dcat:mediaType"): ("media_type", _name),
    iri("dcat:accessURL"): ("access_url", _reference),
    iri("dcat:downloadURL"): ("download_url", _reference),
}


def read_dcat_ap(path: Path, syntax: str, notes: list[str]) -> Iterator[Record]:
    """The datasets of a catalogue, each with what the shapes of its release find wrong with it.

    Raises:
        Unreadable: see `readers.rdf.parse`; or there is neither a catalogue nor a dataset, or the descriptions
        share so much that they would be too large.
    """
    graph = rdf.parse(path, syntax)
    survey = _survey(graph)
    if not survey.datasets and not survey.is_catalogue:
        raise Unreadable("validation_report" if survey.is_report else "no_dataset")
    said = shacl.release_of(survey.standards)
    release = said or next(iter(shacl.RELEASES))
    unsaid = "" if said else "（目录没有写明版本 the catalogue names no release）"
    notes.append(f"按 DCAT-AP {release} 的 SHACL 形状检查 checked by the SHACL shapes of DCAT-AP {release}{unsaid}")
    missing = sorted(name for name in survey.listed if name not in graph.values)
    if missing:
        notes.append(
            f"目录列出但文件没有描述的数据集，不作为记录 listed in the catalogue, but not described in the file, "
            f"and not taken as records: {len(missing)} ({missing[0]} …)"
        )
    return _records(graph, survey, release)


class _Survey(NamedTuple):
    """What a graph has: datasets in its order, values of dcat:dataset, what stands apart, properties, dct:conformsTo and its labels.

    series: dataset series to their codes. members: what a series names as its member, to the codes of those series.
    """

    datasets: list[str]
    listed: Set[str]
    apart: Set[str]
    is_catalogue: bool
    properties: Set[str]
    standards: Set[str]
    is_report: bool
    series: Mapping[str, str]
    members: Mapping[str, Set[str]]

    def series_of(self, graph: Graph, dataset: str) -> list[str]:
        """The codes of the series that a dataset is in, as it says or as they say."""
        said = {value for predicate, value in graph.values.get(dataset, ()) if predicate == _IN_SERIES}
        codes = {self.series.get(value) or _code(term_of(value).text) for value in said if not value.startswith("_:")}
        codes |= {self.series[value] for value in said & self.series.keys()} | self.members.get(dataset, set())
        return sorted(filter(None, codes))


def _survey(graph: Graph) -> _Survey:
    types: dict[str, set[str]] = {}
    listed, standards, properties = set[str](), set[str](), set[str]()
    for subject, said in graph.values.items():
        for predicate, value in said:
            properties.add(predicate)
            if predicate == _TYPE:
                types.setdefault(subject, set()).add(value)
            elif predicate == _LISTS:
                listed.add(value)
            elif predicate == _CONFORMS:
                standards.add(value)
    catalogues = {subject for subject, found in types.items() if _CATALOG in found}
    datasets = {subject for subject, found in types.items() if found & _DATASETS}
    datasets |= {subject for subject in listed if subject in graph.values and subject not in types}
    apart = {subject for subject, found in types.items() if found & _APART} | datasets
    ordered = [subject for subject in graph.values if subject in datasets - catalogues]
    # A standard may be named by a title instead of an IRI.
    standards |= {
        value for name in standards for predicate, value in graph.values.get(name, ()) if predicate in _NAMING
    }
    is_report = any(found & _REPORTS for found in types.values())
    series = {subject: _code_of(graph, subject) for subject, found in types.items() if _SERIES in found}
    members: dict[str, set[str]] = {}
    for subject, code in series.items():
        for predicate, value in graph.values[subject]:
            if predicate == _MEMBER:
                members.setdefault(value, set()).add(code)
    return _Survey(
        ordered, listed, apart, bool(catalogues or listed), properties, standards, is_report, series, members
    )


def _code_of(graph: Graph, series: str) -> str:
    """What a series is known by: its identifier, else its IRI, else its title."""
    said: dict[str, list[str]] = {}
    for predicate, value in graph.values[series]:
        said.setdefault(predicate, []).append(value)
    iris = [term_of(series).text] if series.startswith("<") else []
    return next(iter([*_best(said.get(_IDENTIFIER, ())), *iris, *_best(said.get(_TITLE, ()))]), "")


class _Description(NamedTuple):
    """A dataset's description in canonical form, and as the file names its blank nodes, to be judged."""

    pointer: str
    subject: str
    triples: list[Triple]
    delivered: shacl.Described


def _records(graph: Graph, survey: _Survey, release: str) -> Iterator[Record]:
    descriptions = _descriptions(graph, survey)
    shapes: shacl.Shapes | None = None
    while portion := list(islice(descriptions, shacl.PORTION)):
        shapes = shapes or shacl.prepared(release, {property_[1:-1] for property_ in survey.properties})
        judged = shacl.judge([one.delivered for one in portion], shapes, graph.values.__contains__)
        for description, violations in zip(portion, judged, strict=True):
            _, subject, triples, _ = description
            raw, body = _raw(triples), _body(subject, triples)
            if codes := survey.series_of(graph, description.delivered.subject):
                body["series_code"] = ";".join(codes)
            if description.delivered.subject in survey.series:
                body["is_series"] = "yes"
            # What a series is known by stands elsewhere in the file.
            canonical = "\n".join([raw, *codes])
            yield Record(description.pointer, raw, body, violations, canonical=canonical.encode())


def _raw(triples: Sequence[Triple]) -> str:
    return "".join(f"{triple.line()}\n" for triple in triples)


def _descriptions(graph: Graph, survey: _Survey) -> Iterator[_Description]:
    """The description of each dataset: those with an IRI by it, then the others by what is said of them."""
    held = 0

    def described(dataset: str) -> _Description:
        nonlocal held
        delivered, whole = _description(graph, dataset, survey.apart)
        triples, names = rdf.canonical(delivered)
        held += len(triples)
        if held > rdf.MAX_TRIPLES:
            raise Unreadable("rdf_too_large", dataset, f"> {rdf.MAX_TRIPLES} triples")
        subject = names.get(dataset, dataset)
        return _Description(subject[1:-1], subject, triples, shacl.Described(dataset, delivered, whole, names))

    for dataset in sorted(dataset for dataset in survey.datasets if dataset.startswith("<")):
        yield described(dataset)
    nameless = [described(dataset) for dataset in survey.datasets if not dataset.startswith("<")]
    count = Counter[str]()
    for description in sorted(nameless, key=lambda one: (one.triples, one.subject)):
        pointer = f"_:{hashlib.sha256(_raw(description.triples).encode()).hexdigest()[:16]}"
        count[pointer] += 1
        yield description._replace(pointer=pointer if count[pointer] == 1 else f"{pointer}#{count[pointer]}")


def _description(graph: Graph, dataset: str, apart: Set[str]) -> tuple[list[Triple], Set[str]]:
    """The triples of a dataset, its parts and their blank nodes, and of other things that it names type and labels.

    Also the nodes whose triples are all there.
    """
    found: list[Triple] = []
    whole, named, pending = {dataset}, dict[str, None](), [dataset]
    while pending:
        for triple in graph.of(pending.pop()):
            found.append(triple)
            value = triple.object
            if value in whole or value not in graph.values:
                continue
            if value not in apart and (value.startswith("_:") or triple.predicate in PARTS):
                whole.add(value)
                pending.append(value)
            else:
                named[value] = None
    for thing in named:
        if thing not in whole:
            found += [triple for triple in graph.of(thing) if triple.predicate in _NAMING]
    return found, whole


def _body(subject: str, triples: Sequence[Triple]) -> dict[str, Any]:
    described = _Described(triples)
    said = described.values.pop(subject)
    body = dated(_take(described, said, _COLUMNS))
    if "identifier" not in body and subject.startswith("<"):
        body["identifier"] = subject[1:-1]
    if "access_level" in body:
        body["open_type"] = body["access_level"]
    nodes = [value for value in said.pop(_DISTRIBUTED, []) if not value.startswith('"')]
    items = [(node, described.values.get(node, {})) for node in nodes]
    licenses = {_reference(described, found.get(_LICENSE, ())).text for _, found in items}
    if "license" not in body and len(licenses) == 1 and (license_ := licenses.pop()):
        body["license"] = license_
    if items:
        body["distributions"] = [_distribution(described, node, found) for node, found in items]
    extras: dict[str, Any] = _extras(said, "dcat:Dataset")
    others = described.values.keys() - set(nodes)
    if others:
        extras["_nodes"] = {_name_of(node): _extras(described.values[node]) for node in others}
    return body | {"extras": extras} if extras else body


def _distribution(described: _Described, node: str, found: dict[str, list[str]]) -> dict[str, Any]:
    item = _take(described, found := dict(found), _DISTRIBUTION)
    return item | {"extras": {"@id": _name_of(node)} | _extras(found, "dcat:Distribution")}


def _take(
    described: _Described, said: dict[str, list[str]], columns: Mapping[str, tuple[str, _Reader]]
) -> dict[str, Any]:
    """Read columns off what is said of a node; what they say in full is taken out of it."""
    taken = {}
    for property_, (name, reader) in columns.items():
        if values := said.get(property_):
            text, is_all = reader(described, values)
            if is_all:
                del said[property_]
            if text:
                taken[name] = text
    return taken


def _extras(said: Mapping[str, list[str]], usual_type: str = "") -> dict[str, list[Any]]:
    """What is said of a node as JSON-LD would: property to values."""
    return {
        compact(predicate[1:-1]): [_value(value) for value in values]
        for predicate, values in said.items()
        if predicate != _TYPE or not usual_type or values != [iri(usual_type)]
    }


def _value(value: str) -> Any:
    term = term_of(value)
    if term.kind in ("iri", "blank"):
        return {"@id": term.text}
    if term.language:
        return {"@value": term.text, "@language": term.language}
    if term.datatype:
        return {"@value": term.text, "@type": compact(term.datatype)}
    return term.text


def _name_of(node: str) -> str:
    return term_of(node).text
