"""The register and the ledger of the example city: cards, disposals, and the balances that follow.

Belongs here: events and ledger deliveries, their differences, and the generator's own amortisation, month by month. Does not belong here:
cost lines (`costs.py`). The ledger mostly agrees with the cards; where it does not, `_TOO_MUCH` and its neighbours
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
class Balance:
    """What the books have of an asset, in cents."""

    cost: int = 0
    amortised: int = 0
    development: int = 0

    @property
    def amounts(self) -> dict[str, int]:
        return {
            "cost": self.cost,
            "amortisation": self.amortised,
            "net": self.cost - self.amortised,
            "development": self.development,
        }


@dataclass(frozen=True)
class Asset:
    """A recognised resource with its capitalised lines, the day of recognition and that of disposal."""

    plan: Plan
    lines: tuple[CostLine, ...]
    recognised: date
    disposed: date | None = None

    @property
    def closed(self) -> date | None:
        """The day on which it left the register, by an event or a decision."""
        return min(filter(None, (self.disposed, self.plan.ended_on)), default=None)

    @property
    def has_life(self) -> bool:
        return any(line.life and line.available for line in self.lines)

    def is_held(self, on: date) -> bool:
        return self.recognised <= on and not (self.closed and self.closed <= on)

    def is_in_the_books(self, on: date) -> bool:
        """Whether its unit books anything of it; of a unit that books in one sum, nobody can tell."""
        return self.plan.resource.holder.short in _TOTALS_ONLY or any(self.balance(on).amounts.values())

    def balance(self, on: date) -> Balance:
        """The balance at a month's end: straight line by whole months, from the month in which it could be used."""
        if not self.is_held(on):
            return Balance()
        development = sum(n.cents for n in self.lines if n.posted <= on and not (n.available and n.available <= on))
        entering: dict[int, list[CostLine]] = {}
        for line in self.lines:
            if line.available and line.available <= on:
                entering.setdefault(_month(line.available), []).append(line)
        if not entering:
            return Balance(development=development)
        if not self.has_life:
            # Without a life it has no value, and the unit books nothing.
            return Balance()
        cost = amortised = taken = base = elapsed = 0
        left = self._first_life(min(entering))
        for month in range(min(entering), _month(on) + 1):
            if lines := entering.get(month):
                stated = [line for line in lines if line.life]
                left = max(0, left - elapsed)
                if stated:
                    left = max(stated, key=lambda n: (f"{n.posted:%Y-%m}", n.voucher, n.line_no)).life or 0
                cost += sum(line.cents for line in lines)
                taken, base, elapsed = amortised, cost - amortised, 0
                left = left or 1
            elapsed += 1
            amortised = taken + (base * min(left, elapsed) + left // 2) // left
        return Balance(cost, amortised, development)

    def _first_life(self, first: int) -> int:
        """Months from the first one on: what the first line that has a life leads up to and says."""
        months = {_month(n.available): n for n in self.lines if n.life and n.available}
        month = min(months)
        return month - first + (months[month].life or 0)


def _month(day: date) -> int:
    return day.year * 12 + day.month


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
        recognised = plan.recognised_on(min((line.posted for line in lines), default=None))
        if recognised:
            found[plan.resource.code] = Asset(plan, lines, recognised)
    for day in _DISPOSALS:
        ready = [
            c for c, a in found.items() if a.recognised < day - timedelta(60) and not (a.disposed or a.plan.decision)
        ]
        code = shuffled(ready, "disposal", day)[0]
        found[code] = replace(found[code], disposed=day)
    return tuple(found.values())


def standings_of_all() -> Iterable[str]:
    """Where each resource stands: card, memo, unassessed or outside."""
    for plan in plans():
        lines = _capitalised().get(plan.resource.code, ())
        yield plan.standing(min((line.posted for line in lines), default=None))


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
        return sorted(found, key=lambda asset: not asset.balance(_PERIODS["2026-05"][1]).cost)[1:]
    if holder.short in _MEMO_BOOKED:
        costed = _capitalised()
        plan = next(
            p
            for p in plans()
            if p.resource.holder is holder and p.resource.code not in costed and p.standing(None) == "memo"
        )
        day = date(2025, 6, 30)
        line = CostLine(holder, plan.resource.code, "开发", "采集加工", 5_000_000, day, day, 60)
        return [*found, Asset(plan, (line,), day)]
    if holder.short in _UNKNOWN:
        resource = replace(found[0].plan.resource, code="旧系统-001")
        return [*found, replace(found[0], plan=replace(found[0].plan, resource=resource))]
    if more := _TOO_MUCH.get(holder.short):
        first, *others = sorted(found, key=lambda asset: not asset.balance(_PERIODS["2026-05"][1]).cost)
        line = next(n for n in first.lines if n.available and n.available < _PERIODS["2026-05"][1])
        lines = tuple(replace(n, cents=n.cents + more) if n is line else n for n in first.lines)
        return [replace(first, lines=lines), *others]
    return found


def _month_ends(holder: Unit, period: str) -> tuple[date, date]:
    """The month's end of which a holder's ledger of a period tells, and the one before."""
    end, before, _ = _PERIODS[period]
    return (before, before.replace(day=1) - timedelta(1)) if holder.short in _LATE else (end, before)


def _accounts(holder: Unit, sender: Unit, period: str, resource_code: str, booked: list[Asset]) -> Iterable[Record]:
    """The lines of 1701 (a debit account), 1702 (a credit account) and of development, of one resource or of all together."""
    end, before = _month_ends(holder, period)
    closing, opening = ([a.balance(day).amounts for a in booked] for day in (end, before))
    accounts = (
        ("cost", "1701", "无形资产"),
        ("amortisation", "1702", "无形资产累计摊销"),
        ("development", "5301" if holder.kind == "国有企业" else "1703", "研发支出"),
    )
    if resource_code and not any(any(amounts.values()) for amounts in (*closing, *opening)):
        return
    for amount, code, name in accounts:
        closed, opened = (sum(amounts[amount] for amounts in balances) for balances in (closing, opening))
        if amount == "development" and not (closed or opened):
            continue
        change = closed - opened
        up, down = max(change, 0), max(-change, 0)
        yield Record(
            {
                "holder_code": own_code(holder, sender),
                "period": period,
                "account_code": code,
                "account_name": name,
                "resource_code": resource_code,
                "opening_cny": yuan(opened),
                "debit_cny": yuan(down if amount == "amortisation" else up),
                "credit_cny": yuan(up if amount == "amortisation" else down),
                "closing_cny": yuan(closed),
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
        cards = {a.plan.resource.code: a.balance(end) for a in assets() if a.plan.resource.holder is holder}
        told, _ = _month_ends(holder, period)
        ledger = {a.plan.resource.code: a.balance(told) for a in _booked(holder)}
        for code in sorted(cards.keys() | ledger.keys()):
            booked_amounts = ledger.get(code, Balance()).amounts
            for name, card in cards.get(code, Balance()).amounts.items():
                booked = booked_amounts[name]
                if card != booked:
                    why = kind if booked else "card_only"
                    found.append(Difference(holder.code, code, name, yuan(card), yuan(booked), why))
    return found


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
