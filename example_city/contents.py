"""The content of some of the example city's resources: tables of organisations, places and measures, none of persons.

Belongs here: which resources are delivered with their content, and its cells. Does not belong here: how a file is written.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from example_city.agencies import credit_code
from example_city.catalogues import Resource, resources
from example_city.chance import choose, draw
from example_city.model import Delivery, File, Layout, Record

FIRST_DAY, SECOND_DAY = date(2026, 4, 10), date(2026, 6, 25)

#: Endings of the titles of tables that speak of nobody.
_IMPERSONAL = ("基本信息", "统计数据", "监测数据", "检查结果")
#: Names of items whose values would be those of persons, or look like it.
_PERSONAL = ("telephone", "legal_representative", "bank_account")
_TABLES = 24
_LAYOUTS = (
    Layout(form="csv"),
    Layout(form="csv", encoding="gb18030"),
    Layout(),
    Layout(form="csv", title="表（示例，虚构）"),
)

Line = tuple[str, ...]


@dataclass(frozen=True)
class _Table:
    """A table: its headings, lines and what is wrong with it."""

    headings: Line
    lines: tuple[Line, ...]
    remarks: frozenset[str] = frozenset()


def content_deliveries() -> list[Delivery]:
    """A delivery for each of the resources; the first is delivered twice, with fewer rows than half the second time."""
    chosen = _chosen()
    found = [_delivery(resource, number, SECOND_DAY) for number, resource in enumerate(chosen)]
    return [_delivery(chosen[0], 0, FIRST_DAY, rows=120), *found]


def _chosen() -> list[Resource]:
    """Resources of senders that deliver for themselves, one or two of each."""
    own = [
        r
        for r in resources()
        if r.title.endswith(_IMPERSONAL) and r.holder.layout in ("merged", "repeated", "csv", "gb18030")
    ]
    taken: dict[str, int] = {}
    found = []
    for resource in own:
        if taken.setdefault(resource.holder.short, 0) < 2 and len(found) < _TABLES:
            taken[resource.holder.short] += 1
            found.append(resource)
    return found


def _delivery(resource: Resource, number: int, day: date, rows: int = 0) -> Delivery:
    table = _table(resource, number, rows or 30 + draw(60, "rows", resource.code) // (1 + 2 * (number == 0)))
    layout = _LAYOUTS[number % len(_LAYOUTS)]
    name = f"{resource.title}.{'csv' if layout.form == 'csv' else 'xlsx'}"
    is_headed = "no_headings" not in table.remarks
    lines = ((table.headings,) if is_headed else ()) + table.lines
    file = File(
        name,
        tuple(_records(resource.title, table, is_headed)),
        layout,
        remarks=table.remarks,
        content=lines,
    )
    sender = f"{resource.holder.short}-{resource.code.replace('/', '-')}"
    return Delivery(
        sender, resource.holder.code, "content", day, (file,), source=resource.code, resource_code=resource.code
    )


def _table(resource: Resource, number: int, rows: int) -> _Table:
    items = [item for item in resource.record.fields if item["english_name"] not in _PERSONAL]
    if number % 6 == 5:
        items = items[:-1]  # a declared item that is not delivered
    headings = tuple(item["name"] for item in items)
    lines = [tuple(_cell(item, resource.code, row) for item in items) for row in range(rows)]
    remarks: set[str] = set()
    if number % 4 == 1:
        lines.append(lines[0])
    if number % 8 == 4:
        lines[5] = lines[5][:-1]
        remarks.add("ragged_rows")
    if number == 13:
        remarks.add("no_headings")
    return _Table(headings, tuple(lines), frozenset(remarks))


def _cell(item: Mapping[str, str], code: str, row: int) -> str:
    name, kind = item["english_name"], item["data_type"]
    if item["is_key"] == "是":
        return f"{code.partition('/')[0][-4:]}-{row + 1:04d}"
    if item["is_nullable"] == "是" and draw(12, "empty", code, name, row) == 0:
        return choose(("", "无", "-"), "placeholder", code, name, row)
    if name.endswith("uscc"):
        whole = credit_code("91", "990101", 7000 + draw(900, "unit", code, row))
        # One in forty was typed badly.
        return whole if draw(40, "typed", code, row) else whole[:-1] + ("0" if whole[-1] != "0" else "1")
    if name in ("longitude", "latitude"):
        base = 120 if name == "longitude" else 30
        return f"{base}.{100000 + draw(400000, name, code, row)}"
    if name in ("address", "domicile"):
        return f"示例市甲区示例路{1 + draw(300, 'street', code, row)}号{1 + draw(9, 'house', code, row)}幢"
    if kind.startswith(("日期型", "日期时间型")):
        day = date(2025, 1, 1) + timedelta(draw(480, name, code, row))
        return day.isoformat() if draw(60, "slash", code, name, row) else day.strftime("%Y/%m/%d")
    if kind.startswith(("数值型", "货币型", "双精度型", "浮点型")):
        return f"{draw(100000, name, code, row) / 100:.2f}"
    if kind.startswith("整型"):
        return str(2020 + draw(6, name, code, row) if name.endswith("year") else draw(500, name, code, row))
    if kind.startswith("逻辑型"):
        return choose(("是", "否"), name, code, row)
    return f"{item['name']}{choose('甲乙丙丁戊', name, code, row)}"


def _records(title: str, table: _Table, is_headed: bool) -> list[Record]:
    """The table as a record, and each of its columns as one."""
    headings = table.headings if is_headed else tuple(f"column_{n}" for n in range(1, len(table.headings) + 1))
    width = len(headings)
    lines = [(*line, *("",) * (width - len(line))) for line in table.lines]
    found = [Record({"table_name": title, "heading": "", "digest": _digest([repr(line) for line in lines])})]
    for position, heading in enumerate(headings):
        values = [line[position] for line in lines]
        found.append(Record({"table_name": title, "heading": heading, "digest": _digest([*values, str(position)])}))
    return found


def _digest(values: Sequence[str]) -> str:
    return hashlib.sha256(repr((len(values), sorted(values))).encode()).hexdigest()
