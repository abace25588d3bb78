"""Dates, months, amounts, factors and integers as people write them, in one plain form.

Text that is none of them gives None. What is settled here is settled: no model parses it again, since DuckDB's own casts are
laxer than a ledger may be (`26-01-31` is the year 26, `infinity` a date, `1_234` a number). Belongs here: notation, and what a
column of a type can hold. Does not belong here: whether a value is plausible, which the models decide. Nothing goes through a
float: an amount keeps the very digits that were delivered, but for what the floats of other programs left behind
(114.99999999999999).
"""

import datetime
import re
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache

from readers.money import MoneyUnits, times

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
# A spreadsheet's day number, where a date column holds it: the days of 1954-10-03 to 2119-01-10 alone (four years later in a
# workbook that counts from 1904), which no other way of writing a date looks like.
_SERIAL = re.compile(r"([2-7]\d{4})(?:\.\d+)?", re.ASCII)
DAY_0_OF_1900 = datetime.date(1899, 12, 30)
DAY_0_OF_1904 = datetime.date(1904, 1, 1)
# A moment: time and zone of a date.
_MOMENT = re.compile(r"(?:T|\s)\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(?:(Z)|([+-])(\d{2}):?(\d{2}))$", re.ASCII)
# A point needs two digits after it: a spreadsheet shortens 2024.10 to 2024.1, which must not become January.
_MONTH = re.compile(r"(\d{4})[-/](\d{1,2})|(\d{4})\.(\d{2})|(\d{4})\s*年\s*(\d{1,2})\s*月份?|(\d{4})(\d{2})", re.ASCII)
_DIGITS = r"(\d{1,3}(?:,\d{3})+|\d+)"
_AMOUNT = re.compile(rf"(?:{_DIGITS}(?:\.(\d*))?|\.(\d+))", re.ASCII)
_FRACTION = re.compile(r"\d+\.\d{3,}", re.ASCII)
_INTEGER = re.compile(rf"{_DIGITS}(?:\.0*)?", re.ASCII)
# Not NFKC, which would make 100² of a cell into 1002.
_WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0xFFE5: "¥", 0x2212: "-"}
_CURRENCY = re.compile(r"^(?:¥|CNY|RMB|人民币)\s*|\s*元整?$")
# Of the digits that a double is written with it holds these for sure; so many fewer make what was cut off noise.
_SURE_DIGITS, _WRITTEN_DIGITS = 15, 17
_LEAST_NOISE = 4
_ENDS_OF_NUMBERS = frozenset(".0123456789")
_SURE = Context(prec=_SURE_DIGITS, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True)
class Notation:
    """What the file, not the text, says of how values are written.

    zone: in which a moment that names its zone becomes a day; None: the day is taken as it is written. day_0: of serial numbers of days.
    money: units that an amount may end in.
    """

    zone: datetime.tzinfo | None = None
    day_0: datetime.date = DAY_0_OF_1900
    money: MoneyUnits = field(default_factory=lambda: MoneyUnits({}))


AS_WRITTEN = Notation()


@lru_cache(maxsize=1 << 14)  # a delivery has few distinct dates
def date(text: str, zone: datetime.tzinfo | None = None, day_0: datetime.date = DAY_0_OF_1900) -> str | None:
    """A date as YYYY-MM-DD; a time of day after it is dropped.

    zone: the day of a moment with a zone (`2025-12-31T16:00:00Z`) is that in this zone; None: that of its own. day_0: of serial numbers.
    """
    plain = _plain(text)
    if serial := _SERIAL.fullmatch(plain):
        return (day_0 + datetime.timedelta(days=int(serial[1]))).isoformat()
    match = _DATE.fullmatch(plain) or _ROC_DATE.fullmatch(plain)
    if match is None:
        return None
    year, month, day = (int(group) for group in match.groups() if group is not None)
    if match.re is _ROC_DATE:
        year += _ROC_YEAR_0
    if year < _FIRST_YEAR:
        return None
    try:
        found = datetime.date(year, month, day)
        moment = zone and _MOMENT.search(plain)
        return (_in_zone(found, moment, zone) if zone and moment else found).isoformat()
    except (ValueError, OverflowError):
        return None


def _in_zone(day: datetime.date, match: re.Match[str], zone: datetime.tzinfo) -> datetime.date:
    hour, minute, second, is_utc, sign, hours, minutes = match.groups()
    ahead = datetime.timedelta() if is_utc else datetime.timedelta(hours=int(hours), minutes=int(minutes))
    of_it = datetime.timezone(-ahead if sign == "-" else ahead)
    time = datetime.time(int(hour), int(minute), int(second or 0), tzinfo=of_it)
    return datetime.datetime.combine(day, time).astimezone(zone).date()


def month(text: str, zone: datetime.tzinfo | None = None, day_0: datetime.date = DAY_0_OF_1900) -> str | None:
    """A month as YYYY-MM; of a date its month, since spreadsheets hold months as dates."""
    match = _MONTH.fullmatch(_plain(text))
    if match is None:
        day = date(text, zone, day_0)
        return day and day[:7]
    year, number = (group for group in match.groups() if group is not None)
    return f"{year}-{int(number):02d}" if int(year) >= _FIRST_YEAR and 1 <= int(number) <= 12 else None


def amount(text: str, money: MoneyUnits = AS_WRITTEN.money, factor: Decimal = Decimal(1)) -> str | None:
    """An amount in yuan as a plain decimal; parentheses or a minus make it negative.

    money: units that the text may end in (`12.5万元`), which then counts for it. factor: yuan in the unit of a text that names none.
    """
    rest, negative = _unsigned(_plain(text))
    if rest[-1:] not in _ENDS_OF_NUMBERS and (own := money.of_amount(rest)):
        rest, unit = own
        in_yuan = money.factors[unit]
        if in_yuan is None:
            return None
        factor = in_yuan
    number = _decimal(rest, negative)
    return None if number is None else times(number, factor)


def _decimal(rest: str, negative: bool) -> str | None:
    rest = _CURRENCY.sub("", rest)
    if not negative:
        rest, negative = _unsigned(rest)
    match = _AMOUNT.fullmatch(rest)
    if match is None:
        return None
    whole, cents = (match[1] or "0").replace(",", ""), match[2] or match[3]
    return ("-" if negative else "") + denoised(whole + (f".{cents}" if cents else ""))


def decimal(text: str) -> str | None:
    """A factor or rate as a plain decimal; a per cent is a hundredth of its number (`8%`: 0.08)."""
    rest, negative = _unsigned(_plain(text))
    number = _decimal(rest.removesuffix("%").rstrip(), negative)
    if number is None or not rest.endswith("%"):
        return number
    return format(Decimal(number).scaleb(-2), "f")


def denoised(number: str) -> str:
    """A plain number without what binary fractions leave behind: 115 for 114.99999999999999, 36 for 36.00000000000001.

    Only a number of 16 or 17 digits, as programs write doubles, and of more decimals than money has, whose last digits are all 0 or 9.
    """
    if len(number) <= _SURE_DIGITS:
        return number
    whole, _, cents = number.partition(".")
    digits = len((whole + cents).lstrip("0"))
    if len(cents) <= 2 or not _SURE_DIGITS < digits <= _WRITTEN_DIGITS:
        return number
    plain = format(_SURE.create_decimal(number), "f")
    shorter = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return shorter if digits - len(shorter.replace(".", "").lstrip("0")) >= _LEAST_NOISE else number


def integer(text: str) -> str | None:
    """An integer as plain digits, one form for each: zeros before it are dropped, as are decimals that are all zero."""
    rest, negative = _unsigned(_plain(text))
    if len(rest) > _SURE_DIGITS and _FRACTION.fullmatch(rest):
        rest = denoised(rest)
    match = _INTEGER.fullmatch(rest)
    if not match:
        return None
    digits = match[1].replace(",", "").lstrip("0") or "0"
    return f"-{digits}" if negative and digits != "0" else digits


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

#: What a typed column holds: DECIMAL(20,2) and DECIMAL(12,6) without rounding, INTEGER.
_HELD = {
    "amount": re.compile(r"-?\d{1,16}(\.\d{1,2})?", re.ASCII),
    "decimal": re.compile(r"-?\d{1,6}(\.\d{1,6})?", re.ASCII),
    "integer": re.compile(r"-?\d{1,9}", re.ASCII),
}


def settled(value_type: str, text: str, notation: Notation = AS_WRITTEN, factor: Decimal = Decimal(1)) -> str | None:
    """Text as a value of a type of policy/delivery_column.csv, in the one plain form that a cast takes as it stands.

    A date is YYYY-MM-DD, a month YYYY-MM, an amount a decimal of at most sixteen digits and two decimals, a factor one of
    at most six and six, an integer of at most nine digits; of the plain types it is the trimmed text. None for what is no such value.

    Args:
        factor: yuan in the unit of the column, where it is one of amounts.
    """
    match value_type:
        case "date":
            plain = date(text, notation.zone, notation.day_0)
        case "month":
            plain = month(text, notation.zone, notation.day_0)
        case "amount":
            plain = amount(text, notation.money, factor)
        case "decimal":
            plain = decimal(text)
        case "integer":
            plain = integer(text)
        case _:
            return text.strip()
    held = _HELD.get(value_type)
    return plain if plain is None or held is None or held.fullmatch(plain) else None
