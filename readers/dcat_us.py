"""DCAT-US 1.1 catalogues (`data.json`): one record a dataset, its text byte for byte.

Belongs here: which keys of DCAT-US mean which columns of the kind `catalog`. Whatever has no column, or not
the type that DCAT-US gives it, goes to `extras` untouched. Does not belong here: whether a dataset conforms
to the schema. Rule: https://resources.data.gov/resources/dcat-us/ (fields), domain.md 1.5.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from readers.problems import Unreadable
from readers.shapes import Record
from readers.values import normalised

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
_TYPES = ({"@type": "dcat:Distribution"}, {"@type": "org:Organization"})
_DATES = ("issued_date", "modified_date")

# Decimals keep the digits of a number as delivered.
_decode = msgspec.json.Decoder(float_hook=Decimal).decode


class _Catalog(msgspec.Struct):
    dataset: list[msgspec.Raw]


def read_dcat_us(data: Any) -> Iterator[Record]:
    """Split a catalogue into datasets. `data`: a bytes-like object without byte order mark.

    Raises:
        Unreadable: it is no JSON, no catalogue, or not UTF-8.
    """
    try:
        catalog = msgspec.json.decode(data, type=_Catalog)
    except msgspec.ValidationError as error:
        raise Unreadable("not_a_catalogue") from error
    except msgspec.DecodeError as error:
        rule = "truncated_json" if "truncated" in str(error) else "invalid_json"
        raise Unreadable(rule, "", str(error)) from error
    return _records(catalog.dataset)


def _records(datasets: list[msgspec.Raw]) -> Iterator[Record]:
    for number, dataset in enumerate(datasets):
        pointer = f"/dataset/{number}"
        try:
            raw = bytes(dataset).decode()
        except UnicodeDecodeError as error:
            raise Unreadable("unknown_encoding", pointer) from error
        yield Record(pointer, raw, _parsed(raw))


def _parsed(raw: str) -> dict[str, Any] | None:
    try:
        value = _decode(raw)
    except msgspec.DecodeError:
        return None
    return _body(value) if isinstance(value, dict) else None


def _body(dataset: dict[str, Any]) -> dict[str, Any]:
    rest = dict(dataset)
    body: dict[str, Any] = _take(rest, _COLUMNS)
    for key, name in _LISTS.items():
        texts = [_text(item) for item in value] if isinstance(value := rest.get(key), list) else [_text(value)]
        if None not in texts:
            del rest[key]
            body[name] = ";".join(text for text in texts if text)
    publisher = rest.get("publisher")
    if isinstance(publisher, dict):
        body |= _take(publisher := dict(publisher), {"name": "provider_name"})
        if not publisher or publisher in _TYPES:
            del rest["publisher"]
    for key, name in (("distribution", "distributions"), ("fields", "fields")):
        items = rest.get(key)
        if isinstance(items, list) and items and all(isinstance(item, dict) for item in items):
            del rest[key]
            body[name] = [
                _item(item, _DISTRIBUTION if key == "distribution" else _field_columns(item)) for item in items
            ]
    for name in _DATES:
        if name in body:
            body[name] = normalised("date", body[name])
    if "access_level" in body:
        body["open_type"] = body["access_level"]
    body = {name: value for name, value in body.items() if value}
    return body | {"extras": rest} if rest else body


def _item(item: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    taken = _take(rest := dict(item), columns)
    return taken | {"extras": rest} if rest and rest not in _TYPES else taken


def _field_columns(item: Mapping[str, Any]) -> Mapping[str, str]:
    return _TITLED_FIELD if _text(item.get("title")) else _FIELD


def _take(rest: dict[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    """Move what is plain text or a number out of `rest`, to the names of its columns; empty text goes."""
    taken = {}
    for key, name in columns.items():
        text = _text(rest.get(key))
        if text is not None:
            del rest[key]
            if text:
                taken[name] = text
    return taken


def _text(value: object) -> str | None:
    """The trimmed text of a string or number; None for anything else."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    return None
