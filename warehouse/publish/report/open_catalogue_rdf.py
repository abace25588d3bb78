"""The open catalogue as DCAT-AP 3.0.1.

Belongs here: which property says what of a dataset. Everything has an IRI, so that the same catalogue gives the same bytes; what is named
of other vocabularies has its class beside it, as the standard's shapes ask. Does not belong here: which datasets (`open_catalogue.py`).
Rule: https://semiceu.github.io/DCAT-AP/releases/3.0.1/
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from readers.catalogues.rdf import PREFIXES
from warehouse.publish.report.open_dataset import OpenDataset, OpenDistribution, Terms

TURTLE, JSON_LD = RdfFormat.TURTLE, RdfFormat.JSON_LD
RELEASE = "https://semiceu.github.io/DCAT-AP/releases/3.0.1/"
_AUTHORITY = "http://publications.europa.eu/resource/authority/"
_CHINESE = f"{_AUTHORITY}language/ZHO"
#: Update cycles of the catalogue (policy/code_value.csv) -> codes of the EU's table of frequencies.
FREQUENCIES = {
    "realtime": "UPDATE_CONT",
    "hourly": "HOURLY",
    "daily": "DAILY",
    "weekly": "WEEKLY",
    "biweekly": "BIWEEKLY",
    "monthly": "MONTHLY",
    "bimonthly": "BIMONTHLY",
    "quarterly": "QUARTERLY",
    "semiannual": "ANNUAL_2",
    "annual": "ANNUAL",
    "biennial": "BIENNIAL",
    "irregular": "IRREG",
    "other": "OTHER",
}
#: Formats of the EU's table of file types; others have a name of ours.
_FILE_TYPES = frozenset({"CSV", "JSON", "XLSX", "XLS", "XML", "PDF", "HTML", "TXT", "DOCX", "ZIP", "GEOJSON", "KML"})
_IANA = "https://www.iana.org/assignments/media-types/"
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_USED = ("dcat", "dct", "foaf", "rdfs", "skos", "vcard", "xsd")


def frequency_iri(cycle: str | None) -> str | None:
    code = FREQUENCIES.get(cycle or "")
    return f"{_AUTHORITY}frequency/{code}" if code else None


def access_iri(dataset: OpenDataset) -> str:
    return f"{_AUTHORITY}access-right/{'RESTRICTED' if dataset.is_conditional else 'PUBLIC'}"


def format_iri(terms: Terms, name: str) -> str:
    code = name.strip().upper()
    known = code in _FILE_TYPES
    return f"{_AUTHORITY}file-type/{code}" if known else f"{terms.address}format/{quote(name.strip().lower(), safe='')}"


def media_iri(name: str | None) -> str | None:
    """The IRI of a media type; None of what is none."""
    return f"{_IANA}{name}" if name and _MEDIA_TYPE.fullmatch(name) else None


def publisher_iri(terms: Terms, dataset: OpenDataset) -> str:
    return f"{terms.address}unit/{quote(dataset.publisher_code or dataset.publisher, safe='')}"


def dcat_ap(terms: Terms, datasets: Sequence[OpenDataset], syntax: RdfFormat) -> bytes:
    """The catalogue in a syntax of RDF: each triple once, those of a thing together."""
    things: dict[object, dict[Triple, None]] = {}
    for triple in chain(_catalogue(terms, datasets), *(_dataset(terms, dataset) for dataset in datasets)):
        things.setdefault(triple.subject, {})[triple] = None
    prefixes = {name: PREFIXES[name] for name in _USED}
    data = serialize(chain.from_iterable(things.values()), format=syntax, prefixes=prefixes)
    return data if isinstance(data, bytes) else b""


def _node(text: str) -> NamedNode:
    """An IRI, by its prefix if it has one."""
    prefix, _, name = text.partition(":")
    return NamedNode(PREFIXES[prefix] + name if prefix in PREFIXES else text)


def _say(subject: str, predicate: str, value: str | Literal) -> Triple:
    return Triple(_node(subject), _node(predicate), value if isinstance(value, Literal) else _node(value))


def _typed(subject: str, predicate: str, value: str, class_: str) -> Iterator[Triple]:
    """Names a thing, and says what it is."""
    yield _say(subject, predicate, value)
    yield _say(value, "rdf:type", class_)


def _licensed(subject: str, licence: str) -> Iterator[Triple]:
    yield from _typed(subject, "dct:license", licence, "dct:LicenseDocument")


def _zh(text: str) -> Literal:
    return Literal(text, language="zh")


def _catalogue(terms: Terms, datasets: Sequence[OpenDataset]) -> Iterator[Triple]:
    me, office = f"{terms.address}catalogue", f"{terms.address}publisher"
    yield _say(me, "rdf:type", "dcat:Catalog")
    yield _say(me, "dct:title", _zh(terms.title))
    yield _say(me, "dct:description", _zh(terms.description))
    yield _say(me, "dct:modified", Literal(terms.modified.isoformat(), datatype=_node("xsd:date")))
    yield from _typed(me, "dct:publisher", office, "foaf:Agent")
    yield _say(office, "foaf:name", _zh(terms.publisher))
    yield from _typed(me, "dct:language", _CHINESE, "dct:LinguisticSystem")
    yield from _typed(me, "dct:conformsTo", RELEASE, "dct:Standard")
    if terms.licence:
        yield from _licensed(me, terms.licence)
    if terms.contact_name and terms.contact_email:
        contact = f"{terms.address}contact"
        yield from _typed(me, "dcat:contactPoint", contact, "vcard:Kind")
        yield _say(contact, "vcard:fn", _zh(terms.contact_name))
        yield _say(contact, "vcard:hasEmail", f"mailto:{quote(terms.contact_email, safe='@.+-_')}")
    for dataset in datasets:
        yield _say(me, "dcat:dataset", terms.address + dataset.path)


def _dataset(terms: Terms, dataset: OpenDataset) -> Iterator[Triple]:
    me, publisher = terms.address + dataset.path, publisher_iri(terms, dataset)
    yield _say(me, "rdf:type", "dcat:Dataset")
    if dataset.identifier:
        yield _say(me, "dct:identifier", Literal(dataset.identifier))
    yield _say(me, "dct:title", _zh(dataset.title))
    yield _say(me, "dct:description", _zh(dataset.description))
    for word in dataset.keywords:
        yield _say(me, "dcat:keyword", _zh(word))
    yield from _typed(me, "dct:publisher", publisher, "foaf:Agent")
    yield _say(publisher, "foaf:name", _zh(dataset.publisher))
    yield from _typed(me, "dct:accessRights", access_iri(dataset), "dct:RightsStatement")
    yield from _typed(me, "dct:language", _CHINESE, "dct:LinguisticSystem")
    if dataset.theme:
        theme = f"{terms.address}theme/{quote(dataset.theme, safe='')}"
        yield from _typed(me, "dcat:theme", theme, "skos:Concept")
        yield _say(theme, "skos:prefLabel", _zh(dataset.theme))
    if frequency := frequency_iri(dataset.update_cycle):
        yield from _typed(me, "dct:accrualPeriodicity", frequency, "dct:Frequency")
    for predicate, day in (("dct:issued", dataset.issued), ("dct:modified", dataset.modified)):
        if day:
            yield _say(me, predicate, Literal(day.isoformat(), datatype=_node("xsd:date")))
    if dataset.landing_page:
        yield from _typed(me, "dcat:landingPage", dataset.landing_page, "foaf:Document")
    for number, part in enumerate(dataset.distributions, 1):
        yield _say(me, "dcat:distribution", f"{me}/distribution/{number}")
        yield from _distribution(terms, f"{me}/distribution/{number}", part)


def _distribution(terms: Terms, me: str, part: OpenDistribution) -> Iterator[Triple]:
    yield _say(me, "rdf:type", "dcat:Distribution")
    yield from _typed(me, "dcat:accessURL", part.access_url, "rdfs:Resource")
    if part.download_url:
        yield from _typed(me, "dcat:downloadURL", part.download_url, "rdfs:Resource")
    if part.title:
        yield _say(me, "dct:title", _zh(part.title))
    if part.format:
        iri = format_iri(terms, part.format)
        yield from _typed(me, "dct:format", iri, "dct:MediaTypeOrExtent")
        if iri.startswith(terms.address):
            yield _say(iri, "rdfs:label", Literal(part.format))
    if media_type := media_iri(part.media_type):
        yield from _typed(me, "dcat:mediaType", media_type, "dct:MediaType")
    if terms.licence:
        yield from _licensed(me, terms.licence)
