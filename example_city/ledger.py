"""The register and the ledger of the example city: cards, disposals, and the balances that follow.

Belongs here: events and ledger deliveries, their differences, and the generator's own amortisation. Does not belong here: cost
lines (`costs.py`). The ledger mostly agrees with the cards; where it does not, `_TOO_MUCH` and its neighbours
say so.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from example_city.agencies import UNITS, Unit, finance_sender
from example_city.chance import draw, shuffled
from example_city.costs import CostLine, cost_lines, yuan
from example_city.model import Delivery, Layout, Record
from example_city.recognition import Plan, own_code, plans, table_file

_DEFAULT_LIFE = 120
_LAYOUTS = (Layout(), Layout(form="csv"), Layout(headings="name"), Layout(form="csv", encoding="gb18030"))
#: Period -> its last day, the day before it began, the day of delivery where each period is delivered by
#: itself.
_PERIODS = {
    "2026-05": (date(2026, 5, 31), date(2026, 4, 30), date(2026, 6, 5)),
    "2026-06": (date(2026, 6, 30), date(2026, 5, 31), date(2026, 7, 5)),
}
#: Senders that deliver each period of the ledger by itself.
LEDGER_TWICE = frozenset({"finance", "weather", "yi-transport"})
#: Units that book data assets in one sum.
_TOTALS_ONLY = frozenset({"gov", "emergency", "jia-urban", "bing-agri"})
#: Days of disposal, some before the year of the report and one after its period.
_DISPOSALS = (
    date(2025, 4, 18), date(2025, 9, 3), date(2025, 11, 27), date(2026, 1, 15), date(2026, 2, 10),
    date(2026, 3, 20), date(2026, 4, 8), date(2026, 5, 29), date(2026, 6, 30), date(2026, 7, 2),
)  # fmt: skip
#: Where ledger and cards differ, by holder: cents too much on the first asset; the first asset not booked
#: (有卡无账); a resource of the memo register booked; a resource booked that no catalogue knows (有账无卡);
#: everything booked a month late (跨期入账).
_TOO_MUCH = {"urban": 900_000, "labour": 1}
_LEFT_OUT = frozenset({"health"})
_MEMO_BOOKED = frozenset({"market", "yi-market"})
_UNKNOWN = frozenset({"education"})
_LATE = frozenset({"water"})


@dataclass(frozen=True)
class Asset:
    """A recognised resource with its capitalised lines, the day of recognition and that of disposal."""

    plan: Plan
    lines: tuple[CostLine, ...]
    recognised: date
    disposed: date | None = None

    def balances(self, on: date) -> tuple[int, int]:
        """Cost and accumulated amortisation in cents at a month's end, straight line by whole months."""
        if self.disposed and self.disposed <= on:
            return 0, 0
        cost = amortised = 0
        for line in self.lines:
            added = max(line.start, self.recognised)
            if added <= on:
                life = line.life or _DEFAULT_LIFE
                months = min(life, (on.year - added.year) * 12 + on.month - added.month + 1)
                cost += line.cents
                amortised += (line.cents * months + life // 2) // life
        return cost, amortised


@dataclass(frozen=True)
class Difference:
    """Where cards and ledger of a holder do not agree: cost, amortisation or net of a resource, and why."""

    holder_code: str
    resource_code: str
    amount_kind: str
    card_cny: str
    ledger_cny: str
    kind: str


@cache
def _capitalised() -> dict[str, tuple[CostLine, ...]]:
    """The capitalised cost lines of each resource."""
    found: dict[str, tuple[CostLine, ...]] = {}
    for line in cost_lines():
        if line.phase == "开发" and line.resource_code:
            found[line.resource_code] = (*found.get(line.resource_code, ()), line)
    return found


@cache
def assets() -> tuple[Asset, ...]:
    """All resources that become cards, with the disposals that fall on some of them."""
    found: dict[str, Asset] = {}
    for plan in plans():
        lines = _capitalised().get(plan.resource.code, ())
        recognised = plan.recognised_on(min((line.start for line in lines), default=None))
        if recognised:
            found[plan.resource.code] = Asset(plan, lines, recognised)
    for day in _DISPOSALS:
        ready = [
            c for c, a in found.items() if a.recognised < day - timedelta(60) and not (a.disposed or a.plan.decision)
        ]
        code = shuffled(ready, "disposal", day)[0]
        found[code] = replace(found[code], disposed=day)
    return tuple(found.values())


def event_deliveries() -> list[Delivery]:
    """Disposals, one delivery a sender."""
    found: dict[str, list[Record]] = {}
    for asset in assets():
        if asset.disposed:
            holder = asset.plan.resource.holder
            sender = finance_sender(holder)
            proceeds = yuan(draw(300_000, "proceeds", asset.plan.resource.code))
            cells = {
                "holder_code": own_code(holder, sender),
                "resource_code": asset.plan.resource.code,
                "event_kind": "处置",
                "event_date": asset.disposed.isoformat(),
                "proceeds_cny": proceeds if holder.number % 2 else "",
                "document_no": f"示财〔{asset.disposed.year}〕{asset.plan.resource.serial}号",
            }
            found.setdefault(sender.short, []).append(Record(cells))
    deliveries = []
    for short, records in found.items():
        file = table_file(UNITS[short], "events", "资产处置事项", records, Layout(form="csv"))
        deliveries.append(Delivery(short, UNITS[short].code, "events", date(2026, 7, 4), (file,)))
    return deliveries


def _booked(holder: Unit) -> list[Asset]:
    """The assets that a holder has in its ledger: its cards, save for what it does wrong."""
    found = [a for a in assets() if a.plan.resource.holder is holder]
    if holder.short in _LEFT_OUT:
        return found[1:]
    if holder.short in _MEMO_BOOKED:
        cards = {a.plan.resource.code for a in found}
        lines, plan = next(
            (lines, p)
            for p in plans()
            if p.resource.holder is holder
            and p.resource.code not in cards
            and (lines := _capitalised().get(p.resource.code))
        )
        return [*found, Asset(plan, lines, lines[0].start)]
    if holder.short in _UNKNOWN:
        resource = replace(found[0].plan.resource, code="旧系统-001")
        return [*found, replace(found[0], plan=replace(found[0].plan, resource=resource))]
    if more := _TOO_MUCH.get(holder.short):
        first, *others = found
        lines = (replace(first.lines[0], cents=first.lines[0].cents + more), *first.lines[1:])
        return [replace(first, lines=lines), *others]
    return found


def _month_ends(holder: Unit, period: str) -> tuple[date, date]:
    """The month's end of which a holder's ledger of a period tells, and the one before."""
    end, before, _ = _PERIODS[period]
    return (before, before.replace(day=1) - timedelta(1)) if holder.short in _LATE else (end, before)


def _accounts(holder: Unit, sender: Unit, period: str, resource_code: str, booked: list[Asset]) -> Iterable[Record]:
    """The lines of 1701 (a debit account) and 1702 (a credit account) of one resource, or of all together."""
    end, before = _month_ends(holder, period)
    closing = [sum(amounts) for amounts in zip((0, 0), *(a.balances(end) for a in booked), strict=True)]
    opening = [sum(amounts) for amounts in zip((0, 0), *(a.balances(before) for a in booked), strict=True)]
    if resource_code and not any(closing + opening):
        return
    for place, (code, name) in enumerate((("1701", "无形资产"), ("1702", "无形资产累计摊销"))):
        change = closing[place] - opening[place]
        up, down = max(change, 0), max(-change, 0)
        yield Record(
            {
                "holder_code": own_code(holder, sender),
                "period": period,
                "account_code": code,
                "account_name": name,
                "resource_code": resource_code,
                "opening_cny": yuan(opening[place]),
                "debit_cny": yuan(up if code == "1701" else down),
                "credit_cny": yuan(down if code == "1701" else up),
                "closing_cny": yuan(closing[place]),
            }
        )


def _ledger(holder: Unit, sender: Unit, period: str) -> Iterable[Record]:
    booked = _booked(holder)
    if holder.short in _TOTALS_ONLY or not booked:
        yield from _accounts(holder, sender, period, "", booked)
        return
    for asset in booked:
        yield from _accounts(holder, sender, period, asset.plan.resource.code, [asset])


def differences(period: str) -> list[Difference]:
    """All differences between cards and ledger at the end of a period; units that book in one sum have none."""
    deeds = (
        (_TOO_MUCH, "amount_diff"),
        (_MEMO_BOOKED, "in_memo_register_but_booked"),
        (_UNKNOWN, "gl_only"),
        (_LATE, "period_shift"),
    )
    found = []
    for holder in (unit for unit in UNITS.values() if unit.short not in _TOTALS_ONLY):
        kind = next((kind for shorts, kind in deeds if holder.short in shorts), "matched")
        end, _, _ = _PERIODS[period]
        cards = {a.plan.resource.code: a.balances(end) for a in assets() if a.plan.resource.holder is holder}
        told, _ = _month_ends(holder, period)
        ledger = {a.plan.resource.code: a.balances(told) for a in _booked(holder)}
        for code in sorted(cards.keys() | ledger.keys()):
            amounts = zip(_amounts(*cards.get(code, (0, 0))), _amounts(*ledger.get(code, (0, 0))), strict=True)
            for name, (card, booked) in zip(("cost", "amortisation", "net"), amounts, strict=True):
                if card != booked:
                    why = kind if booked else "card_only"
                    found.append(Difference(holder.code, code, name, yuan(card), yuan(booked), why))
    return found


def _amounts(cost: int, amortised: int) -> tuple[int, int, int]:
    return cost, amortised, cost - amortised


def ledger_deliveries() -> list[Delivery]:
    """The ledger of each sender for two periods: one delivery, or two, the second incremental."""
    held: dict[str, list[Unit]] = {}
    for holder in dict.fromkeys(plan.resource.holder for plan in plans()):
        held.setdefault(finance_sender(holder).short, []).append(holder)
    deliveries = []
    for short, holders in held.items():
        sender = UNITS[short]
        layout = _LAYOUTS[sender.number % len(_LAYOUTS)]
        batches = [[period] for period in _PERIODS] if short in LEDGER_TWICE else [list(_PERIODS)]
        for number, periods in enumerate(batches):
            records = [r for period in periods for holder in holders for r in _ledger(holder, sender, period)]
            file = table_file(sender, "ledger", "科目余额", records, layout)
            mode = "incremental" if number else "full"
            day = _PERIODS[periods[-1]][2]
            deliveries.append(Delivery(short, sender.code, "ledger", day, (file,), mode=mode))
    return deliveries
