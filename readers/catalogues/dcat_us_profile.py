"""Which profile of DCAT-US a catalogue has: 1.1 or 3.0, by an IRI, by a title, or by what its datasets are made of.

Does not belong here: whether a document is a catalogue at all (`json_catalogue.py`).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from msgspec import DecodeError, Raw
from msgspec.json import decode

from readers.catalogues.dcat_us import SEEN_FIRST
from readers.json_records import MAX_RECORD_BYTES, Item
from readers.problems import WARNING

#: As an IRI or as a title: "DCAT-US 3.0", "DCAT-US Schema v3.0", "dcat_us v3".
_OF = rb"dcat[-_ ]us(?:[-_/#. ]|schema|profile|version|specification)*v?"
_THIRD = re.compile(_OF + rb"3|(?:DOI-DO|GSA)/dcat-us", re.IGNORECASE)
_FIRST = re.compile(_OF + rb"1|project-open-data", re.IGNORECASE)
_SAID_BYTES = 1000
#: Keys of a dataset that one of the two profiles has, and the other has not.
_KEYS_OF_FIRST = frozenset(
    (
        "accessLevel", "bureauCode", "dataQuality", "describedByType", "isPartOf", "primaryITInvestmentUII", "programCode",
        "references", "systemOfRecords",
    )
)  # fmt: skip
_KEYS_OF_THIRD = frozenset(
    (
        "accessRights", "descriptionMap", "geographicBoundingBox", "hasCurrentVersion", "hasQualityMeasurement",
        "inSeries", "keywordMap", "liabilityStatement", "metadataDistribution", "otherIdentifier", "previousVersion",
        "qualifiedAttribution", "qualifiedRelation", "rightsHolder", "spatialResolutionInMeters", "supportedSchema",
        "temporalResolution", "titleMap", "versionNotes", "wasAttributedTo", "wasGeneratedBy", "wasUsedBy",
    )
)  # fmt: skip
#: The types of things that 1.1 writes with a prefix (org:Organization, vcard:Contact).
_TYPES_OF_THIRD = {"@type": (b'"Dataset"',), "publisher": (b'"Organization"', b'"Agent"'), "contactPoint": (b'"Kind"',)}
_TYPE = re.compile(rb'"@type"\s*:\s*(?:\[\s*)?("[^"]*")')


class Profile(NamedTuple):
    """is_third: 3.0, else 1.1. note: what a person should know of how that was told, if anything."""

    is_third: bool
    note: str = ""


def profile_of(said: Iterable[Any], datasets: Sequence[Item], inner: Iterable[str]) -> Profile:
    """The profile of a catalogue.

    Args:
        said: the texts (bytes-like) of what may name it: conformsTo, @context, describedBy, $schema.
        datasets: its datasets.
        inner: keys of the catalogue that only 3.0 has, and under which there are records.
    """
    texts = [bytes(memoryview(text)[:_SAID_BYTES]) for text in said]
    if any(map(_THIRD.search, texts)):
        return Profile(True)
    only_in_third = "、".join(inner)
    if any(map(_FIRST.search, texts)):
        return Profile(True, _contradicted(only_in_third)) if only_in_third else Profile(False)
    marks: Counter[str] = Counter()
    votes = 0
    for item in islice(datasets, SEEN_FIRST):
        third = list(_marks(item.data))
        marks.update(third)
        votes += bool(third) - (not third)
    if only_in_third or (votes > 0 and marks):
        return Profile(True, _by_shape(only_in_third or "、".join(name for name, _ in marks.most_common(3))))
    return Profile(False, UNSAID)


#: Of a catalogue that says nothing of its profile, and shows nothing of 3.0.
UNSAID = (
    "目录没有写明所依据的标准（conformsTo），按 DCAT-US 1.1 读取和检查 "
    "no conformsTo names a profile; read and checked as DCAT-US 1.1"
)


def _by_shape(marks: str) -> str:
    return (
        f"目录没有写明所依据的标准（conformsTo），按内容（{marks}）认作 DCAT-US 3.0 "
        f"no conformsTo names a profile; taken for DCAT-US 3.0 by its content ({marks})"
    )


def _contradicted(keys: str) -> str:
    return (
        f"{WARNING}conformsTo 写的是 DCAT-US 1.1，而 {keys} 是 3.0 才有的，按 3.0 读取和检查 "
        f"conformsTo names DCAT-US 1.1, but only 3.0 has {keys}; read and checked as 3.0"
    )


def _marks(data: Any) -> Iterator[str]:
    """What a dataset has that only 3.0 knows; nothing if it has what only 1.1 knows."""
    if len(memoryview(data)) > MAX_RECORD_BYTES:
        return
    try:
        keys = decode(data, type=dict[str, Raw])
    except (DecodeError, RecursionError, UnicodeDecodeError):
        return
    if not keys.keys().isdisjoint(_KEYS_OF_FIRST):
        return
    yield from sorted(keys.keys() & _KEYS_OF_THIRD)
    for key, wanted in _TYPES_OF_THIRD.items():
        if key in keys and (found := _type_of(key, bytes(memoryview(keys[key])[:_SAID_BYTES]))) in wanted:
            yield f"{key} {found.decode().strip(chr(34))}"


def _type_of(key: str, text: bytes) -> bytes:
    if key == "@type":
        return text
    found = _TYPE.search(text)
    return found[1] if found else b""
