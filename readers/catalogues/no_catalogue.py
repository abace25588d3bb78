"""JSON that is no catalogue, though it is about one or stands in place of one: a validator's report, and a server's error.

Both are told by their keys and refused as what they are. Read as a table, the findings of a report would be resources. Belongs here:
how such answers look. Does not belong here: reports in RDF (`dcat_ap.py`) and in XML (`readers/magic.py`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from msgspec import DecodeError, Raw
from msgspec.json import decode

from readers.json_records import MAX_RECORD_BYTES
from readers.problems import Unreadable

_Object = Mapping[str, Raw]

_LOOKED_AT = 100
#: Whether all is well, as validators say it, and beside it what is not.
_VERDICTS = frozenset(("valid", "isValid", "is_valid", "conforms", "sh:conforms", "validates"))
_FINDINGS = frozenset(
    (
        "errors", "warnings", "results", "result", "sh:result", "violations", "messages", "issues", "report", "details",
        "schema_errors", "schemaErrors", "validation_errors", "validationErrors", "error_log",
    )
)  # fmt: skip
#: Lists that only validators write.
_ONLY_FINDINGS = frozenset(("schema_errors", "schemaErrors", "validation_errors", "validationErrors"))
#: Where a finding is, and what it says.
_PLACES = frozenset(
    (
        "instancePath", "instance_path", "dataPath", "schemaPath", "schema_path", "absolute_path", "jsonPath", "json_path",
        "resultPath", "sh:resultPath", "focusNode", "sh:focusNode", "sourceConstraintComponent", "assertionID",
    )
)  # fmt: skip
_WORDS = frozenset(
    ("message", "msg", "error", "description", "keyword", "validator", "resultMessage", "sh:resultMessage", "severity")
)
#: A report of the Interoperability Test Bed.
_TEST_BED = frozenset(("counters", "reports"))
_REPORT_TYPE = re.compile(rb'(?:[:/#"])Validation(?:Report|Result)"')
_TYPE_BYTES = 1000

#: Under these keys servers say that something failed, and what.
_FAILED = ("error", "errors", "fault", "Fault", "exception", "Exception")
_STATUS = ("status", "statusCode", "status_code", "code", "errcode", "errorCode", "error_code", "ret")
_MESSAGES = ("message", "msg", "errmsg", "error_description", "detail", "reason", "title", "error", "__type")
_SAID_CHARS = 200


def refuse_report(data: Any) -> None:
    """Refuse JSON that is a validator's report. `data`: bytes-like.

    Raises:
        Unreadable: it is one.
    """
    top = _top(data)
    if isinstance(top, list):
        found = [keys for item in islice(top, _LOOKED_AT) if (keys := _object(item)) is not None]
        if found and all(_is_finding(keys) or _is_verdict(keys) for keys in found):
            raise Unreadable("validation_report")
    elif _is_report(top):
        raise Unreadable("validation_report")


def refuse_error(data: Any) -> None:
    """Refuse JSON with which a server says that it failed. Only for what is no catalogue and no table: a table may have such keys too.

    Raises:
        Unreadable: it is one.
    """
    top = _top(data)
    if isinstance(top, list) or not top:
        return
    status = next((number for key in _STATUS if (number := _number(top.get(key))) is not None), 0)
    is_failed = any(key in top and bytes(top[key]) not in (b"null", b"false", b'""', b"[]", b"{}") for key in _FAILED)
    if is_failed or status >= 400 or top.keys() <= set(_MESSAGES) or _is_false(top.get("success")):
        raise Unreadable("error_answer", "", " ".join(filter(None, (str(status or ""), _message(top)))))


def _is_report(top: _Object) -> bool:
    if not top.keys().isdisjoint(_ONLY_FINDINGS) or top.keys() >= _TEST_BED or _is_verdict(top):
        return True
    if "@type" in top and _REPORT_TYPE.search(bytes(top["@type"])[:_TYPE_BYTES]):
        return True
    nodes = _objects(top.get("@graph"))
    if any(_REPORT_TYPE.search(bytes(node["@type"])[:_TYPE_BYTES]) for node in nodes if "@type" in node):
        return True
    return any(_is_finding(item) for key in ("errors", "results", "violations") for item in _objects(top.get(key)))


def _is_verdict(keys: _Object) -> bool:
    """Whether an object says that something is valid or not, and has a list of findings beside it."""
    says = any(key in keys and bytes(keys[key]) in (b"true", b"false") for key in _VERDICTS)
    return says and any(key in keys and bytes(memoryview(keys[key])[:1]) in (b"[", b"{") for key in _FINDINGS)


def _is_finding(keys: _Object) -> bool:
    return not keys.keys().isdisjoint(_PLACES) and not keys.keys().isdisjoint(_WORDS)


def _top(data: Any) -> list[Raw] | dict[str, Raw]:
    """The items or keys of a document; nothing if it is neither."""
    try:
        return decode(data, type=list[Raw] | dict[str, Raw])
    except (DecodeError, RecursionError, UnicodeDecodeError):
        return []


def _object(item: Raw | None) -> _Object | None:
    if item is None or len(memoryview(item)) > MAX_RECORD_BYTES:
        return None
    try:
        return decode(item, type=dict[str, Raw])
    except (DecodeError, RecursionError, UnicodeDecodeError):
        return None


def _objects(part: Raw | None) -> Iterator[_Object]:
    """The objects among the first items of a list."""
    try:
        listed: Sequence[Raw] = decode(part, type=list[Raw]) if part is not None else []
    except (DecodeError, RecursionError):
        return
    for item in islice(listed, _LOOKED_AT):
        if (found := _object(item)) is not None:
            yield found


def _value(part: Raw | None) -> Any:
    if part is None or len(memoryview(part)) > MAX_RECORD_BYTES:
        return None
    try:
        return decode(part)
    except (DecodeError, RecursionError, UnicodeDecodeError):
        return None


def _number(part: Raw | None) -> int | None:
    value = _value(part)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 6:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _is_false(part: Raw | None) -> bool:
    return part is not None and bytes(part) == b"false"


def _message(top: _Object) -> str:
    """The words of an error, which may be an object of its own."""
    for key in _MESSAGES:
        value = _value(top.get(key))
        if isinstance(value, dict):
            value = next((value[inner] for inner in _MESSAGES if isinstance(value.get(inner), str)), None)
        if isinstance(value, str) and value.strip():
            return value.strip()[:_SAID_CHARS]
    return ""
