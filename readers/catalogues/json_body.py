"""Keys of a JSON record to canonical columns: what all JSON catalogues share.

What is taken leaves the rest of the record, and what has no column, or not the type that a column takes, stays there
untouched. Does not belong here: which keys a standard has.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from readers.shapes import UNREAD
from readers.values import settled

#: What says no more than the place at which it stands.
DULL = ({"@type": "dcat:Distribution"}, {"@type": "org:Organization"})
_stripped = str.strip
_DATES = ("issued_date", "modified_date")
_CYCLE = re.compile(r"R\d*/P[\dYMWDTHS.]+", re.ASCII)
#: Keys under which JSON-LD says a value in words, the best first.
_LABELS = ("@value", "prefLabel", "name", "title", "fn", "@id")


def text(value: object) -> str | None:
    """The trimmed text of a string or number; None for anything else."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    return None


def take(rest: dict[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    """Move what is plain text or a number out of `rest`, to the names of its columns; empty text goes."""
    taken = {}
    for key, name in columns.items():
        if key in rest:
            value = rest[key]
            found = value.strip() if type(value) is str else text(value)
            if found is not None:
                del rest[key]
                if found:
                    taken[name] = found
    return taken


def part(item: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    """A small object under the names of its columns: what is plain text or a number there; the rest of it as `extras`."""
    taken: dict[str, Any] = {}
    try:
        # Most have texts of known keys alone, and a catalogue has more of these than of anything else.
        for key, value in item.items():
            name = columns[key]
            if found := _stripped(value):
                taken[name] = found
    except (KeyError, TypeError):
        rest = dict(item)
        taken = take(rest, columns)
        if rest and rest not in DULL:
            taken["extras"] = rest
    return taken


def take_list(rest: dict[str, Any], key: str, name: str) -> dict[str, Any]:
    """Move a list of texts out of `rest`, joined by semicolons."""
    if key not in rest:
        return {}
    value = rest[key]
    texts = [text(item) for item in value] if isinstance(value, list) else [text(value)]
    if None in texts:
        return {}
    del rest[key]
    joined = ";".join(item for item in texts if item)
    return {name: joined} if joined else {}


def take_objects(rest: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """Move a list of objects, and of nothing else, out of `rest`; empty where there is none."""
    value = rest.get(key)
    if type(value) is not list or not value or any(type(item) is not dict for item in value):
        return []
    del rest[key]
    return value


def label(value: object) -> str | None:
    """The words of a value that may be a JSON-LD object."""
    if isinstance(value, Mapping):
        return next((found for key in _LABELS if (found := text(value.get(key)))), None)
    return text(value)


def dated(body: dict[str, Any]) -> dict[str, Any]:
    """A body with its dates in plain form, and what is none under UNREAD; what is empty goes.

    DCAT-US 1.1 lets `modified` say how often a dataset changes (`R/P1W`): that is its cycle.
    """
    if _CYCLE.fullmatch(modified := body.get("modified_date", "")) and body.get("update_cycle", modified) == modified:
        body["update_cycle"] = body.pop("modified_date")
    unread = {}
    for name in _DATES:
        if delivered := body.pop(name, ""):
            day = settled("date", delivered)
            (unread if day is None else body)[name] = day or delivered
    return {name: value for name, value in body.items() if value} | ({UNREAD: unread} if unread else {})


def spoken(value: object) -> str | None:
    """The words of a value in several languages (`{"en": ..., "fr": ...}`): in Chinese, else English, else the first."""
    if not isinstance(value, Mapping):
        return None
    order = sorted(value, key=lambda name: (not name.lower().startswith("zh"), not name.lower().startswith("en")))
    return next((found for name in order if (found := text(value[name]))), None)
