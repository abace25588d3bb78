"""DCAT-US 3.0 catalogues in JSON: one record a dataset, its text byte for byte.

Belongs here: which keys of DCAT-US 3.0 mean which columns of the kind `catalog`; where datasets stand: in `dataset` of a
catalogue, among the nodes of a `@graph`, or alone. Does not belong here: DCAT-AP and JSON-LD with other contexts.
Rule: https://doi-do.github.io/dcat-us/.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from readers.catalogues.json_body import dated, label, spoken, take, take_list, text
from readers.catalogues.schema_check import dcat_us_3_0
from readers.json_records import Item, parsed
from readers.shapes import Record

_COLUMNS = {
    "identifier": "identifier",
    "title": "title",
    "description": "abstract",
    "accrualPeriodicity": "update_cycle",
    "accessRights": "access_level",
    "issued": "issued_date",
    "modified": "modified_date",
    "license": "license",
    "landingPage": "landing_page",
    "publisher": "provider_name",
}
_DISTRIBUTION = {
    "title": "title",
    "format": "format",
    "mediaType": "media_type",
    "accessURL": "access_url",
    "downloadURL": "download_url",
}
_IN_LANGUAGES = {"titleMap": "title", "descriptionMap": "abstract"}


def read_dcat_us_3(datasets: Iterable[Item], names: Mapping[str, str]) -> Iterator[Record]:
    """The records of datasets. `names`: of the organisations that stand elsewhere in the file, by their `@id`.

    Raises:
        Unreadable: a dataset is not in UTF-8.
    """
    violations = dcat_us_3_0().violations
    for pointer, raw, value, wrong, canonical in parsed(datasets):
        if value is None:
            yield Record(pointer, raw, None, wrong)
            continue
        found = [*wrong, *violations(value)]  # first: a body takes the value apart
        body = _body(value, names)
        # The publisher's name may stand elsewhere in the file.
        canonical = b"%s\n%s" % (canonical, body.get("provider_name", "").encode())
        yield Record(pointer, raw, body, found, canonical=canonical)


def _body(rest: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    body = _taken(rest, _COLUMNS)
    for key, name in _IN_LANGUAGES.items():
        if name not in body and (words := spoken(rest.get(key))):
            body[name] = words
    provider = body.get("provider_name", "")
    if provider in names:
        body["provider_name"] = names[provider]
        rest["publisher"] = provider
    # An identifier object says what it is by its @id; its other words only describe it.
    if isinstance(said := rest.get("identifier"), dict) and (iri := text(said.get("@id"))):
        body["identifier"] = iri
    if "identifier" not in body and isinstance(rest.get("@id"), str):
        body |= take(rest, {"@id": "identifier"})
    body |= take_list(rest, "keyword", "keywords")
    themes = rest.get("theme")
    words = [label(theme) for theme in themes] if isinstance(themes, list) else [label(themes)]
    if themes and None not in words:
        body["theme"] = ";".join(word for word in words if word)
        if isinstance(themes, str) or (isinstance(themes, list) and all(isinstance(theme, str) for theme in themes)):
            del rest["theme"]
    found = rest.get("distribution")
    if isinstance(found, dict):
        found = [found]
    if isinstance(found, list) and found and all(isinstance(item, dict) for item in found):
        del rest["distribution"]
        body["distributions"] = [_distribution(item) for item in found]
    body = dated(body)
    if "access_level" in body:
        body["open_type"] = body["access_level"]
    return body | {"extras": rest} if rest else body


def _distribution(rest: dict[str, Any]) -> dict[str, Any]:
    taken = _taken(rest, _DISTRIBUTION)
    return taken | {"extras": rest} if rest else taken


def _taken(rest: dict[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    """Plain values move to their columns; of an object the words are taken, and the object stays."""
    body = take(rest, columns)
    for key, name in columns.items():
        if isinstance(value := rest.get(key), dict) and (words := label(value)):
            body[name] = words
            if set(value) <= {"@type", "@value"}:
                del rest[key]
    return body
