"""The first bytes of a file, which tell its format.

Belongs here: what formats begin with. Does not belong here: which formats a kind of delivery takes (`records.py`, `content.py`).
"""

from pathlib import Path

from readers.problems import Unreadable

HEAD_BYTES = 4096
UTF8_MARK = b"\xef\xbb\xbf"
ZIP, OLE, PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1"
_HTML = (b"<html", b"<!doctype html", b"<table", b"<body", b"<head", b"<meta")


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
    """What to say of a file that begins with `<` and is none that is taken."""
    return Unreadable("html_page" if any(mark in text.lower() for mark in _HTML) else "not_recognised")
