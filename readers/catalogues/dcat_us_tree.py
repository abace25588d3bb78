"""Where datasets stand in a catalogue of DCAT-US 3.0: in it, in catalogues inside it, in series, and among the nodes of a graph.

Belongs here: which keys hold what, the place of each record, and which series a dataset is in. Does not belong here: what a dataset
says (`dcat_us_3.py`), and which profile a document has (`dcat_us_profile.py`). Rule: https://resources.data.gov/resources/dcat-us3/
(Catalog: dataset, datasetSeries, service, record, catalog, hasPart; DatasetSeries: seriesMember).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from msgspec import UNSET, DecodeError, Raw, Struct, UnsetType
from msgspec import field as key
from msgspec.json import decode

from readers.catalogues.json_body import text
from readers.json_records import MAX_DEPTH, Item
from readers.problems import Unreadable

CATALOG, DATASET, SERIES = "Catalog", "Dataset", "DatasetSeries"
#: An object that says no more is the address of a thing.
_OF_REFERENCE = frozenset({"@id", "@type", "identifier"})


class Node(Struct):
    """A thing of a catalogue by the keys that say what it is and what it holds; each value that may be large is its text."""

    id: Any = key(default=None, name="@id")
    type: Any = key(default=None, name="@type")
    identifier: Any = None
    title: Any = None
    name: Any = None
    dataset: Raw | UnsetType = UNSET
    series: Raw | UnsetType = key(default=UNSET, name="datasetSeries")
    catalog: Raw | UnsetType = UNSET
    parts: Raw | UnsetType = key(default=UNSET, name="hasPart")
    members: Raw | UnsetType = key(default=UNSET, name="seriesMember")
    service: Raw | UnsetType = UNSET
    record: Raw | UnsetType = UNSET

    @property
    def named(self) -> str:
        """CATALOG, SERIES or DATASET by its type; "" for anything else."""
        types = self.type if isinstance(self.type, list) else [self.type]
        names = {re.split(r"[:/#]", name)[-1] for name in types if isinstance(name, str)}
        # A catalogue and a series are datasets too, where all their types are given.
        return next((kind for kind in (SERIES, CATALOG, DATASET) if kind in names), "")

    @property
    def kind(self) -> str:
        """What it is by its type, else by what it holds."""
        if self.named:
            return self.named
        if self.members is not UNSET:
            return SERIES
        return CATALOG if self.holds else ""

    @property
    def holds(self) -> bool:
        """Whether it holds datasets, series or catalogues, if perhaps none of them."""
        return any(part is not UNSET for part in (self.dataset, self.series, self.catalog))

    @property
    def code(self) -> str:
        """What it is known by: its identifier, else its IRI, else its title."""
        return text(_iri(self.identifier)) or text(self.id) or text(self.title) or ""

    @property
    def codes(self) -> set[str]:
        """All that it may be referred to by."""
        return known_by(self.identifier, self.id)


def known_by(identifier: object, iri: object) -> set[str]:
    """What a thing may be referred to by: its identifier, or the IRI of that, and its own IRI."""
    return {found for found in (text(_iri(identifier)), text(iri)) if found}


def _iri(identifier: object) -> object:
    return identifier.get("@id") if isinstance(identifier, dict) else identifier


def node_of(item: Item) -> Node:
    """An item by its keys; one that is no object, or no JSON, says nothing.

    Raises:
        Unreadable: it is not in UTF-8.
    """
    try:
        return decode(item.data, type=Node)
    except (DecodeError, RecursionError):
        return Node()
    except UnicodeDecodeError as error:
        raise Unreadable("not_utf8", item.pointer) from error


@dataclass
class Tree:
    """What a document holds.

    items: datasets and series, in the order in which they stand. series: pointers of series. inside: pointer of a record to the code of
    the series in which it stands. members: code or IRI of a dataset to the codes of series that refer to it. codes: IRI of a series to
    its code. names: of organisations by IRI. is_catalogue: whether there is a place for datasets at all, even if it is empty.
    """

    items: list[Item] = field(default_factory=list)
    series: set[str] = field(default_factory=set)
    inside: dict[str, str] = field(default_factory=dict)
    members: dict[str, dict[str, None]] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    is_catalogue: bool = False
    _counts: Counter[str] = field(default_factory=Counter)
    _described: set[str] = field(default_factory=set)
    _referred: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of_document(cls, data: Any) -> "Tree":
        """The tree of a document that is a catalogue, a series or a dataset."""
        tree, whole = cls(), Item("", data)
        tree._add(whole, node_of(whole))
        return tree

    @classmethod
    def of_graph(cls, nodes: Iterable[Any]) -> "Tree":
        """The tree of the nodes of a `@graph`."""
        tree = cls()
        for number, data in enumerate(nodes):
            item = Item(f"/@graph/{number}", data)
            node = node_of(item)
            if isinstance(node.id, str) and isinstance(node.name, str):
                tree.names[node.id] = node.name
            tree._add(item, node)
            tree._counts["node"] += node.kind not in (DATASET, SERIES)
        return tree

    @classmethod
    def of_datasets(cls, datasets: Iterable[Item]) -> "Tree":
        """The tree of a list of datasets that stands alone."""
        tree = cls(is_catalogue=True)
        for item in datasets:
            tree._add_listed(item, "reference", 0)
        return tree

    def notes(self) -> Iterator[str]:
        """What a person should know: what became no record, and what came from further inside."""
        for name, referred in self._referred.items():
            self._counts[name] = sum(one not in self._described for one in referred)
        for name, words in _WORDS.items():
            if count := self._counts[name]:
                yield words.format(count)

    def _add(self, item: Item, node: Node) -> None:
        if node.kind == CATALOG:
            self.is_catalogue |= node.holds
            self._add_catalogue(item.pointer, node, 0)
        elif node.kind == SERIES:
            self._add_series(item, node, 0)
        elif node.kind == DATASET:
            self._add_record(item, node)

    def _add_record(self, item: Item, node: Node) -> None:
        self.is_catalogue = True
        self.items.append(item)
        self._described |= node.codes

    def _add_catalogue(self, place: str, node: Node, depth: int) -> None:
        self._described |= node.codes
        for item in _listed(f"{place}/dataset", node.dataset):
            self._add_listed(item, "reference", depth)
        for item in _listed(f"{place}/datasetSeries", node.series):
            if is_text(item):
                self._refer("series reference", item)
            else:
                self._add_series(item, node_of(item), depth)
        self._counts["service"] += sum(1 for _ in _listed("", node.service))
        self._counts["record"] += sum(1 for _ in _listed("", node.record))
        for item in _listed(f"{place}/catalog", node.catalog):
            self._add_inner(item, node_of(item), depth)
        for item in _listed(f"{place}/hasPart", node.parts):
            inner = node_of(item)
            if inner.kind == CATALOG or is_text(item):
                self._add_inner(item, inner, depth)
            else:
                self._add_listed(item, "reference", depth)

    def _add_listed(self, item: Item, reference: str, depth: int) -> None:
        """Add what stands in a list of datasets: a dataset, but also a series, a catalogue, or the address of one."""
        if is_text(item):
            self._refer(reference, item)
            return
        node = node_of(item)
        if node.kind == SERIES:
            self._add_series(item, node, depth)
        elif node.named == CATALOG and node.holds:
            self._add_inner(item, node, depth)
        else:
            self._add_record(item, node)
            self._counts["nested"] += depth > 0

    def _add_inner(self, item: Item, node: Node, depth: int) -> None:
        if is_text(item):
            self._refer("catalogue reference", item)
        elif not node.holds:
            self._counts["empty"] += 1
        elif depth >= MAX_DEPTH:
            self._counts["deep"] += 1
        else:
            self._add_catalogue(item.pointer, node, depth + 1)

    def _add_series(self, item: Item, node: Node, depth: int) -> None:
        self._add_record(item, node)
        self.series.add(item.pointer)
        self._counts["series"] += 1
        self.codes.update(dict.fromkeys(node.codes, node.code))
        for member in _listed(f"{item.pointer}/seriesMember", node.members):
            if names := _address(member):
                for name in names:
                    self.members.setdefault(name, {})[node.code] = None
                continue
            self.inside[member.pointer] = node.code
            self._counts["member"] += 1
            inner = node_of(member)
            if inner.kind == SERIES and depth < MAX_DEPTH:
                self._add_series(member, inner, depth + 1)
            else:
                self._add_record(member, inner)

    def _refer(self, name: str, item: Item) -> None:
        self._referred.setdefault(name, []).append(_text(item))


_WORDS = {
    "nested": "{0} 条记录取自下级目录 records of catalogues inside the catalogue: {0}",
    "series": "{0} 个数据集系列，各为一条记录 dataset series, each a record: {0}",
    "member": "{0} 条记录写在数据集系列之内，是其成员 records that stand inside a series, as its members: {0}",
    "reference": "{0} 个数据集只是引用，文件没有描述，不作为记录 items of dataset that are references only: {0}",
    "series reference": "{0} 个数据集系列只是引用，文件没有描述 series that are references only: {0}",
    "catalogue reference": "{0} 个下级目录只是引用，不读取 catalogues that are references only, and not read: {0}",
    "empty": "{0} 个下级目录没有列出数据集 catalogues inside that list no datasets: {0}",
    "deep": "{0} 个下级目录嵌套过深，不读取 catalogues that are nested too deep, and not read: {0}",
    "service": "{0} 个数据服务不作为记录 data services, which are no records: {0}",
    "record": "{0} 条目录登记项（dcat:CatalogRecord）不作为记录 catalogue records, which are no records here: {0}",
    "node": "@graph 中 {0} 个节点不是数据集，不作为记录 nodes of @graph that are no datasets: {0}",
}  # fmt: skip


def _listed(pointer: str, part: Raw | UnsetType) -> Iterator[Item]:
    """The items of a list, or the one that stands in place of a list."""
    if part is UNSET:
        return
    match bytes(memoryview(part)[:1]):
        case b"[":
            yield from (Item(f"{pointer}/{number}", data) for number, data in enumerate(decode(part, type=list[Raw])))
        case b"{" | b'"':
            yield Item(pointer, part)


def is_text(item: Item) -> bool:
    """Whether an item is the address of a thing, not the thing."""
    return bytes(memoryview(item.data)[:1]) == b'"'


def _text(item: Item) -> str:
    try:
        return decode(item.data, type=str).strip()
    except (DecodeError, UnicodeDecodeError):
        return ""


def _address(item: Item) -> set[str]:
    """What an item refers to, if it is no more than a reference."""
    if is_text(item):
        return {_text(item)} - {""}
    try:
        keys = decode(item.data, type=dict[str, Raw]).keys()
    except (DecodeError, RecursionError, UnicodeDecodeError):
        return set()
    return node_of(item).codes if keys <= _OF_REFERENCE else set()
