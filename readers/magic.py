"""The first bytes of a file, which tell its format.

Belongs here: what formats begin with, and what XML is that is not taken. Does not belong here: which formats a kind of delivery takes
(`records.py`, `content.py`).
"""

import re
from pathlib import Path

from readers.problems import Unreadable

HEAD_BYTES = 4096
UTF8_MARK = b"\xef\xbb\xbf"
ZIP, OLE, PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1"
_HTML = re.compile(rb"<!doctype\s+html|<(?:html|table|body|head|meta)[\s/>]", re.IGNORECASE)
#: The name of the first element, after declarations and comments.
_ROOT = re.compile(
    rb"(?:\s|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\])?\s*>)*+<(?:[\w.-]+:)?([\w.-]+)", re.DOTALL | re.IGNORECASE
)
_ISO = re.compile(rb"isotc211\.org/|standards\.iso\.org/iso/19115|<(?:\w+:)?M[DI]_Metadata\b")
_FGDC = re.compile(rb"<(?:idinfo|metainfo|citeinfo|spdoinfo)\b|fgdc", re.IGNORECASE)
_ARCGIS = re.compile(rb"<(?:Esri|dataIdInfo|mdFileID)\b")
_REPORT = re.compile(rb"www\.gitb\.com/tr/|purl\.oclc\.org/dsdl/svrl")
_REPORT_ROOTS = (b"teststepreport", b"schematron-output", b"validationreport", b"validation-report")
_ERROR_ROOTS = (b"error", b"errors", b"fault", b"exceptionreport", b"serviceexceptionreport", b"exception")
_TEXT = re.compile(rb"<[^>]*>|\s+")
_SAID_CHARS = 200


def head_of(path: Path) -> tuple[bytes, bytes]:
    """The first bytes of a file, and those without byte order mark and white space before them.

    Raises:
        Unreadable: there is nothing in it.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    text = head.removeprefix(UTF8_MARK).lstrip()
    if not text and len(head) < HEAD_BYTES:
        raise Unreadable("empty_file")
    return head, text


def markup(text: bytes) -> Unreadable:
    """What to say of a file that begins with `<` and is none that is taken: it is named as what it is. `text`: its first bytes."""
    found = _ROOT.match(text)
    root = found[1].lower() if found else b""
    if root in _REPORT_ROOTS or _REPORT.search(text):
        return Unreadable("validation_report")
    if root in _ERROR_ROOTS or (root == b"envelope" and re.search(rb"<(?:\w+:)?Fault\b", text)):
        said = b" ".join(_TEXT.sub(b" ", text).split()).decode(errors="replace")
        return Unreadable("error_answer", "", said[:_SAID_CHARS])
    if standard := _metadata(root, text):
        return Unreadable("geographic_metadata", "", standard)
    return Unreadable("html_page" if _HTML.search(text) else "not_recognised")


def _metadata(root: bytes, text: bytes) -> str:
    """The standard by which XML describes a dataset, if it does."""
    if _ISO.search(text):
        return "ISO 19115/19139"
    if root != b"metadata":
        return ""
    if _FGDC.search(text):
        return "FGDC CSDGM"
    return "ArcGIS" if _ARCGIS.search(text) else ""
