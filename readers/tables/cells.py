"""The text of a cell, as it is meant: without what nobody sees, and without what spreadsheets wrap codes in.

Belongs here: what may be taken off a text without a question, and what a text shows to have been lost. Does not belong here: notation of
dates and numbers (`readers/values.py`).
"""

import re
from typing import NamedTuple
from unicodedata import normalize

# Zero-width characters, marks of direction, soft hyphens and byte order marks; then radicals that look like characters (of PDF files).
_ODD = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u2e80-\u2fdf]")
_RADICAL_0 = "\u2e80"
#: Radicals that Unicode gives no character for, though they look like one.
_RADICALS = dict(
    zip(
        "⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⻳⺠",
        "虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟麦黄齐齿龙龟民",
        strict=True,
    )
)
_QUOTED_CODE = re.compile(r"'[0-9][0-9A-Za-z./\-]*")
#: How a spreadsheet shows a long number: of 18 digits six are left.
_EXPONENT = re.compile(r"-?\d(?:\.\d+)?E\+\d{2,3}", re.ASCII)
#: How a spreadsheet shows a date that it made of `3-12`, where the year is not told.
_DAY_WITHOUT_YEAR = re.compile(
    r"\d{1,2}月\d{1,2}日|\d{1,2}-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d{2}"
)


class Fault(NamedTuple):
    """What is wrong with a cell: a rule of policy/rejection_rule.csv, and what stands there."""

    rule: str
    value: str = ""


def plain(text: str) -> str:
    """A trimmed text as it is meant: `="0012"` and `'0012` are 0012, what has no width is left out, radicals are characters."""
    if not text.isascii() and _ODD.search(text):
        text = _ODD.sub(_seen, text).strip()
    if text[:2] == '="' and text[-1:] == '"':
        return text[2:-1].replace('""', '"').strip()
    if text[:1] == "'" and _QUOTED_CODE.fullmatch(text):
        return text[1:]
    return text


def _seen(match: re.Match[str]) -> str:
    character = match[0]
    return (
        _RADICALS.get(character, normalize("NFKC", character))
        if character >= _RADICAL_0 and character != "\ufeff"
        else ""
    )


def has_unseen(text: str) -> bool:
    """Whether a text has characters that `plain` leaves out or replaces."""
    return not text.isascii() and _ODD.search(text) is not None


def lost(text: str, *, is_code: bool) -> Fault | None:
    """What a text shows to have been lost on its way through a spreadsheet. is_code: it identifies a record."""
    if "E+" in text and _EXPONENT.fullmatch(text):
        return Fault("lost_digits", text)
    if is_code and _DAY_WITHOUT_YEAR.fullmatch(text):
        return Fault("date_for_code", text)
    return None
