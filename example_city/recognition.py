"""What speaks for and against recognising each resource: authorisations, evidence, reviews, decisions.

Belongs here: the plan that says what each resource has and lacks, and the papers that follow from it. Does
not belong here: costs (`finance.py`), which the plan only asks for.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from example_city.agencies import CITY, UNITS, Unit, finance_sender, registrar
from example_city.catalogues import Resource, resources
from example_city.chance import choose, draw, shuffled
from example_city.defects import EMPTY_EVIDENCE, UNSOUND, empty_file, with_flaws, with_habits
from example_city.model import Delivery, File, Layout, Record

#: Units that no authorisation names: whether they are in scope stays unknown.
UNAUTHORISED = frozenset({"exam", "watergroup", "yi-invest", "bing-volunteer"})

#: How many resources have what. A requirement that a line does not name is met; empty is a paper that is
#: missing.
_OUTCOMES = """
complete|222|
no_control|24|control=
control_denied|8|control=不符合
no_benefit|26|benefit=
benefit_denied|8|benefit=不符合
no_cost|40|cost=
research_only|12|cost=research
no_security|22|security=
security_failed|9|security=不通过
no_risk|20|risk=
risk_failed|7|risk=不通过
papers_only|40|security= risk= cost=
cost_only|30|control= benefit= security= risk=
"""
_ALL_MET = {"control": "符合", "benefit": "符合", "security": "通过", "risk": "通过", "cost": "development"}
_NOTHING = dict.fromkeys(_ALL_MET, "")
_LABELS = {"control": "控制", "benefit": "效益", "security": "安全审查", "risk": "风险评估"}

#: Decisions: outcome of the resource, which of these, criterion label, decision, reason, expiry.
_DECISIONS = """
no_control|0|控制|符合|已核对信息系统权属与运维合同|
no_control|1|控制|符合|已核对信息系统权属与运维合同|
no_control|2|控制|符合|历史资料补正后认定|2028-12-31
benefit_denied|0|效益|符合|主管部门复核认为具有管理服务潜力|
benefit_denied|1|效益|符合|主管部门复核认为具有管理服务潜力|
complete|0|效益|不符合|系统已停用，预期不再产生效益|
complete|1|效益|不符合|系统已停用，预期不再产生效益|
complete|2|合规|不符合|权属争议尚未解决|
papers_only|0|计量|符合|暂按合同价认定，限期补齐凭证|2026-05-31
"""
#: What makes an asset of a resource; reviews are conditions of its management and use.
_FOR_SCOPE = ("control", "benefit")
_CRITERIA = {"control": "控制", "benefit": "效益", "security": "合规", "risk": "合规", "cost": "计量"}

_EVIDENCE_DAY, _REVIEW_DAY = date(2026, 7, 1), date(2026, 7, 2)
_EVIDENCE_LAYOUTS = (
    Layout(form="csv"),
    Layout(headings="name"),
    Layout(form="csv", encoding="gb18030", date="slash"),
    Layout(date="cell"),
    Layout(form="csv", encoding="utf-8", headings="label_en"),
)


@dataclass(frozen=True)
class Decision:
    """A decision that overrides a whole criterion."""

    number: int
    criterion: str
    statement: str
    reason: str
    expires_at: str

    def covers(self, requirement: str) -> bool:
        """Whether a requirement belongs to the criterion."""
        return _CRITERIA[requirement] == self.criterion


@dataclass(frozen=True)
class Plan:
    """What a resource has: the statement on each requirement, empty if there is none, and since when."""

    resource: Resource
    outcome: str
    statements: dict[str, str]
    begin: date
    decision: Decision | None = None

    def day(self, requirement: str) -> date:
        """The day of a requirement's paper, within 50 days of the beginning."""
        return self.begin + timedelta(draw(50, requirement, self.resource.code))

    @property
    def decided_at(self) -> date:
        """The day of the decision that overrides."""
        return date(2026, 4, 1) + timedelta(draw(60, "decided", self.resource.code))

    def _met_on(self, name: str, cost_day: date | None) -> date | None:
        """The day on which a requirement was first shown to be met; papers count even if a decision takes back what they say."""
        days = []
        if self.statements[name] == _ALL_MET[name]:
            days.append(cost_day if name == "cost" else self.day(name))
        if self.decision and self.decision.covers(name) and self.decision.statement == "符合":
            days.append(self.decided_at)
        return min((day for day in days if day), default=None)

    @property
    def scope_date(self) -> date | None:
        """The day on which it was known to be a data asset."""
        if self.resource.holder.short in UNAUTHORISED:
            return None
        days = [day for name in _FOR_SCOPE if (day := self._met_on(name, None))]
        return max(authorised_from(self.resource.holder), *days) if len(days) == len(_FOR_SCOPE) else None

    def recognised_on(self, cost_day: date | None) -> date | None:
        """The day on which it got its card, given that of the first capitalised cost."""
        scope, cost = self.scope_date, self._met_on("cost", cost_day)
        met = max(scope, cost) if scope and cost else None
        return None if met and self.ended_on and self.ended_on <= met else met

    @property
    def ended_on(self) -> date | None:
        """The day on which a decision ended its being an asset."""
        if self.decision is None or self.decision.statement == "符合":
            return None
        return self.decided_at if any(map(self.decision.covers, (*_FOR_SCOPE, "cost"))) else None

    def standing(self, cost_day: date | None) -> str:
        """card, memo, unassessed or outside."""
        if self.recognised_on(cost_day):
            return "card"
        denied = any(self._met_on(name, None) is None and self.statements[name] for name in _FOR_SCOPE)
        if denied or self.ended_on:
            return "outside"
        return "memo" if self.scope_date else "unassessed"


def _outcome_lines() -> Iterable[tuple[str, int, dict[str, str]]]:
    for line in _OUTCOMES.strip().split("\n"):
        name, count, changes = line.split("|")
        pairs = (change.partition("=") for change in changes.split())
        yield name, int(count), _ALL_MET | {requirement: statement for requirement, _, statement in pairs}


@cache
def plans() -> tuple[Plan, ...]:
    """A plan for each resource, in the order of the resources."""
    authorised = [r for r in resources() if r.holder.short not in UNAUTHORISED]
    queue = shuffled(authorised, "outcome")
    decisions = _decisions()
    found: dict[str, Plan] = {}
    for outcome, count, statements in _outcome_lines():
        taken, queue = queue[:count], queue[count:]
        for which, resource in enumerate(taken):
            decision = decisions.get((outcome, which))
            found[resource.code] = Plan(resource, outcome, statements, _begin(resource), decision)
    for resource in resources():
        # Resources of unauthorised units have all papers but that one, or none at all.
        out_of_scope = resource.holder.short in UNAUTHORISED and resource.serial % 2
        outcome, statements = ("out_of_scope", _ALL_MET) if out_of_scope else ("nothing", _NOTHING)
        found.setdefault(resource.code, Plan(resource, outcome, statements, _begin(resource)))
    return tuple(found[r.code] for r in resources())


def _decisions() -> dict[tuple[str, int], Decision]:
    found = {}
    for number, line in enumerate(_DECISIONS.strip().split("\n"), start=1):
        outcome, which, *rest = line.split("|")
        found[outcome, int(which)] = Decision(number, *rest)
    return found


def _begin(resource: Resource) -> date:
    return date(2024, 2, 1) + timedelta(draw(800, "begin", resource.code))


def authorised_from(unit: Unit) -> date:
    """The first day of a unit's authorisation."""
    return date(2025, 3, 1) if unit.number % 6 == 0 else date(2024, 1, 1)


def own_code(holder: Unit, sender: Unit) -> str:
    """What stands in `holder_code`: a sender may leave its own code out."""
    return "" if holder is sender and holder.number % 2 else holder.code


def table_file(sender: Unit, kind: str, name: str, records: list[Record], layout: Layout) -> File:
    """A file of a sender with its habits and the bad records that it is to have."""
    layout = with_habits(sender.short, kind, layout)
    flawed = with_flaws(records, UNSOUND.get((sender.short, kind), ()))
    return File(f"{name}.{layout.form}", tuple(flawed), layout)


def authorisation_deliveries() -> list[Delivery]:
    """One delivery of each registrar for the units below it, and one of a unit for itself."""
    found: dict[str, list[Record]] = {}
    for unit in UNITS.values():
        if unit.short in UNAUTHORISED:
            continue
        sender = unit if unit.short == "finance" else registrar(unit)
        cells = {
            "holder_code": "" if sender is unit else unit.code,
            "legal_basis": "《示例市公共数据管理办法》（虚构）第八条",
            "scope": choose(("本单位依法履职产生的公共数据", "受托管理的公共服务数据"), "scope", unit.short),
            "document_no": f"示数授〔{authorised_from(unit).year}〕{unit.number}号",
            "valid_from": authorised_from(unit).isoformat(),
            "valid_to": "2029-12-31" if unit.number % 5 == 0 else "",
        }
        found.setdefault(sender.short, []).append(Record(cells))
    deliveries = []
    for short, records in found.items():
        sender = UNITS[short]
        file = table_file(sender, "authorisations", "授权清单", records, Layout())
        deliveries.append(Delivery(short, sender.code, "authorisations", date(2026, 2, 15), (file,)))
    return deliveries


def _evidence(plan: Plan, sender: Unit) -> Iterable[Record]:
    resource = plan.resource
    for number, name in enumerate(("control", "benefit"), start=1):
        if not plan.statements[name]:
            continue
        day = plan.day(name)
        document = f"示数证〔{day.year}〕{resource.serial:04d}-{number}号"
        has_lapsed = plan.outcome == "papers_only" and draw(4, "lapsed", resource.code) == 0
        cells = {
            "holder_code": own_code(resource.holder, sender),
            "resource_code": resource.code,
            "criterion": _LABELS[name],
            "statement": plan.statements[name],
            "document_no": document,
            "document_sha256": hashlib.sha256(document.encode()).hexdigest() if resource.serial % 2 else "",
            "issued_by": resource.holder.name,
            "issued_date": day.isoformat(),
            "valid_to": "2025-12-31" if has_lapsed else "2029-06-30" if resource.serial % 7 == 0 else "",
        }
        if plan.outcome == "complete" and draw(15, "denied first", document) == 0:
            before = {"document_no": f"{document}（初审）", "issued_date": (day - timedelta(90)).isoformat()}
            yield Record(cells | before | {"statement": "不符合"})
        yield Record(cells)


def evidence_deliveries() -> list[Delivery]:
    """Evidence of control and benefit, one delivery a sender."""
    found: dict[str, list[Record]] = {}
    for plan in plans():
        sender = finance_sender(plan.resource.holder)
        found.setdefault(sender.short, []).extend(_evidence(plan, sender))
    deliveries = []
    for short, records in found.items():
        if not records:
            continue
        sender = UNITS[short]
        layout = _EVIDENCE_LAYOUTS[sender.number % len(_EVIDENCE_LAYOUTS)]
        files = (table_file(sender, "evidence", "确认证明", records, layout),)
        if short in EMPTY_EVIDENCE:
            files += (File("确认证明-补充.csv", (), Layout(form="csv"), empty_file),)
        deliveries.append(Delivery(short, sender.code, "evidence", _EVIDENCE_DAY, files))
    return deliveries


def _review(plan: Plan, kind: str, result: str, day: date, amount: str = "") -> Record:
    resource = plan.resource
    letter = {"安全审查": "安", "风险评估": "险", "资产评估": "评", "盘点": "盘"}[kind]
    return Record(
        {
            "holder_code": resource.holder.code,
            "resource_code": resource.code,
            "review_kind": kind,
            "result": result,
            "reviewer": f"{CITY}公共数据中心" if kind == "安全审查" else f"{CITY}示例评估机构（虚构）",
            "issued_date": day.isoformat(),
            "valid_to": (day + timedelta(1095)).isoformat() if kind == "资产评估" else "",
            "document_no": f"示审{letter}〔{day.year}〕{resource.serial:04d}号",
            "amount_cny": amount,
        }
    )


def _reviews(plan: Plan) -> Iterable[Record]:
    for name in ("security", "risk"):
        if plan.statements[name]:
            yield _review(plan, _LABELS[name], plan.statements[name], plan.day(name))
    lot = draw(26, "appraisal", plan.resource.code)
    if plan.outcome in ("complete", "no_cost", "papers_only") and lot < 2:
        code = plan.resource.code
        amount = f"{80_000 + draw(900_000, 'value', code)}.{draw(100, 'cents', code):02d}"
        passed = draw(5, "appraised", plan.resource.code) > 0
        result, value = ("通过", amount) if passed else ("不通过", "")
        yield _review(plan, "资产评估", result, plan.day("appraisal"), value)
    elif plan.outcome == "complete" and lot == 2:
        yield _review(plan, "盘点", "通过", date(2025, 12, 31))


def review_deliveries() -> list[Delivery]:
    """Reviews, one delivery of each registrar."""
    found: dict[str, list[Record]] = {}
    for plan in plans():
        found.setdefault(registrar(plan.resource.holder).short, []).extend(_reviews(plan))
    deliveries = []
    for short, records in found.items():
        sender = UNITS[short]
        layout = replace(Layout(), form="xlsx" if sender.is_city_level else "csv")
        file = table_file(sender, "reviews", "审查结果", records, layout)
        deliveries.append(Delivery(short, sender.code, "reviews", _REVIEW_DAY, (file,)))
    return deliveries


def decision_deliveries() -> list[Delivery]:
    """The data bureau's decisions on single criteria, and on grades."""
    sender = UNITS["data"]
    records = []
    for plan in plans():
        decision = plan.decision
        if not decision:
            continue
        cells = {
            "decision_id": f"DEC-2026-{decision.number:03d}",
            "subject_kind": "确认条件",
            "subject_key": f"{plan.resource.holder.code}|{plan.resource.code}|{decision.criterion}",
            "decision": decision.statement,
            "reason": decision.reason,
            "decided_by": f"{CITY}数据资源管理局公共数据资产确认会议",
            "decided_at": plan.decided_at.isoformat(),
            "expires_at": decision.expires_at,
        }
        records.append(Record(cells))
    records.sort(key=lambda record: record.cells["decision_id"])
    records += _grade_decisions()
    file = table_file(sender, "decisions", "确认决定", records, Layout(form="csv"))
    return [Delivery(sender.short, sender.code, "decisions", date(2026, 7, 3), (file,))]


def _grade_decisions() -> list[Record]:
    """Decisions on the grades of resources: two that hold, one that has expired."""
    said = [
        ("一般数据2级", "逐项核对后确定", ""),
        ("一般数据3级", "含内部管理内容", "2027-06-30"),
        ("一般数据4级", "专项行动期间从严", "2026-03-31"),
    ]
    return [
        Record(
            {
                "decision_id": f"DEC-2026-G{number:02d}",
                "subject_kind": "定级",
                "subject_key": f"{plan.resource.holder.code}|{plan.resource.code}|",
                "decision": grade,
                "reason": reason,
                "decided_by": f"{CITY}数据资源管理局数据分类分级会议",
                "decided_at": "2026-01-15",
                "expires_at": expires,
            }
        )
        for number, (plan, (grade, reason, expires)) in enumerate(zip(plans(), said, strict=False), 1)
    ]
