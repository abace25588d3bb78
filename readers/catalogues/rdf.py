"""RDF documents into a graph by subject: Turtle, N-Triples, RDF/XML and JSON-LD, offline and within bounds.

Belongs here: telling the syntaxes apart, parsing, canonical names for blank nodes. Does not belong here: what a
graph says (`readers/catalogues/dcat_ap.py`). Nothing is ever fetched: a JSON-LD context must stand in the file or be one of
CONTEXTS, an XML document may declare short internal entities only. Terms are text in N-Triples
(https://www.w3.org/TR/n-triples/): an IRI that contains what IRIs may not is taken, with `\\u` escapes.
"""

import codecs
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, NoReturn, cast
from xml.parsers import expat

import msgspec

from readers.catalogues import rdf_place
from readers.json_records import line_and_column, place_of
from readers.problems import Unreadable

#: The syntaxes, by the names that pyoxigraph has for them. N-Triples is Turtle.
TURTLE, RDF_XML, JSON_LD = "TURTLE", "RDF_XML", "JSON_LD"

#: Bounds of a file: its triples, the text of its distinct terms, and its own size.
MAX_TRIPLES = 10_000_000
MAX_BYTES = 1 << 30
#: What a relative IRI is relative to where the file names no base. The name can belong to no one (RFC 2606).
BASE = "http://delivery.invalid/"

#: Published contexts that are kept here, by their addresses.
_CONTEXT_FILE = Path(__file__).with_name("dcat_ap_3.0.1") / "context.jsonld"
CONTEXTS = tuple(
    f"https://{host}DCAT-AP/releases/{release}/context/dcat-ap.jsonld"
    for host in ("semiceu.github.io/", "raw.githubusercontent.com/SEMICeu/")
    for release in ("3.0.0", "3.0.1")
)

#: Prefixes by which IRIs are written for people and in extras.
PREFIXES = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "locn": "http://www.w3.org/ns/locn#",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "http://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "time": "http://www.w3.org/2006/time#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_RDF_NAMESPACE = b"http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XML_HTML = re.compile(rb"(?is)(<\?xml.*?\?>)?(\s|<!--.*?-->)*<(!doctype\s+)?html\b")
_TURTLE = re.compile(
    rb"(?ix)(?:\s|\#[^\n]*\n)*(?:@?prefix\s+[^\s:<]*:\s*<|@?base\s+<"
    # of two elements of XML the second has no colon: <metadata> <idinfo>
    rb"|(?:<[^<>\"{}|^`\\\s]*>|_:\S+)\s+(?:<[^<>\"{}|^`\\\s:]*:[^<>\"{}|^`\\\s]*>|a\s|[\w.-]*:))"
)
_XML_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml\b[^>]*\?>")
_XML_ENCODING = re.compile(rb"\s*<\?xml\b[^>]*\bencoding\s*=\s*[\"']([\w.-]+)[\"']")
_DECLARATION_BYTES = 200
#: An internal entity is a namespace or a name; longer ones are how a file of one page becomes one of gigabytes.
_MAX_ENTITY_CHARS = 256
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"')
_NOT_IN_IRI = re.compile(r"[\x00-\x20<>\"{}|^`\\]")
#: Rounds in which the blank nodes of a description are told apart.
_ROUNDS = 50


class Triple(NamedTuple):
    """Subject, predicate and object as N-Triples terms."""

    subject: str
    predicate: str
    object: str

    def line(self) -> str:
        return f"{self.subject} {self.predicate} {self.object} ."


def iri(name: str) -> str:
    """The term of a name with one of PREFIXES."""
    prefix, _, local = name.partition(":")
    return f"<{PREFIXES[prefix]}{local}>"


class Term(NamedTuple):
    """A term taken apart. kind: `iri`, `blank`, `text`, or `other` for what RDF 1.2 adds. extra: language tag or datatype."""

    kind: str
    text: str
    language: str = ""
    datatype: str = ""


@lru_cache(maxsize=1 << 16)  # what a description says is looked at several times
def term_of(text: str) -> Term:
    if text.startswith("_:"):
        return Term("blank", text)
    if quoted := _QUOTED.match(text):
        value = msgspec.json.decode(quoted[0])
        after = text[quoted.end() :]
        if after.startswith("@"):
            return Term("text", value, language=after[1:])
        return Term("text", value, datatype=after[3:-1])
    if text.startswith("<") and not text.startswith("<<"):
        return Term("iri", text[1:-1])
    return Term("other", text)


@lru_cache(maxsize=1 << 12)
def compact(iri: str) -> str:
    """An IRI with its prefix of PREFIXES, if it has one."""
    for prefix, start in PREFIXES.items():
        if iri.startswith(start):
            return f"{prefix}:{iri.removeprefix(start)}"
    return iri


@dataclass
class Graph:
    """The triples of a document by subject, in the order in which subjects and values stand in it.

    Blank nodes are `_:b0`, `_:b1` and so on in that order, so that equal bytes give equal names.
    """

    values: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    size: int = 0

    def of(self, subject: str) -> Iterator[Triple]:
        """The triples of a subject."""
        for predicate, value in self.values.get(subject, ()):
            yield Triple(subject, predicate, value)


def syntax_of(head: bytes) -> str | None:
    """The RDF syntax that a file which is no JSON begins like, or None."""
    if head.startswith(_UTF16_MARKS):
        head = head[: len(head) // 2 * 2].decode("utf-16", "ignore").encode()
    head = head.removeprefix(_UTF8_MARK).lstrip()
    if _TURTLE.match(head):
        return TURTLE
    is_xml = head.startswith(b"<") and _RDF_NAMESPACE in head and not _XML_HTML.match(head)
    return RDF_XML if is_xml else None


def is_json_ld(data: Any) -> bool:
    """Whether JSON is RDF by its keys: not if it has `dataset` as DCAT-US has it, under a context other than DCAT-AP's.

    `data`: bytes-like, without byte order mark. What is not JSON is not JSON-LD either.
    """
    try:
        top = msgspec.json.decode(data, type=dict[str, msgspec.Raw] | list[msgspec.Raw])
        if isinstance(top, list):
            top = msgspec.json.decode(top[0], type=dict[str, msgspec.Raw]) if top else {}
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):  # keys are checked apart
        return False
    if "dataset" in top:
        return b"dcat-ap" in bytes(top.get("@context", b"")).lower()
    return not top.keys().isdisjoint(("@context", "@graph", "@id", "@type"))


def parse(path: Path, syntax: str) -> Graph:
    """The graph of a file; named graphs count as one.

    Raises:
        Unreadable: the syntax is wrong, the file is too large, or it would need something from elsewhere.
    """
    if path.stat().st_size > MAX_BYTES:
        raise Unreadable("rdf_too_large", "", f"> {MAX_BYTES >> 20} MiB")
    with path.open("rb") as stream:
        if syntax == RDF_XML:
            return _parsed_xml(_checked_xml(stream))
        stream.seek(len(_UTF8_MARK) if stream.read(len(_UTF8_MARK)) == _UTF8_MARK else 0)
        return _parsed_json(stream) if syntax == JSON_LD else _parsed(stream, syntax)


def _parsed_xml(stream: BinaryIO) -> Graph:
    start = stream.tell()
    try:
        return _parsed(stream, RDF_XML)
    except Unreadable as problem:
        if problem.place or problem.rule != "invalid_rdf":
            raise
        stream.seek(start)
        lines = rdf_place.Lines(stream)
        try:
            _parsed(cast("BinaryIO", lines), RDF_XML)  # all that the parser asks of it is `read`
        except Unreadable as again:
            raise again.at(f"line {lines.number}") from problem
        raise


def _parsed_json(stream: BinaryIO) -> Graph:
    start = stream.tell()
    try:
        return _parsed(stream, JSON_LD)
    except Unreadable as problem:
        if problem.rule == "invalid_rdf" and not problem.place:
            stream.seek(start)
            data = stream.read()
            raise _placed(problem, data, data) from problem
        if problem.rule != "remote_context":
            raise
    stream.seek(start)
    data = stream.read()
    meant = _with_contexts(data)
    try:
        return _parsed(io.BytesIO(meant), JSON_LD)
    except Unreadable as problem:
        raise _placed(problem, data, meant) from problem


def _placed(problem: Unreadable, data: bytes, meant: bytes) -> Unreadable:
    """A problem of a JSON-LD document with its place, where one node alone has it. meant: the document with its contexts in it."""
    if problem.rule != "invalid_rdf":
        return problem
    place, pointer = rdf_place.place_in_json(data, meant, _fails)
    return problem.at(place, f": {pointer}" if pointer else "")


def _fails(data: bytes) -> bool:
    try:
        _parsed(io.BytesIO(data), JSON_LD)
    except Unreadable:
        return True
    return False


def _parsed(stream: BinaryIO, syntax: str) -> Graph:
    # Imported where it is used: most commands read no RDF, and none should wait for it.
    from pyoxigraph import RdfFormat, parse

    graph, terms = Graph(), _Terms()
    try:
        # Lenient: IRIs with spaces are common, and one of them must not take a whole catalogue with it.
        for quad in parse(input=stream, format=getattr(RdfFormat, syntax), base_iri=BASE, lenient=True):
            subject, predicate, value = (terms.text(term) for term in (quad.subject, quad.predicate, quad.object))
            graph.values.setdefault(subject, []).append((predicate, value))
            graph.size += 1
            if graph.size > MAX_TRIPLES or terms.held > MAX_BYTES:
                raise Unreadable("rdf_too_large", f"triple {graph.size}", f"> {MAX_TRIPLES}")
    except SyntaxError as error:
        raise _problem(error) from error
    return graph


@dataclass
class _Terms:
    """Each distinct term once, and the characters of them all."""

    known: dict[str, str] = field(default_factory=dict)
    held: int = 0
    blank_count: int = 0

    def text(self, term: object) -> str:
        delivered = str(term)
        text = self.known.get(delivered)
        if text is None:
            text = delivered
            if delivered.startswith("_:"):
                text = f"_:b{self.blank_count}"
                self.blank_count += 1
            elif delivered.startswith("<") and not delivered.startswith("<<("):
                text = f"<{_NOT_IN_IRI.sub(_escaped, delivered[1:-1])}>"
            self.known[delivered] = text
            self.held += len(text)
        return text


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04X}"


def _problem(error: SyntaxError) -> Unreadable:
    place = f"line {error.lineno}, column {error.offset}" if error.lineno else ""
    text = re.sub(r"^Parser error at .*?: | \(line \d+\)$", "", str(error))
    if "LoadDocumentCallback" in text:
        return Unreadable("remote_context", place)
    if "UTF-8" in text:
        return Unreadable("not_utf8", place)
    return Unreadable("invalid_rdf", place, text)


def _with_contexts(data: bytes) -> bytes:
    """A JSON-LD document with the kept contexts in the places of their addresses.

    Raises:
        Unreadable: it names another context, which would have to be fetched, or is no JSON after all.
    """
    try:
        document = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Unreadable("invalid_rdf", place_of(error, data), str(error)) from error
    pending: list[Any] = [document]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            if "@context" in node:
                node["@context"] = _local_context(node["@context"], data)
            pending += [value for key, value in node.items() if key != "@context"]
        elif isinstance(node, list):
            pending += node
    return msgspec.json.encode(document)


def _local_context(context: Any, data: bytes) -> Any:
    if isinstance(context, list):
        return [_local_context(one, data) for one in context]
    if isinstance(context, str):
        if context.replace("http://", "https://") not in CONTEXTS:
            at = data.find(msgspec.json.encode(context))
            raise Unreadable("remote_context", line_and_column(data, at) if at >= 0 else "", context)
        return _kept_context()
    return context


@cache
def _kept_context() -> Any:
    return msgspec.json.decode(_CONTEXT_FILE.read_bytes())["@context"]


def _checked_xml(stream: BinaryIO) -> BinaryIO:
    """An XML file as UTF-8, well-formed to its end, with none but short internal entities.

    The RDF parser does not notice a file that is cut off between two tags, nor name lines; expat does both.
    """
    stream = _utf8_xml(stream)
    start = stream.tell()
    entities: dict[str, str] = {}
    parser = expat.ParserCreate("utf-8")

    def refuse(*_: object) -> NoReturn:
        raise Unreadable("xml_entity", f"line {parser.CurrentLineNumber}")

    def declared(name: str, is_parameter: bool, value: str | None, *_: object) -> None:
        if is_parameter or value is None or "&" in value or len(value) > _MAX_ENTITY_CHARS:
            refuse()
        entities[name] = value or ""

    parser.EntityDeclHandler = declared
    parser.ExternalEntityRefHandler = refuse
    parser.StartDoctypeDeclHandler = lambda _name, system, public, _internal: refuse() if system or public else None
    try:
        parser.ParseFile(stream)
    except expat.ExpatError as error:
        place = f"line {error.lineno}, column {error.offset + 1}"
        raise Unreadable("invalid_rdf", place, expat.ErrorString(error.code)) from error
    if entities:
        stream.seek(start)
        data = stream.read()
        if sum(data.count(f"&{name};".encode()) * len(value) for name, value in entities.items()) > MAX_BYTES:
            raise Unreadable("xml_entity")
    stream.seek(start)
    return stream


def _utf8_xml(stream: BinaryIO) -> BinaryIO:
    """An XML file at its start, in UTF-8 if its mark or declaration says otherwise."""
    head = stream.read(_DECLARATION_BYTES)
    found = _XML_ENCODING.match(head.removeprefix(_UTF8_MARK))
    encoding = "utf-16" if head.startswith(_UTF16_MARKS) else found[1].decode() if found else "utf-8"
    try:
        name = codecs.lookup(encoding).name
        if name in ("utf-8", "ascii"):
            stream.seek(len(_UTF8_MARK) if head.startswith(_UTF8_MARK) else 0)
            return stream
        decoder, plain = codecs.getincrementaldecoder(encoding)(), io.BytesIO()
        stream.seek(0)
        while chunk := stream.read(1 << 20):
            text = decoder.decode(chunk)
            # The declaration would now name the wrong encoding.
            plain.write((text if plain.tell() else _XML_DECLARATION.sub("", text, count=1)).encode())
        plain.write(decoder.decode(b"", final=True).encode())
    except (LookupError, UnicodeError) as error:
        raise Unreadable("unknown_encoding") from error
    plain.seek(0)
    return plain


def canonical(triples: Iterable[Triple]) -> tuple[list[Triple], dict[str, str]]:
    """Triples with canonical names for blank nodes, sorted, each once; and the new names by the old ones.

    Blank nodes are told apart by hashing what is said of them, round by round (colour refinement). Of those
    that remain alike one is set apart and the rounds go on, which gives the same text for equal descriptions
    but in contrived cases, where the order in the file decides. The exact algorithm (RDFC-1.0) can be made to
    take minutes by nine blank nodes, so it is no choice for files that others write.
    """
    distinct = dict.fromkeys(triples)
    names = _blank_names(distinct)
    renamed = (Triple(names.get(s, s), p, names.get(o, o)) for s, p, o in distinct)
    return sorted(renamed), names


def _blank_names(triples: Iterable[Triple]) -> dict[str, str]:
    said: dict[str, list[Triple]] = {}
    for triple in triples:
        for term in {triple.subject, triple.object}:
            if term.startswith("_:"):
                said.setdefault(term, []).append(triple)
    colours = dict.fromkeys(said, "")
    count = 0
    for _ in range(_ROUNDS):
        if count == len(said):
            break
        refined = {blank: _colour(blank, said[blank], colours) for blank in said}
        progress = len(set(refined.values()))
        if progress > count:
            colours, count = refined, progress
            continue
        alike = sorted(Counter(colours.values()).items())
        first = next(colour for colour, number in alike if number > 1)
        chosen = next(blank for blank in said if colours[blank] == first)
        colours[chosen] += "!"
        count += 1
    order = sorted(said, key=lambda blank: colours[blank])
    return {blank: f"_:c{number}" for number, blank in enumerate(order)}


def _colour(blank: str, said: list[Triple], colours: Mapping[str, str]) -> str:
    def side(term: str) -> str:
        return "_:" if term == blank else f"_:{colours[term]}" if term in colours else term

    lines = sorted(f"{side(subject)} {predicate} {side(value)}" for subject, predicate, value in said)
    return hashlib.sha256("\n".join([colours[blank], *lines]).encode()).hexdigest()
