"""DCAT-US 3.0 catalogues in JSON: one record a dataset or dataset series, its text byte for byte.

Belongs here: which keys of DCAT-US 3.0 mean which columns of the kind `catalog`. Does not belong here: where datasets stand
(`dcat_us_tree.py`), DCAT-AP and JSON-LD with other contexts. Rule: https://doi-do.github.io/dcat-us/.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from readers.catalogues.dcat_us_tree import DATASET, SERIES, Tree, known_by
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


def read_dcat_us_3(found: Iterable[Item], tree: Tree) -> Iterator[Record]:
    """The records of datasets and series. `tree`: what the document holds, for what a record says by reference.

    Raises:
        Unreadable: a record is not in UTF-8.
    """
    for pointer, raw, value, wrong, canonical in parsed(found):
        if value is None:
            yield Record(pointer, raw, None, wrong)
            continue
        kind = SERIES if pointer in tree.series else DATASET
        violations = [*wrong, *dcat_us_3_0(kind).violations(value)]  # first: a body takes the value apart
        series = _series_of(pointer, value, tree)
        if kind == SERIES:
            _leave_out_members(pointer, value, tree)
        body = _body(value, tree.names) | series
        if kind == SERIES:
            body["is_series"] = "yes"
        # The publisher's name may stand elsewhere in the file, and so may the series.
        around = body.get("provider_name", "") + "".join(f"\n{code}" for code in series.values())
        yield Record(pointer, raw, body, violations, canonical=b"%s\n%s" % (canonical, around.encode()))


def _series_of(pointer: str, rest: dict[str, Any], tree: Tree) -> dict[str, str]:
    """The codes of the series that a record is in: as it says, as they say, or since it stands in one."""
    said = rest.get("inSeries")
    own = [_code(one, tree) for one in (said if isinstance(said, list) else [said])]
    if said and own == (said if isinstance(said, list) else [said]):
        del rest["inSeries"]
    codes = dict.fromkeys(filter(None, [*own, tree.inside.get(pointer)]))
    for name in known_by(rest.get("identifier"), rest.get("@id")):
        codes |= tree.members.get(name, {})
    return {"series_code": ";".join(sorted(codes))} if codes else {}


def _code(series: object, tree: Tree) -> str | None:
    """The code of a series that is named by its IRI or described on the spot."""
    if isinstance(series, Mapping):
        names = known_by(series.get("identifier"), series.get("@id"))
        return next((tree.codes.get(name, name) for name in sorted(names)), text(series.get("title")))
    name = text(series)
    return tree.codes.get(name, name) if name else None


def _leave_out_members(pointer: str, rest: dict[str, Any], tree: Tree) -> None:
    """Take the members that are records of their own out of a series; what is only named stays."""
    said = rest.get("seriesMember")
    place = f"{pointer}/seriesMember"
    if isinstance(said, list):
        rest["seriesMember"] = [one for number, one in enumerate(said) if f"{place}/{number}" not in tree.inside]
    if place in tree.inside or rest.get("seriesMember") == []:
        del rest["seriesMember"]


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
