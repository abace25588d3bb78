"""The manifest of a file or folder that came without one, by written rules, from its names alone.

- deliverer: the name of the inbox folder that it lies in, which must be the code of someone known;
- kind: the one whose name (`costs`, 成本: the sheet names of the templates) stands in the file names; `catalog` where none does;
- date: the one that stands in the name (20260630, 2026-06-30, 2026年6月30日), not after the day of receipt; that day where none does;
- source `default`, mode `full`, and the next sequence of the day.

Belongs here: these rules. Does not belong here: when something is complete, where it goes (`inbox.py`).
"""

import re
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

from readers.kinds import KINDS
from warehouse.intake.deliveries import OPERATOR, DeliveryError, Manifest

_DATES = re.compile(r"(?<!\d)(\d{4})(?:(\d{2})(\d{2})|[-_.年](\d{1,2})[-_.月](\d{1,2})日?)(?!\d)")


def manifest_of(
    name: str, files: Sequence[tuple[str, Path]], deliverer: str, known: Collection[str], today: date
) -> Manifest:
    """The manifest of what came as `name` with these files.

    Args:
        known: codes of those who may deliver so.
        today: the day of receipt.

    Raises:
        DeliveryError: it names all that is missing or unclear.
    """
    problems = []
    if not deliverer:
        problems.append(
            "no deliverer: put it into inbox/CODE/ 缺少交付单位：请放入以交付单位代码命名的文件夹 inbox/代码/"
        )
    elif deliverer not in known or deliverer == OPERATOR:
        problems.append(
            f"deliverer {deliverer!r} is not known here: name the folder by the code of an organisation or of an earlier deliverer, "
            f"or add a manifest.toml 交付单位未知：文件夹名须为已有单位或曾交付单位的代码，或附上 manifest.toml"
        )
    if not files:
        problems.append("no file in it 没有文件")
    names = [name, *(file for file, _ in files)]
    kinds = sorted(
        kind.code
        for kind in KINDS.values()
        if any(word in text.casefold() for text in names for word in (kind.code, kind.name_zh))
    )
    if len(kinds) > 1:
        problems.append(
            f"several kinds in its names: {', '.join(kinds)}; leave one, or add a manifest.toml 名称含多个类别，请只留一个或附清单"
        )
    dates = sorted({day for text in names for day in _dates(text)})
    if len(dates) > 1:
        problems.append(
            f"several dates in its names: {', '.join(map(str, dates))}; leave one, or add a manifest.toml 名称含多个日期，请留一个或附清单"
        )
    elif dates and dates[0] > today:
        problems.append(f"the date {dates[0]} in its name is still to come 名称中的日期晚于接收日期")
    if problems:
        raise DeliveryError(f"{name}: " + "; ".join(problems))
    kind, day = (kinds or ["catalog"])[0], (dates or [today])[0]
    return Manifest(deliverer, kind, day, None, "default", "full", None, tuple(files))


def _dates(text: str) -> list[date]:
    found = []
    for match in _DATES.finditer(text):
        year, *rest = (int(group) for group in match.groups() if group)
        try:
            found.append(date(year, *rest))
        except ValueError:
            continue  # a number that is no date
    return [day for day in found if day.year >= 1990]
