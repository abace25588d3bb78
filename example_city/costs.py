"""What the example city's data cost: lines of vouchers, common costs, and how they are delivered.

Belongs here: costs. Does not belong here: which resources have costs at all (`recognition.py`), balances
(`ledger.py`). Money is integer cents inside and text with two decimals in a record.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from example_city.agencies import UNITS, Unit, finance_sender
from example_city.catalogues import resources
from example_city.chance import choose, draw
from example_city.defects import REPEATED_HEADINGS, WITH_TOTAL, heading_line, total_line
from example_city.model import Delivery, Layout, Record
from example_city.recognition import Plan, own_code, plans, table_file

LAST_DAY = date(2026, 6, 30)
_COST_DAYS = date(2026, 4, 10), date(2026, 7, 6)
_EARLY_END = date(2026, 3, 31)
#: Senders with two deliveries of costs, and the mode of the second.
COSTS_TWICE = {"transport": "full", "health": "incremental", "education": "incremental"}

_KINDS = {
    "开发": ("采集加工", "清洗标注", "系统开发", "数据建模", "权属鉴证", "质量评估"),
    "研究": ("需求调研", "方案论证"),
    "运维": ("平台运维", "存储租用", "安全管理"),
}
_LIVES = (36, 60, 84, 120, 120, None)
_VOUCHER_LINES = 4
_LAYOUTS = (
    Layout(amount="number"),
    Layout(form="csv"),
    Layout(form="csv", encoding="gb18030", headings="label_zh"),
)


@dataclass(frozen=True)
class CostLine:
    """A line of cost; `resource_code` is empty for common costs, `cents` are CNY cents, `available` is None in development."""

    holder: Unit
    resource_code: str
    phase: str
    cost_kind: str
    cents: int
    posted: date
    available: date | None = None
    life: int | None = None
    driver: str = ""
    voucher: str = ""
    line_no: int = 0


def yuan(cents: int) -> str:
    """Cents as text in CNY with two decimals."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _month_end(day: date) -> date:
    following = (day.replace(day=1) + timedelta(32)).replace(day=1)
    return min(following - timedelta(1), LAST_DAY)


def _lines(plan: Plan) -> Iterable[CostLine]:
    code, holder = plan.resource.code, plan.resource.holder
    cost = plan.statements["cost"]
    if not cost:
        return
    for number in range(1 + draw(3, "lines", code) if cost == "development" else 0):
        posted = _month_end(plan.begin + timedelta(number * 75 + draw(30, "posted", code, number)))
        # Some are still in development.
        waits = draw(24, "available", code, number)
        yield CostLine(
            holder,
            code,
            "开发",
            choose(_KINDS["开发"], "cost kind", code, number),
            600_000 + draw(48_000_000, "amount", code, number),
            posted,
            posted + timedelta(draw(40, "days", code, number) if waits % 3 else 0) if waits else None,
            choose(_LIVES, "life", code, number),
        )
    for phase, odds in (("研究", 1 if cost == "research" else 4), ("运维", 3)):
        if draw(odds, phase, code) == 0:
            kind = choose(_KINDS[phase], phase, "kind", code)
            posted = _month_end(plan.begin + timedelta(draw(300, phase, "posted", code)))
            yield CostLine(holder, code, phase, kind, 100_000 + draw(6_000_000, phase, "amount", code), posted)


def _common_lines(unit: Unit) -> Iterable[CostLine]:
    for number in range(1 + unit.number % 2):
        posted = _month_end(date(2025, 1 + draw(12, "common", unit.short, number), 15))
        cents = 2_000_000 + draw(30_000_000, "common amount", unit.short, number)
        driver = choose(("信息项数", "调用次数", "数据量"), "driver", unit.short, number)
        phase = choose(("开发", "运维"), "common phase", unit.short, number)
        yield CostLine(unit, "", phase, "平台建设", cents, posted, driver=driver)
    if unit.short in ("ecology", "yi-market"):
        # A resource that no catalogue knows.
        yield CostLine(unit, f"299999{unit.number:03d}/1", "开发", "采集加工", 8_800_050, date(2025, 8, 31))


def _numbered(lines: Sequence[CostLine]) -> list[CostLine]:
    """The lines of one holder with voucher and line numbers: a few lines of a month share a voucher."""
    found: list[CostLine] = []
    for number, line in enumerate(sorted(lines, key=lambda c: (c.posted, c.resource_code, c.phase, c.cents))):
        last = found[-1] if found else None
        same = last is not None and last.posted == line.posted and last.line_no < _VOUCHER_LINES
        voucher = last.voucher if last and same else f"记-{line.posted:%y%m}-{number + 1:03d}"
        found.append(replace(line, voucher=voucher, line_no=last.line_no + 1 if last and same else 1))
    return found


@cache
def cost_lines() -> tuple[CostLine, ...]:
    """All cost lines of the city, by holder."""
    by_holder: dict[str, list[CostLine]] = {r.holder.short: [] for r in resources()}
    for plan in plans():
        by_holder[plan.resource.holder.short] += _lines(plan)
    for short, lines in by_holder.items():
        lines += _common_lines(UNITS[short])
    return tuple(line for lines in by_holder.values() for line in _numbered(lines))


def _cost_record(line: CostLine, sender: Unit) -> Record:
    return Record(
        {
            "holder_code": own_code(line.holder, sender),
            "resource_code": line.resource_code,
            "voucher_no": line.voucher,
            "line_no": str(line.line_no),
            "cost_kind": line.cost_kind,
            "phase": line.phase,
            "amount_cny": yuan(line.cents),
            "posted_date": line.posted.isoformat(),
            "available_date": line.available.isoformat() if line.available else "",
            "life_months": str(line.life) if line.life else "",
            "driver": line.driver,
        }
    )


def _corrected(lines: list[CostLine]) -> list[CostLine]:
    """The lines as they were before a correction: the first amount was 1,000.00 lower."""
    return [replace(lines[0], cents=lines[0].cents - 100_000), *lines[1:]]


def cost_deliveries() -> list[Delivery]:
    """Costs of each sender, in one delivery or two."""
    found: dict[str, list[CostLine]] = {}
    for line in cost_lines():
        found.setdefault(finance_sender(line.holder).short, []).append(line)
    deliveries = []
    for short, lines in found.items():
        batches = [(_COST_DAYS[1], "full", lines)]
        if mode := COSTS_TWICE.get(short):
            early = [line for line in lines if line.posted <= _EARLY_END]
            late = [line for line in lines if line.posted > _EARLY_END]
            if mode == "full":
                batches = [(_COST_DAYS[0], "full", _corrected(early)), (_COST_DAYS[1], "full", lines)]
            else:
                batches = [(_COST_DAYS[0], "full", early), (_COST_DAYS[1], "incremental", late)]
        deliveries += [_cost_delivery(UNITS[short], day, mode, batch) for day, mode, batch in batches]
    return deliveries


def _cost_delivery(sender: Unit, day: date, mode: str, lines: list[CostLine]) -> Delivery:
    records = [_cost_record(line, sender) for line in lines]
    file = table_file(sender, "costs", "数据资源成本明细", records, _LAYOUTS[sender.number % len(_LAYOUTS)])
    rows, remarks = list(file.records), set[str]()
    if sender.short in REPEATED_HEADINGS:
        rows.insert(REPEATED_HEADINGS[sender.short], heading_line(rows))
        remarks.add("repeated_heading_row")
    if sender.short in WITH_TOTAL:
        rows.append(total_line(rows))
        remarks.add("total_line")
    file = replace(file, records=tuple(rows), remarks=frozenset(remarks))
    return Delivery(sender.short, sender.code, "costs", day, (file,), mode=mode)
