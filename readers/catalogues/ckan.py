"""Packages of CKAN, as its API and its dumps give them: one record a package, its text byte for byte.

Belongs here: which keys of a package and its resources mean which columns of the kind `catalog`; values in several
languages. Does not belong here: fetching pages. Rule: https://docs.ckan.org/en/latest/api/ (package_show).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from readers.catalogues.json_body import dated, spoken, take, text
from readers.json_records import Item, parsed
from readers.shapes import Record

_COLUMNS = {
    "id": "identifier",
    "title": "title",
    "notes": "abstract",
    "url": "landing_page",
    "license_title": "license",
}
#: Columns that portals have under several keys, the best first; the others stay in the extras. When the portal took the package in, which
#: CKAN keeps as metadata_*, is said of the data only where nothing else is.
_FIRST_OF = {
    "issued_date": ("issued", "date_published", "data_issued", "metadata_created"),
    "modified_date": ("modified", "date_modified", "data_modified", "metadata_modified"),
    "update_cycle": ("frequency", "update_frequency", "accrual_periodicity", "frequency-of-update", "UpdateFrequency"),
}
#: A key beside its value in several languages.
_IN_LANGUAGES = {"title_translated": "title", "notes_translated": "abstract"}
_RESOURCE = {
    "name": "title",
    "format": "format",
    "mimetype": "media_type",
    "access_url": "access_url",
    "download_url": "download_url",
}
#: A package has one of these; what else the API answers (organisations, groups, tables) has none.
_MARKS = frozenset(("resources", "num_resources", "owner_org", "metadata_created", "notes", "notes_translated"))


def is_package(keys: Iterable[str]) -> bool:
    """Whether an object with these keys is a package."""
    names = set(keys)
    return not names.isdisjoint(_MARKS) and not names.isdisjoint(("id", "name")) and "is_organization" not in names


def read_ckan(packages: Iterable[Item]) -> Iterator[Record]:
    """The records of packages.

    Raises:
        Unreadable: a package is not in UTF-8.
    """
    for pointer, raw, value, wrong, canonical in parsed(packages):
        yield Record(pointer, raw, None if value is None else _body(value), wrong, canonical=canonical)


def _body(rest: dict[str, Any]) -> dict[str, Any]:
    said = {name: words for key, name in _IN_LANGUAGES.items() if (words := spoken(rest.get(key)))}
    # A translated title is the better one; the plain one then stays with the extras.
    body: dict[str, Any] = take(rest, {key: name for key, name in _COLUMNS.items() if name not in said}) | said
    if "identifier" not in body:
        body |= take(rest, {"name": "identifier"})
    _flatten_extras(rest)
    for name, keys in _FIRST_OF.items():
        found = next((key for key in keys if text(rest.get(key))), None)
        if found:
            body |= take(rest, {found: name})
    body |= _words(rest, "tags", "keywords", ("display_name", "name")) or _keywords(rest)
    body |= _words(rest, "groups", "theme", ("title", "display_name", "name"))
    organisation = rest.get("organization")
    if isinstance(organisation, dict):
        words = spoken(organisation.get("title_translated")) or text(organisation.get("title"))
        if provider := words or text(organisation.get("name")):
            body["provider_name"] = provider
    elif owner := text(rest.get("owner_org")):
        body["provider_name"] = owner
    resources = rest.get("resources")
    if isinstance(resources, list) and resources and all(isinstance(item, dict) for item in resources):
        del rest["resources"]
        body["distributions"] = [_resource(item) for item in resources]
    body = dated(body)
    return body | {"extras": rest} if rest else body


def _flatten_extras(rest: dict[str, Any]) -> None:
    """Portals keep more keys in a list of key and value; where no name comes twice, they stand beside the others."""
    extras = rest.get("extras")
    if not isinstance(extras, list):
        return
    pairs = {
        item["key"]: item["value"]
        for item in extras
        if isinstance(item, dict) and item.keys() == {"key", "value"} and isinstance(item["key"], str)
    }
    if len(pairs) == len(extras) and pairs.keys().isdisjoint(rest):
        del rest["extras"]
        rest.update(pairs)


def _words(rest: Mapping[str, Any], key: str, name: str, keys: tuple[str, ...]) -> dict[str, str]:
    """The words of a list of objects; the list stays, since it says more."""
    found = rest.get(key)
    if not isinstance(found, list):
        return {}
    words = [
        next((word for k in keys if (word := text(item.get(k)))), None) if isinstance(item, dict) else text(item)
        for item in found
    ]
    joined = ";".join(word for word in words if word)
    return {name: joined} if joined else {}


def _keywords(rest: Mapping[str, Any]) -> dict[str, str]:
    """Keywords by language, in the language of `spoken`."""
    found = rest.get("keywords")
    if not isinstance(found, Mapping):
        return {}
    joined = {
        name: ";".join(filter(None, map(text, words))) for name, words in found.items() if isinstance(words, list)
    }
    words = spoken(joined)
    return {"keywords": words} if words else {}


def _resource(rest: dict[str, Any]) -> dict[str, Any]:
    said = {"title": words} if (words := spoken(rest.get("name_translated"))) else {}
    taken = take(rest, {key: name for key, name in _RESOURCE.items() if name not in said}) | said
    # An uploaded file is had under its address; anything else may be a page or a service.
    column = "download_url" if rest.get("url_type") == "upload" else "access_url"
    if column not in taken or taken[column] == text(rest.get("url")):
        taken |= take(rest, {"url": column})
    return taken | {"extras": rest} if rest else taken
