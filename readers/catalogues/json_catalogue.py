"""JSON documents that are catalogues of a standard: which standard, and where its records stand.

Belongs here: telling DCAT-US 1.1, DCAT-US 3.0 and CKAN apart by their content. Does not belong here: what a record says
(`readers/catalogues/dcat_us.py`, `dcat_us_3.py`, `ckan.py`), tables in JSON and RDF.
"""

import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import UNSET, DecodeError, Raw, Struct, UnsetType, ValidationError, field
from msgspec.json import decode

from readers.catalogues.ckan import is_package, read_ckan
from readers.catalogues.dcat_us import SEEN_FIRST, is_federal, read_dcat_us
from readers.catalogues.dcat_us_3 import read_dcat_us_3
from readers.catalogues.json_portions import Portion, portion_items, portions, shortened
from readers.json_records import MAX_RECORD_BYTES, Item, broken_array, items, lines
from readers.problems import Unreadable
from readers.shapes import Record

#: As an IRI or as a title: "DCAT-US 3.0", "dcat_us v3".
_THIRD = re.compile(rb"dcat[-_ ]us[-_/# ]*v?3|DOI-DO/dcat-us", re.IGNORECASE)
_LINES_LOOKED_AT = 10


class _Document(Struct):
    """The keys by which documents are told apart; each value is its text."""

    dataset: list[Raw] | UnsetType = UNSET
    result: Raw | UnsetType = UNSET
    success: Raw | UnsetType = UNSET
    error: Raw | UnsetType = UNSET
    conforms_to: Raw | UnsetType = field(default=UNSET, name="conformsTo")
    context: Raw | UnsetType = field(default=UNSET, name="@context")
    graph: list[Raw] | UnsetType = field(default=UNSET, name="@graph")
    identifier: Raw | UnsetType = UNSET
    title: Raw | UnsetType = UNSET
    distribution: Raw | UnsetType = UNSET


class _Single(Struct):
    """A catalogue that gives its one dataset without a list."""

    dataset: dict[str, Raw]
    conforms_to: Raw | UnsetType = field(default=UNSET, name="conformsTo")
    context: Raw | UnsetType = field(default=UNSET, name="@context")


class _OfSingle(Struct):
    """The text of the one dataset."""

    dataset: Raw


class _Answer(Struct):
    """The `result` of CKAN's package_search."""

    results: list[Raw]
    count: int


class _Node(Struct):
    """A node of a graph, or a document that is one."""

    id: Any = field(default=None, name="@id")
    type: Any = field(default=None, name="@type")
    name: Any = None
    dataset: Raw | UnsetType = UNSET


class Catalogue(NamedTuple):
    """A catalogue: its format, and how its items become records. `read` may raise Unreadable, and other processes can be given it."""

    format: str
    read: Callable[[Iterable[Item]], Iterator[Record]]
    items: Iterable[Item]

    @property
    def records(self) -> Iterator[Record]:
        return self.read(self.items)


def read_json_catalogue(data: memoryview, notes: list[str]) -> Catalogue | None:
    """The records of a JSON document, if it is a catalogue of a standard. `data`: without byte order mark, of an mmap.

    Raises:
        Unreadable: it is no JSON, breaks off, or is an error that CKAN answered.
    """
    try:
        document = decode(data, type=_Document | list[Raw])
    except ValidationError:
        return _single(data)
    except (DecodeError, RecursionError) as error:
        return _lines(data) or _broken(data, error, notes)
    if isinstance(document, list):
        return Catalogue("ckan", read_ckan, items("", document)) if _are_packages(document) else None
    if document.success is not UNSET and document.result is UNSET and document.error is not UNSET:
        raise Unreadable("ckan_error", "/error", _message(document.error))
    if _is_third(document):
        return _third(data, document, notes)
    if document.dataset is not UNSET and not _is_dcat_ap(document):
        return _dcat_us(document.dataset)
    if document.result is not UNSET:
        return _answered(document.result, notes)
    if UNSET not in (document.identifier, document.title, document.distribution):
        # Its distributions are no resources: it is one dataset.
        return Catalogue("dcat_us", partial(read_dcat_us, federal=is_federal([data])), [Item("", data)])
    return _lines(data)


def large_dcat_us(path: Path) -> tuple[Catalogue, list[Portion]] | None:
    """A large catalogue of DCAT-US 1.1 by its first datasets, and the portions of all; None if it is to be taken whole.

    What the document is can be said without most of its datasets, and is said by the same rules.
    """
    found = portions(path, "dataset")
    if not found:
        return None
    kept = [portion for portion in found if portion.first < SEEN_FIRST]
    document = memoryview(shortened(path, kept, found[-1]).removeprefix(BOM_UTF8))
    notes: list[str] = []
    try:
        catalogue = read_json_catalogue(document, notes)
    except Unreadable:
        return None
    if catalogue is None or catalogue.format != "dcat_us" or notes:
        return None
    same = [bytes(item.data) for portion in kept for item in portion_items(path, portion, "")]
    return (catalogue, found) if [bytes(memoryview(item.data)) for item in catalogue.items] == same else None


def _single(data: memoryview) -> Catalogue | None:
    """A catalogue whose `dataset` is one, not a list of one; None if it is none."""
    try:
        document = decode(data, type=_Single)
    except (DecodeError, UnicodeDecodeError):
        return None
    if document.dataset.keys().isdisjoint(("identifier", "@id")):
        return None
    found = [Item("/dataset", decode(data, type=_OfSingle).dataset)]
    if _is_third(document):
        return Catalogue("dcat_us_3", partial(read_dcat_us_3, names={}), found)
    return Catalogue("dcat_us", partial(read_dcat_us, federal=is_federal(item.data for item in found)), found)


def _dcat_us(datasets: Sequence[Any]) -> Catalogue:
    return Catalogue("dcat_us", partial(read_dcat_us, federal=is_federal(datasets)), items("/dataset", datasets))


def _is_third(document: _Document | _Single) -> bool:
    said = [bytes(part)[:1000] for part in (document.conforms_to, document.context) if part is not UNSET]
    return any(_THIRD.search(part) for part in said)


def _is_dcat_ap(document: _Document) -> bool:
    return document.context is not UNSET and b"dcat-ap" in bytes(document.context).lower()


def _third(data: memoryview, document: _Document, notes: list[str]) -> Catalogue | None:
    names: dict[str, str] = {}
    found: Iterable[Item] = ()
    if document.dataset is not UNSET:
        found = _described(items("/dataset", document.dataset))
        if references := len(document.dataset) - len(found):
            notes.append(f"dataset 中 {references} 项只是引用 items of dataset that are references only: {references}")
    elif document.graph is not UNSET:
        datasets, others = [], 0
        for item in items("/@graph", document.graph):
            node = _node(item)
            if _is_dataset(node.type):
                datasets.append(item)
            else:
                others += 1
                datasets += _datasets_of(item, node)
            if isinstance(node.id, str) and isinstance(node.name, str):
                names[node.id] = node.name
        found = datasets
        if others:
            notes.append(
                f"@graph 中 {others} 个节点不是数据集，不作为记录 nodes of @graph that are no datasets: {others}"
            )
    elif _is_dataset(_node(whole := Item("", data)).type):
        found = [whole]
    else:
        return None
    return Catalogue("dcat_us_3", partial(read_dcat_us_3, names=names), found)


def _node(item: Item) -> _Node:
    try:
        return decode(item.data, type=_Node)
    except DecodeError:
        return _Node()
    except UnicodeDecodeError as error:
        raise Unreadable("not_utf8", item.pointer) from error


def _is_dataset(type_: Any) -> bool:
    types = type_ if isinstance(type_, list) else [type_]
    return any(isinstance(name, str) and re.split(r"[:/#]", name)[-1] == "Dataset" for name in types)


def _datasets_of(item: Item, node: _Node) -> list[Item]:
    """The datasets that a catalogue among the nodes describes itself, not by reference."""
    if node.dataset is UNSET or not bytes(node.dataset).lstrip().startswith(b"["):
        return []
    return _described(items(f"{item.pointer}/dataset", decode(node.dataset, type=list[Raw])))


def _described(found: Iterable[Item]) -> list[Item]:
    """The items that are more than the address of a dataset."""
    return [item for item in found if bytes(memoryview(item.data)[:1]) != b'"']


def _answered(result: Raw, notes: list[str]) -> Catalogue | None:
    try:
        answer = decode(result, type=_Answer)
        if not (_are_packages(answer.results) or (answer.count == 0 and not answer.results)):
            return None
        if answer.count > len(answer.results):
            notes.append(
                f"CKAN 共有 {answer.count} 个数据集，本文件只列出 {len(answer.results)} 个 "
                f"CKAN has {answer.count} packages, this file lists {len(answer.results)} of them"
            )
        return Catalogue("ckan", read_ckan, items("/result/results", answer.results))
    except ValidationError:
        pass
    if _are_packages([result]):
        return Catalogue("ckan", read_ckan, [Item("/result", result)])
    try:
        packages = decode(result, type=list[Raw])
    except ValidationError:
        return None
    return Catalogue("ckan", read_ckan, items("/result", packages)) if _are_packages(packages) else None


def _lines(data: memoryview) -> Catalogue | None:
    """JSON lines, if one of the first is a package of CKAN."""
    first = [item.data for item in islice(lines(data), _LINES_LOOKED_AT)]
    return Catalogue("ckan", read_ckan, lines(data)) if any(_are_packages([line]) for line in first) else None


def _are_packages(texts: Sequence[Any]) -> bool:
    """Whether the first of these texts is a package of CKAN."""
    if not texts or len(memoryview(texts[0])) > MAX_RECORD_BYTES:
        return False
    try:
        return is_package(decode(texts[0], type=dict[str, Raw]))
    except (DecodeError, RecursionError, UnicodeDecodeError):  # the library checks keys apart
        return False


def _broken(data: memoryview, error: Exception, notes: list[str]) -> Catalogue:
    found = broken_array(data, (("dataset",), ("result", "results")), notes)
    if found is None:
        raise Unreadable("invalid_json", "", str(error)) from error
    place, array = found
    if place == ("dataset",):
        return _dcat_us(array)
    return Catalogue("ckan", read_ckan, items("/result/results", array))


def _message(error: Raw) -> str:
    try:
        value = decode(error)
    except UnicodeDecodeError as problem:
        raise Unreadable("not_utf8", "/error") from problem
    except (DecodeError, RecursionError):
        value = bytes(error).decode(errors="replace")
    said = value.get("message") or value.get("__type") if isinstance(value, dict) else value
    return str(said)[:200]
