"""DCAT-US 1.1 catalogues (`data.json`): one record a dataset, its text byte for byte.

Belongs here: which keys of DCAT-US mean which columns of the kind `catalog`, and by which schema a catalogue is judged.
Whatever has no column, or not the type that DCAT-US gives it, goes to `extras` untouched. Does not belong here: what a
violation of the schema leads to (policy). Rule: https://resources.data.gov/resources/dcat-us/ (fields), domain.md 1.5.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from readers.catalogues.json_body import DULL, dated, part, take, take_list, take_objects, text
from readers.catalogues.schema_check import dcat_us_1_1
from readers.json_records import Item, parsed
from readers.shapes import Record

_COLUMNS = {
    "identifier": "identifier",
    "title": "title",
    "description": "abstract",
    "accrualPeriodicity": "update_cycle",
    "accessLevel": "access_level",
    "issued": "issued_date",
    "modified": "modified_date",
    "license": "license",
    "landingPage": "landing_page",
}
_LISTS = {"keyword": "keywords", "theme": "theme"}
_DISTRIBUTION = {
    "title": "title",
    "format": "format",
    "mediaType": "media_type",
    "accessURL": "access_url",
    "downloadURL": "download_url",
}
# Not in DCAT-US, but some catalogues describe fields; where a field has a title, its name is the technical
# one.
_FIELD = {"name": "name", "type": "data_type", "description": "description"}
_TITLED_FIELD = _FIELD | {"title": "name", "name": "english_name"}
#: A catalogue is a federal one if one of so many first datasets has a code of a federal bureau.
SEEN_FIRST = 100
_LOOKED_INTO = 1 << 20


def is_federal(datasets: Iterable[Any]) -> bool:
    """Whether a catalogue is one of a federal agency. `datasets`: the text of each, bytes-like; SEEN_FIRST of them are looked at."""
    return any(b'"bureauCode"' in bytes(memoryview(text)[:_LOOKED_INTO]) for text in islice(datasets, SEEN_FIRST))


def read_dcat_us(datasets: Iterable[Item], *, federal: bool) -> Iterator[Record]:
    """The records of a catalogue's datasets.

    Raises:
        Unreadable: a dataset is not in UTF-8.
    """
    violations = dcat_us_1_1(federal).violations
    for pointer, raw, value, wrong, canonical in parsed(datasets):
        if value is None:
            yield Record(pointer, raw, None, wrong)
            continue
        found = [*wrong, *violations(value)]  # first: a body takes the value apart
        yield Record(pointer, raw, _body(value), found, canonical=canonical)


def _body(rest: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = take(rest, _COLUMNS)
    for key, name in _LISTS.items():
        body |= take_list(rest, key, name)
    publisher = rest.get("publisher")
    if isinstance(publisher, dict):
        body |= take(publisher, {"name": "provider_name"})
        if not publisher or publisher in DULL:
            del rest["publisher"]
    fields = take_objects(rest, "fields")
    if distributions := take_objects(rest, "distribution"):
        # Some say their fields of each distribution; a field that several have is one.
        fields = fields or _distinct(field for item in distributions for field in take_objects(item, "field"))
        body["distributions"] = [part(item, _DISTRIBUTION) for item in distributions]
    if fields:
        body["fields"] = [part(item, _field_columns(item) if "title" in item else _FIELD) for item in fields]
    body = dated(body)
    if "access_level" in body:
        body["open_type"] = body["access_level"]
    return body | {"extras": rest} if rest else body


def _distinct(fields: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first field of each name, in their order."""
    first: dict[tuple[object, object], dict[str, Any]] = {}
    for item in fields:
        first.setdefault((text(item.get("name")), text(item.get("title"))), item)
    return list(first.values())


def _field_columns(item: Mapping[str, Any]) -> Mapping[str, str]:
    return _TITLED_FIELD if text(item["title"]) else _FIELD
