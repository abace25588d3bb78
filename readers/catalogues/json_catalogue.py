"""JSON documents that are catalogues of a standard: which standard, and where its records stand.

Belongs here: telling DCAT-US and CKAN apart by their content. Does not belong here: which profile of DCAT-US it is
(`readers/catalogues/dcat_us_profile.py`), what a record says (`dcat_us.py`, `dcat_us_3.py`, `ckan.py`), tables in JSON and RDF.
"""

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
from readers.catalogues.dcat_us_profile import UNSAID, Profile, profile_of
from readers.catalogues.dcat_us_tree import Tree
from readers.catalogues.json_portions import Portion, portion_items, portions, shortened
from readers.catalogues.no_catalogue import refuse_report
from readers.json_records import MAX_RECORD_BYTES, Item, broken_array, items, lines, place_of
from readers.problems import Unreadable
from readers.shapes import Record

_LINES_LOOKED_AT = 10


class _Document(Struct):
    """The keys by which documents are told apart; each value is its text."""

    dataset: Raw | UnsetType = UNSET
    catalog: Raw | UnsetType = UNSET
    series: Raw | UnsetType = field(default=UNSET, name="datasetSeries")
    result: Raw | UnsetType = UNSET
    success: Raw | UnsetType = UNSET
    error: Raw | UnsetType = UNSET
    conforms_to: Raw | UnsetType = field(default=UNSET, name="conformsTo")
    context: Raw | UnsetType = field(default=UNSET, name="@context")
    described_by: Raw | UnsetType = field(default=UNSET, name="describedBy")
    schema: Raw | UnsetType = field(default=UNSET, name="$schema")
    graph: list[Raw] | UnsetType = field(default=UNSET, name="@graph")
    identifier: Raw | UnsetType = UNSET
    title: Raw | UnsetType = UNSET
    distribution: Raw | UnsetType = UNSET

    @property
    def said(self) -> list[Raw]:
        """What may name the profile of a catalogue."""
        found = (self.conforms_to, self.context, self.described_by, self.schema)
        return [part for part in found if part is not UNSET]

    @property
    def is_one(self) -> bool:
        """Whether it is one dataset: its distributions are no resources."""
        return UNSET not in (self.identifier, self.title, self.distribution)


class _Answer(Struct):
    """The `result` of CKAN's package_search."""

    results: list[Raw]
    count: int


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
        Unreadable: it is no JSON, breaks off, or is an error that CKAN answered, or a validator's report.
    """
    try:
        document = decode(data, type=_Document | list[Raw])
    except ValidationError:
        return None
    except (DecodeError, RecursionError) as error:
        return _lines(data) or _broken(data, error, notes)
    if isinstance(document, list):
        if _are_packages(document):
            return Catalogue("ckan", read_ckan, items("", document))
        refuse_report(data)
        return None
    if document.graph is not UNSET or not document.said:
        refuse_report(data)
    if document.success is not UNSET and bytes(document.success) == b"false" and document.dataset is UNSET:
        raise Unreadable("ckan_error", "" if document.error is UNSET else "/error", _message(document.error))
    if document.context is not UNSET and b"dcat-ap" in bytes(document.context).lower():
        return None
    if found := _dcat_us(data, document, notes):
        return found
    if document.result is not UNSET:
        return _answered(document.result, notes)
    return _lines(data)


def large_dcat_us(path: Path, notes: list[str]) -> tuple[Catalogue, list[Portion]] | None:
    """A large catalogue of DCAT-US 1.1 by its first datasets, and the portions of all; None if it is to be taken whole.

    What the document is can be said without most of its datasets, and is said by the same rules.
    """
    found = portions(path, "dataset")
    if not found:
        return None
    kept = [portion for portion in found if portion.first < SEEN_FIRST]
    document = memoryview(shortened(path, kept, found[-1]).removeprefix(BOM_UTF8))
    said: list[str] = []
    try:
        catalogue = read_json_catalogue(document, said)
    except Unreadable:
        return None
    if catalogue is None or catalogue.format != "dcat_us" or any(note != UNSAID for note in said):
        return None
    same = [bytes(item.data) for portion in kept for item in portion_items(path, portion, "")]
    if [bytes(memoryview(item.data)) for item in catalogue.items] != same:
        return None
    notes.extend(said)
    return catalogue, found


def _dcat_us(data: memoryview, document: _Document, notes: list[str]) -> Catalogue | None:
    """A catalogue of DCAT-US, or one dataset alone; None if it is none.

    Raises:
        Unreadable: it is a graph under a context of DCAT-US, in which there is no catalogue.
    """
    datasets = _datasets(document.dataset)
    if datasets is None and document.is_one:
        datasets = [Item("", data)]
    nests = document.catalog is not UNSET or document.series is not UNSET
    tree = Tree.of_document(data) if nests else None
    profile = profile_of(document.said, datasets or (), _inner(tree) if tree else ())
    if profile.is_third:
        if tree is None:
            tree = Tree.of_document(data) if document.graph is UNSET else Tree.of_graph(document.graph)
        if not tree.is_catalogue and datasets:
            tree = Tree.of_datasets(datasets)
        if tree.is_catalogue:
            return _third(tree, profile, notes)
        if document.graph is not UNSET:
            raise Unreadable("not_a_catalogue")
    return None if datasets is None else _first(datasets, profile, notes)


def _datasets(part: Raw | UnsetType) -> Sequence[Item] | None:
    """The items of `dataset`, or the dataset that stands in place of a list; None if there is neither."""
    if part is UNSET:
        return None
    if bytes(memoryview(part)[:1]) == b"[":
        return list(items("/dataset", decode(part, type=list[Raw])))
    try:
        keys = decode(part, type=dict[str, Raw]).keys()
    except (DecodeError, UnicodeDecodeError):
        return None
    return None if keys.isdisjoint(("identifier", "@id")) else [Item("/dataset", part)]


def _inner(tree: Tree) -> list[str]:
    """The keys that only DCAT-US 3.0 has, and under which a tree has records."""
    return [
        key for key in ("catalog", "datasetSeries") if any(item.pointer.startswith(f"/{key}") for item in tree.items)
    ]


def _first(datasets: Sequence[Item], profile: Profile, notes: list[str]) -> Catalogue:
    notes.extend(filter(None, [profile.note]))
    federal = is_federal(item.data for item in datasets)
    return Catalogue("dcat_us", partial(read_dcat_us, federal=federal), datasets)


def _third(tree: Tree, profile: Profile, notes: list[str]) -> Catalogue:
    notes.extend(filter(None, [profile.note, *tree.notes()]))
    return Catalogue("dcat_us_3", partial(read_dcat_us_3, tree=tree), tree.items)


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
        raise Unreadable("invalid_json", place_of(error, data), str(error)) from error
    place, array = found
    if place != ("dataset",):
        return Catalogue("ckan", read_ckan, items("/result/results", array))
    datasets = list(items("/dataset", array))
    # What stands around the array is no JSON to be asked for its keys; the profile is said near its beginning.
    profile = profile_of([data], datasets, ())
    if profile.is_third:
        return _third(Tree.of_datasets(datasets), profile, notes)
    return _first(datasets, profile, notes)


def _message(error: Raw | UnsetType) -> str:
    if error is UNSET:
        return ""
    try:
        value = decode(error)
    except UnicodeDecodeError as problem:
        raise Unreadable("not_utf8", "/error") from problem
    except (DecodeError, RecursionError):
        value = bytes(error).decode(errors="replace")
    said = value.get("message") or value.get("__type") if isinstance(value, dict) else value
    return str(said)[:200]
