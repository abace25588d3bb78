"""Numbers of workbooks as people see them: dates, times, durations and amounts in the unit that the cell's format writes.

Belongs here: what a number format says, for XLSX and XLS alike. Does not belong here: the files (`xlsx_file.py`, `xls_file.py`).
"""

import datetime
import math
import re
from decimal import Decimal
from typing import NamedTuple

from readers.headings import heading_key
from readers.money import MoneyUnits
from readers.tables.cells import Fault
from readers.values import DAY_0_OF_1900, DAY_0_OF_1904

#: Formats that a workbook names by number alone; 27 to 36 and 50 to 58 are those of East Asia.
BUILT_IN = {
    **dict.fromkeys((14, 15, 16, 17, *range(27, 32), 36, *range(50, 55), 57, 58), "yyyy-mm-dd"),
    22: "yyyy-mm-dd hh:mm",
    **dict.fromkeys((18, 19, 20, 21, *range(32, 36), 45, 47, 55, 56), "h:mm:ss"),
    46: "[h]:mm:ss",
    **dict.fromkeys((9, 10), "0%"),
}

_PART = re.compile(
    r'"([^"]*)"?|[\\!](.)|[_*].|\[([^\]]*)\]|(am/pm|a/p|上午/下午|general|e[+-])|([;])|(.)', re.IGNORECASE | re.DOTALL
)
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_SECONDS_A_DAY = 86_400
#: Excel has a 29 February 1900, which there was not: days before it count from a day later.
_FIRST_SURE_DAY = 61
#: The first number of a day that is after the year 9999.
_DAYS = {DAY_0_OF_1900: 2_958_466, DAY_0_OF_1904: 2_957_004}
#: Numbers have 15 digits; an integer beyond has lost the others.
_LOST_FROM = 10**15


class Shown(NamedTuple):
    """What a format makes of a number. kind: number, date, time or duration.

    divisor: the number is shown divided by so much. unit: of money, that is shown after it. is_percent: as a percentage.
    """

    kind: str = "number"
    divisor: int = 1
    unit: str = ""
    is_percent: bool = False


class Style(NamedTuple):
    """The style of a cell, as far as it says what the cell means. is_struck: its text is struck out."""

    shown: Shown = Shown()
    is_struck: bool = False


def shown_by(code: str, money: MoneyUnits) -> Shown:
    """What a number format shows, by its first section: that of positive numbers."""
    letters, literal, digits_after_dot, commas = "", "", 0, 0
    has_dot, has_digits, is_percent = False, False, False
    for match in _PART.finditer(code):
        quoted, escaped, bracketed, word, end, character = match.groups()
        if end:
            break
        if bracketed is not None:
            if _ELAPSED.fullmatch(bracketed):
                return Shown("duration")
        elif (text := quoted if quoted is not None else escaped) is not None:
            # 0!.0000 shows 125000 as 12.5000: a point that is no decimal point.
            has_dot |= has_digits and text == "."
            literal += "" if text == "." else text
        elif word is not None:
            letters += "h" if "/" in word else ""
        elif character is None:  # a blank as wide as a character, or one that fills the cell
            continue
        elif character in "0#?":
            has_digits, commas = True, 0
            digits_after_dot += has_dot
        elif character == ",":
            commas += has_digits
        elif character == "%":
            is_percent = True
        elif character.isascii():
            letters += character.lower()
        else:
            literal += character
    if found := _moment(letters, has_digits=has_digits):
        return Shown(found)
    unit = heading_key(literal)
    return Shown("number", 10**digits_after_dot * 1000**commas, unit if unit in money.factors else "", is_percent)


def _moment(letters: str, *, has_digits: bool) -> str | None:
    has = set(letters) & set("ymdhse")
    if "e" in has and has_digits:
        has.discard("e")
    if has & set("yde") or ("m" in has and not has & set("hs")):
        return "date"
    return "time" if has & set("hs") else None


def written(value: float, shown: Shown, day_0: datetime.date) -> tuple[str, Fault | None]:
    """The text of a number under a format, and what is wrong with it."""
    match shown.kind:
        case "duration":
            return _duration(value), None
        case "time" if 0 <= value < 1:
            return _time(value), None
        case "date" | "time":
            moment = _date(value, day_0)
            if moment is None:
                return number_text(value), Fault("not_a_day", number_text(value))
            return moment, Fault("date_in_cell", moment)
    text = number_text(value)
    if shown.unit:
        return format(Decimal(text) / shown.divisor, "f") + shown.unit, None
    if shown.is_percent or shown.divisor != 1:
        return text, Fault("number_format", text)
    return text, Fault("lost_digits", text) if abs(value) >= _LOST_FROM else None


def number_text(value: float) -> str:
    """A number as a spreadsheet shows it: 15 digits, whole ones without a point, no exponent."""
    if not math.isfinite(value):
        return ""
    if value.is_integer() and abs(value) < _LOST_FROM:
        return str(int(value))
    return format(Decimal(format(value, ".15g")), "f")


def _date(value: float, day_0: datetime.date) -> str | None:
    if not 0 <= value < _DAYS[day_0]:
        return None
    if value < 1 and day_0 == DAY_0_OF_1900:
        return _time(value)
    start = datetime.datetime.combine(day_0, datetime.time())
    if day_0 == DAY_0_OF_1900 and value < _FIRST_SURE_DAY - 1:
        start += datetime.timedelta(days=1)
    return (start + datetime.timedelta(seconds=_seconds(value))).isoformat(sep=" ")


def _time(value: float) -> str:
    seconds = _seconds(value) % _SECONDS_A_DAY
    hour, minute, second = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{hour:02d}:{minute:02d}" + (f":{second:02d}" if second else "")


def _duration(value: float) -> str:
    seconds = abs(_seconds(value))
    second = f":{seconds % 60:02d}" if seconds % 60 else ""
    return f"{'-' if value < 0 and seconds else ''}{seconds // 3600}:{seconds // 60 % 60:02d}{second}"


def _seconds(value: float) -> int:
    # Half a second up: a time of a whole second is a binary fraction of a day, just above or below.
    return math.floor(value * _SECONDS_A_DAY + 0.5)
