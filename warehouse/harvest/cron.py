"""Whether a text is a cron expression that Dagster's scheduler takes and some day meets.

Only the plain form is taken: five fields in numbers, `*`, lists, ranges and steps. Does not belong here: when it is due, which
Dagster works out.
"""

import re

_FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_PART = re.compile(r"(?:\*|([0-9]{1,2})(?:-([0-9]{1,2}))?)(?:/([0-9]{1,2}))?")
_DAYS_OF_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_cron(text: str) -> bool:
    """Whether the text is such an expression; days such as 31 February alone make it none."""
    fields = text.split()
    if len(fields) != len(_FIELDS):
        return False
    values = [_values(field, *bounds) for field, bounds in zip(fields, _FIELDS, strict=True)]
    if not all(values):
        return False
    _, _, days, months, _ = values
    return fields[4] != "*" or any(day <= _DAYS_OF_MONTH[month - 1] for day in days for month in months)


def _values(field: str, low: int, high: int) -> set[int]:
    """What a field stands for; nothing if it is wrong."""
    found: set[int] = set()
    for part in field.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            return set()
        first, last, step = (int(group) if group else None for group in match.groups())
        if step == 0 or (step is not None and first is not None and last is None):
            return set()
        start = low if first is None else first
        end = high if first is None else (last if last is not None else start)
        if not low <= start <= end <= high:
            return set()
        found |= set(range(start, end + 1, step or 1))
    return found
