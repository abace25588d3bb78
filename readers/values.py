"""Dates, months, amounts and integers as people write them, in one plain form.

Text that is none of them gives None. What is settled here is settled: no model parses it again, since DuckDB's own casts are
laxer than a ledger may be (`26-01-31` is the year 26, `infinity` a date, `1_234` a number). Belongs here: notation, and what a
column of a type can hold. Does not belong here: whether a value is plausible, which the models decide. Nothing goes through
a float: an amount keeps the very digits that were delivered.
"""

import datetime
import re
from collections.abc import Callable, Mapping
from functools import lru_cache

_TIME = (
    r"(?:[T\s]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})?"
    r"|\s*\d{1,2}\s*[时時点]\s*(?:\d{1,2}\s*分\s*(?:\d{1,2}\s*秒)?)?)?"
)
_DATE = re.compile(
    rf"(?:(\d{{4}})-(\d{{1,2}})-(\d{{1,2}})|(\d{{4}})/(\d{{1,2}})/(\d{{1,2}})|(\d{{4}})\.(\d{{1,2}})\.(\d{{1,2}})"
    rf"|(\d{{4}})\s*年\s*(\d{{1,2}})\s*月\s*(\d{{1,2}})\s*[日号號]|(\d{{4}})(\d{{2}})(\d{{2}})){_TIME}",
    re.ASCII,
)
# Years of the Republic are taken where 民国 says so: of a bare 107/3/20 nobody knows.
_ROC_DATE = re.compile(
    rf"(?:中[华華])?民[国國]\s*(\d{{1,3}})\s*年\s*(\d{{1,2}})\s*月\s*(\d{{1,2}})\s*[日号號]{_TIME}", re.ASCII
)
_ROC_YEAR_0 = 1911
#: Years before it are written by programs alone: 0001-01-01 for none, 0026 for 26.
_FIRST_YEAR = 1000
# A spreadsheet's day number, where a date column holds it: the days of 1954-10-03 to 2119-01-10 alone, which no
# other way of writing a date looks like. Counted from 1899-12-30; workbooks that count from 1904 are not told.
_SERIAL = re.compile(r"([2-7]\d{4})(?:\.\d+)?", re.ASCII)
_SERIAL_DAY_0 = datetime.date(1899, 12, 30)
# A point needs two digits after it: a spreadsheet shortens 2024.10 to 2024.1, which must not become January.
_MONTH = re.compile(r"(\d{4})[-/](\d{1,2})|(\d{4})\.(\d{2})|(\d{4})\s*年\s*(\d{1,2})\s*月份?|(\d{4})(\d{2})", re.ASCII)
_DIGITS = r"(\d{1,3}(?:,\d{3})+|\d+)"
_AMOUNT = re.compile(rf"(?:{_DIGITS}(?:\.(\d*))?|\.(\d+))", re.ASCII)
_INTEGER = re.compile(rf"{_DIGITS}(?:\.0*)?", re.ASCII)
# Not NFKC, which would make 100² of a cell into 1002.
_WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0xFFE5: "¥", 0x2212: "-"}
_CURRENCY = re.compile(r"^(?:¥|CNY|RMB|人民币)\s*|\s*元整?$")


@lru_cache(maxsize=1 << 14)  # a delivery has few distinct dates
def date(text: str) -> str | None:
    """A date as YYYY-MM-DD; a time of day after it is dropped, in whatever zone it is."""
    plain = _plain(text)
    if serial := _SERIAL.fullmatch(plain):
        return (_SERIAL_DAY_0 + datetime.timedelta(days=int(serial[1]))).isoformat()
    match = _DATE.fullmatch(plain) or _ROC_DATE.fullmatch(plain)
    if match is None:
        return None
    year, month, day = (int(group) for group in match.groups() if group is not None)
    if match.re is _ROC_DATE:
        year += _ROC_YEAR_0
    if year < _FIRST_YEAR:
        return None
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return None


def month(text: str) -> str | None:
    """A month as YYYY-MM; of a date its month, since spreadsheets hold months as dates."""
    match = _MONTH.fullmatch(_plain(text))
    if match is None:
        day = date(text)
        return day and day[:7]
    year, number = (group for group in match.groups() if group is not None)
    return f"{year}-{int(number):02d}" if int(year) >= _FIRST_YEAR and 1 <= int(number) <= 12 else None


def amount(text: str) -> str | None:
    """An amount in yuan as a plain decimal; parentheses or a minus make it negative. 万元 is not taken."""
    rest, negative = _unsigned(_plain(text))
    rest = _CURRENCY.sub("", rest)
    if not negative:
        rest, negative = _unsigned(rest)
    match = _AMOUNT.fullmatch(rest)
    if match is None:
        return None
    whole, cents = match[1] or "0", match[2] or match[3]
    return ("-" if negative else "") + whole.replace(",", "") + (f".{cents}" if cents else "")


def integer(text: str) -> str | None:
    """An integer as plain digits; decimals that are all zero are dropped."""
    rest, negative = _unsigned(_plain(text))
    match = _INTEGER.fullmatch(rest)
    return ("-" if negative else "") + match[1].replace(",", "") if match else None


def _unsigned(text: str) -> tuple[str, bool]:
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1].strip(), True
    if text.startswith("-"):
        return text[1:].strip(), True
    return text.removeprefix("+").strip(), False


def _plain(text: str) -> str:
    """Full-width digits, signs and spaces as their common forms."""
    return (text if text.isascii() else text.translate(_WIDE)).strip()


#: Value types whose text is only trimmed.
PLAIN_TYPES = frozenset({"text", "code"})

_READERS: Mapping[str, Callable[[str], str | None]] = {
    "date": date,
    "month": month,
    "amount": amount,
    "integer": integer,
}
#: What a typed column holds: DECIMAL(20,2) without rounding, INTEGER.
_HELD = {
    "amount": re.compile(r"-?\d{1,16}(\.\d{1,2})?", re.ASCII),
    "integer": re.compile(r"-?\d{1,9}", re.ASCII),
}


def settled(value_type: str, text: str) -> str | None:
    """Text as a value of a type of policy/delivery_column.csv, in the one plain form that a cast takes as it stands.

    A date is YYYY-MM-DD, a month YYYY-MM, an amount a decimal of at most sixteen digits and two decimals, an integer of
    at most nine digits; of the plain types it is the trimmed text. None for what is no such value.
    """
    reader = _READERS.get(value_type)
    if reader is None:
        return text.strip()
    plain = reader(text)
    held = _HELD.get(value_type)
    return plain if plain is None or held is None or held.fullmatch(plain) else None
