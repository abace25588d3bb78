"""Periods: months as `YYYY-MM`, by which tables are partitioned and books are closed.

Belongs here: what is one, and what is said of what is none. Does not belong here: which period a run is for (`pipelines/plan.py`), which
were built (`building/removal.py`).
"""

import re
import unicodedata

#: A real month of four and two digits, in Python's and in DuckDB's regular expressions; there is no year 0.
PATTERN = r"(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})-(0[1-9]|1[0-2])"
_NEARLY = re.compile(r"\D*([0-9]{4})\D*([0-9]{1,2})\D*")


class PeriodError(ValueError):
    """What was given as a period is none. The message says what one looks like, and which may have been meant."""


def is_period(text: str) -> bool:
    """Whether a text is a period as it must be written: `2026-5` sorts behind `2026-12`, and is none."""
    return re.fullmatch(PATTERN, text) is not None


def checked(text: str) -> str:
    """The text, which is a period.

    Raises:
        PeriodError: it is none.
    """
    if not is_period(text):
        raise PeriodError(told(text))
    return text


def following(period: str) -> str:
    """The month after a period."""
    year, month = divmod(int(period[:4]) * 12 + int(period[5:]), 12)
    return f"{year:04}-{month + 1:02}"


def told(text: str) -> str:
    """What a person is told of a text that is no period."""
    parts = _NEARLY.fullmatch(unicodedata.normalize("NFKC", text))
    meant = f"{parts[1]}-{int(parts[2]):02}" if parts else ""
    guess = f"; did you mean 您是否要找: {meant}?" if is_period(meant) else ""
    return f"{text!r}: 不是期间，应为四位年份和两位月份 / is no period; YYYY-MM is wanted, such as 2026-05{guess}"
