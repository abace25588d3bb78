"""How the cases of `case_cards.py` are delivered: catalogues, papers, costs, events, ledgers, decisions, and a closed year.

Belongs here: deliveries of the three units, of the finance bureau on their findings, and the closing that is on record. Does not belong
here: what the cases are.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from example_city.agencies import UNITS, Unit
from example_city.case_cards import CASES, CLOSED, Case, Line
from example_city.costs import yuan
from example_city.model import Delivery, File, Layout, Record
from example_city.vocabulary import DOMAINS, SHAPES, THEMES

#: Deliverer of what the platform's operator puts on record.
OPERATOR = "shuzhang"
_CATALOGUE_DAYS = date(2026, 1, 5), date(2026, 4, 30), date(2026, 7, 2)
_PAPERS_DAY, _REVIEWS_DAY, _EVENTS_DAY, _LEDGER_DAY = (
    date(2026, 7, 1), date(2026, 7, 2), date(2026, 7, 4), date(2026, 7, 5),
)  # fmt: skip
_COUNTED = date(2025, 12, 31)
_FIELD_COUNT = 4
#: Prefix of the vouchers of a unit.
_VOUCHERS = {"trading": "交", "geo": "地", "datagroup": "数"}
#: Units that book data in sub-accounts.
_SUB_ACCOUNTS = frozenset({"trading"})
_ENTERPRISE = frozenset({"datagroup"})
#: Amount -> account and its name, of government units and of enterprises.
_ACCOUNTS = {
    False: {
        "cost": ("1701", "无形资产"),
        "amortisation": ("1702", "无形资产累计摊销"),
        "development": ("1703", "研发支出"),
    },
    True: {
        "cost": ("1701", "无形资产"),
        "amortisation": ("1702", "累计摊销"),
        "impairment": ("1703", "无形资产减值准备"),
        "stock": ("1405", "库存商品"),
    },
}
#: Amounts whose balance is a credit.
_CREDITS = frozenset({"amortisation", "impairment"})
_RELEASE = {
    "decision_id": "DEC-2026-C01",
    "subject_kind": "计价控制",
    "decision": "放行",
    "reason": "课题库为数据集名称，已核对合同与验收单，不属于研究支出",
    "decided_by": "示例市财政局资产管理处",
    "decided_at": "2026-05-15",
    "expires_at": "2027-06-30",
}
_DOUBLED = {
    "decision_id": "DEC-2026-C03",
    "subject_kind": "重复计量",
    "decision": "符合",
    "reason": "两个单位登记的是同一数据集，由后者保留",
    "decided_by": "示例市财政局资产管理处",
    "decided_at": "2026-07-03",
    "expires_at": "",
}
_CORRECTION = {
    "correction_no": "GZ-2026-01",
    "period": "2026-06",
    "report_kind": "行政事业性国有资产",
    "level": "主管部门",
    "correction_count": "0",
    "correction_cost_cny": "-1200.00",
    "correction_amortisation_cny": "-300.00",
    "correction_impairment_cny": "",
    "reason": "部门汇总时发现一笔运维费计入成本，单位下月更正",
    "document_no": "示财资〔2026〕9号",
    "decided_by": "示例市财政局资产管理处",
    "decided_at": "2026-07-03",
}
_MISNAMED = {
    "decision_id": "DEC-2026-C02",
    "subject_kind": "确认条件",
    "decision": "符合",
    "reason": "已核对信息系统权属",
    "decided_by": "示例市财政局资产管理处",
    "decided_at": "2026-07-02",
    "expires_at": "",
}


def case_deliveries() -> list[Delivery]:
    """All deliveries of the cases, and those that are about them."""
    found = [_decisions(), _correction(), _receipts(), *(_closing(UNITS[short]) for short in CLOSED)]
    for short, cases in CASES.items():
        unit = UNITS[short]
        found += _catalogues(unit, cases)
        found += _costs(unit, cases)
        papers = (
            ("evidence", "确认证明", _PAPERS_DAY, [r for case in cases for r in _evidence(unit, case)]),
            ("reviews", "审查评估", _REVIEWS_DAY, [r for case in cases for r in _reviews(unit, case)]),
            ("events", "资产事项", _EVENTS_DAY, [r for case in cases for r in _events(unit, case)]),
            ("ledger", "科目余额", _LEDGER_DAY, [r for case in cases for r in _ledger(unit, case)]),
        )
        found += [_delivery(unit, kind, name, day, records) for kind, name, day, records in papers]
    return found


def code(unit: Unit, place: int) -> str:
    """The code of a resource of the unit."""
    theme = THEMES.index(DOMAINS[unit.domain].theme) + 1
    return f"3{theme:02d}{[*DOMAINS].index(unit.domain) + 1:03d}{unit.number:03d}/{place}"


def _delivery(
    unit: Unit, kind: str, name: str, day: date, records: Iterable[Record], mode: str = "full", sequence: int = 1
) -> Delivery:
    file = File(f"{name}.csv", tuple(records), Layout(form="csv"))
    return Delivery(unit.short, unit.code, kind, day, (file,), mode=mode, sequence=sequence)


def _catalogues(unit: Unit, cases: Iterable[Case]) -> Iterator[Delivery]:
    """What was there in January, under the codes of then; what is there in April; what is new in July."""
    papered = [case for case in cases if case.standing != "unassessed"]
    january = [c for c in papered if any(line.delivered < _CATALOGUE_DAYS[1] for line in c.costs)]
    before = [_resource(unit, case, case.former_place or case.place) for case in january]
    after = [_resource(unit, case, case.place) for case in papered]
    yield _delivery(unit, "catalog", "公共数据资源目录", _CATALOGUE_DAYS[0], before)
    if after != before:
        yield _delivery(unit, "catalog", "公共数据资源目录", _CATALOGUE_DAYS[1], after)
    if new := [_resource(unit, case, case.place) for case in cases if case not in papered]:
        yield _delivery(unit, "catalog", "新增目录", _CATALOGUE_DAYS[2], new, "incremental")


def _resource(unit: Unit, case: Case, place: int) -> Record:
    title = f"{case.name}{SHAPES['r'].ending}"
    fields = tuple(
        {
            "name": item.name.replace("{o}", case.name),
            "english_name": item.english_name,
            "data_type": item.data_type,
            "length": item.length,
            "is_key": "否" if number else "是",
            "is_nullable": "是" if number else "否",
        }
        for number, item in enumerate(SHAPES["r"].items[:_FIELD_COUNT])
    )
    cells = {
        "identifier": code(unit, place),
        "title": title,
        "provider_name": unit.name,
        "provider_code": unit.code,
        "abstract": f"{title}（示例数据，虚构）",
        "class_name": "部门信息资源目录",
        "group_name": DOMAINS[unit.domain].theme,
        "theme": DOMAINS[unit.domain].theme,
        "keywords": case.name,
        "format": "数据库",
        "format_type": "mysql",
        "share_type": "有条件共享",
        "share_condition": "按需申请，经提供方审核",
        "share_method": "共享平台",
        "open_type": "有条件开放",
        "open_condition": "实名认证后申请",
        "update_cycle": "每年",
        "issued_date": "2026-07-01" if case.standing == "unassessed" else "2025-01-02",
        "modified_date": "2026-07-01" if case.standing == "unassessed" else "2026-03-02",
    }
    return Record(cells, fields)


def _of(unit: Unit, case: Case, **cells: str) -> Record:
    return Record({"holder_code": unit.code, "resource_code": code(unit, case.place), **cells})


def _evidence(unit: Unit, case: Case) -> Iterator[Record]:
    """What it is an asset by, what it comes from, and what was shown of the tests of development."""
    if case.standing == "unassessed":
        return
    day = case.since
    for number, criterion in enumerate(("控制", "效益"), start=1):
        yield _of(
            unit,
            case,
            criterion=criterion,
            statement="符合",
            document_no=f"示数证〔{day.year}〕{unit.number:02d}{case.place:02d}-{number}号",
            issued_by=unit.name,
            issued_date=day.isoformat(),
            parent_codes=code(unit, case.parent) if case.parent and criterion == "控制" else "",
        )
    for number, said in enumerate(case.shown, start=3):
        test, statement = said.split()
        yield _of(
            unit,
            case,
            criterion=test,
            statement=statement,
            document_no=f"示数研〔2025〕{case.place:02d}-{number}号",
            issued_by=unit.name,
            issued_date="2025-12-20",
        )


def _reviews(unit: Unit, case: Case) -> Iterator[Record]:
    """Reviews, and the stock count."""
    for number, said in enumerate((*case.reviews, *([f"盘点 {case.count} {_COUNTED}"] if case.count else ())), start=1):
        kind, result, issued, valid_to = (*said.split(), "")[:4]
        yield _of(
            unit,
            case,
            review_kind=kind,
            result=result,
            reviewer=unit.name if kind == "盘点" else "示例市公共数据中心",
            issued_date=issued,
            valid_to=valid_to,
            document_no=f"示审〔{issued[:4]}〕{unit.number:02d}{case.place:02d}-{number}号",
        )


def _voucher(unit: Unit, case: Case, line: Line) -> str:
    return f"{_VOUCHERS[unit.short]}-{line.posted:%y%m}-{case.place:03d}"


def _costs(unit: Unit, cases: Iterable[Case]) -> Iterator[Delivery]:
    """The lines of each day of delivery; what a day says again replaces what was said."""
    lines = [(line.delivered, case, line) for case in cases for line in case.costs]
    for day in sorted({delivered for delivered, _, _ in lines}):
        records = []
        for _, case, line in (one for one in lines if one[0] == day):
            # What came under a former code was delivered under it.
            place = case.former_place if case.former_place and day < _CATALOGUE_DAYS[1] else case.place
            records.append(
                Record(
                    {
                        "holder_code": unit.code,
                        "resource_code": code(unit, place),
                        "voucher_no": _voucher(unit, case, line),
                        "line_no": str(line.number),
                        "cost_kind": line.cost_kind,
                        "phase": line.phase,
                        "amount_cny": line.amount,
                        "posted_date": line.posted.isoformat(),
                        "available_date": line.available,
                        "life_months": line.life,
                        "acquisition": line.acquisition,
                        "purpose": line.purpose,
                    }
                )
            )
        yield _delivery(unit, "costs", "数据资源成本明细", day, records, "incremental")


def _events(unit: Unit, case: Case) -> Iterator[Record]:
    for text in case.events:
        kind, day, amount, document, *more = text.split()
        said = dict(one.split("=") for one in more)
        yield _of(
            unit,
            case,
            event_kind=kind,
            event_date=day,
            amount_cny="" if amount == "-" else amount,
            proceeds_cny=said.get("proceeds", ""),
            counterpart_code=UNITS[said["counterpart"]].code if "counterpart" in said else "",
            document_no=document,
            former_code=code(unit, int(said["place"])) if "place" in said else "",
        )


def _ledger(unit: Unit, case: Case) -> Iterator[Record]:
    for amount, (account, name) in _ACCOUNTS[unit.short in _ENTERPRISE].items():
        opening, closing = (cents(one) for one in case.booked(amount))
        if not (opening or closing):
            continue
        change = closing - opening
        up, down = max(change, 0), max(-change, 0)
        yield _of(
            unit,
            case,
            period="2026-06",
            account_code=f"{account}01" if unit.short in _SUB_ACCOUNTS else account,
            account_name=f"{name}-数据资源" if unit.short in _SUB_ACCOUNTS else name,
            opening_cny=yuan(opening),
            debit_cny=yuan(down if amount in _CREDITS else up),
            credit_cny=yuan(up if amount in _CREDITS else down),
            closing_cny=yuan(closing),
        )


def cents(amount: str) -> int:
    """An amount in CNY with two decimals, not negative, as cents."""
    return int(amount.replace(".", ""))


def _decisions() -> Delivery:
    """The finance bureau's: it releases the line of the group's case 7 that is held for its words, names a criterion of the trading
    centre's case 14 by a name that it has not, so that it stays not assessed, and finds that case 12 of the geographic centre is what the
    trading centre has as its case 8."""
    group, trading, geo, sender = UNITS["datagroup"], UNITS["trading"], UNITS["geo"], UNITS["finance"]
    (case,) = (case for case in CASES["datagroup"] if case.place == 7)
    (line,) = case.costs
    held = f"{group.code}|research_words|{line.posted:%Y-%m}|{_voucher(group, case, line)}|{line.number}"
    records = [
        Record({**_RELEASE, "subject_key": held}),
        Record({**_MISNAMED, "subject_key": f"{trading.code}|{code(trading, 14)}|控制力"}),
        Record({**_DOUBLED, "subject_key": f"{geo.code}|{code(geo, 12)}|{trading.code}|{code(trading, 8)}"}),
    ]
    return _delivery(sender, "decisions", "财政决定", _REVIEWS_DAY + timedelta(1), records)


def _correction() -> Delivery:
    """The finance bureau's, of the total of the geographic centre's department."""
    geo, sender = UNITS["geo"], UNITS["finance"]
    record = Record({**_CORRECTION, "entity_code": UNITS[geo.department].code if geo.department else geo.code})
    return _delivery(sender, "corrections", "汇总更正", _REVIEWS_DAY + timedelta(1), [record])


def _receipts() -> Delivery:
    """One of the group's, of a contract that nobody delivered."""
    unit = UNITS["datagroup"]
    cells = {
        "holder_code": unit.code,
        "receipt_no": "数收-0001",
        "contract_no": "示数合〔2026〕9号",
        "amount_cny": "8000.00",
        "received_date": "2026-06-12",
        "payer_code": UNITS["bus"].code,
        "state": "已收",
    }
    return _delivery(unit, "receipts", "收款", _REVIEWS_DAY + timedelta(1), [Record(cells)])


def _closing(unit: Unit) -> Delivery:
    """The closing of 2025, as `shuzhang period close` puts it on record: the unit with its sums, then its cards."""
    cards = [text.split() for text in CLOSED[unit.short]]
    month = {"holder_code": unit.code, "period": "2025-12", "period_state": "已结账"}
    cost = sum(cents(said[1]) for said in cards if said[1] != "-")
    whole = Record(
        {
            **month,
            "card_count": str(len(cards)),
            "closing_cost_cny": yuan(cost),
            "decided_by": "示例市财政局",
            "reason": "2025年度结账",
        }
    )
    rows = [Record({**month, **_closed_card(unit, *said)}) for said in cards]
    file = File("结账-2025-12.csv", (whole, *rows), Layout(form="csv", encoding="utf-8", headings="name"))
    return Delivery("operator", OPERATOR, "closings", date(2026, 1, 10), (file,), source="closings", mode="incremental")


def _closed_card(unit: Unit, place: str, cost: str, amortisation: str = "", development: str = "") -> dict[str, str]:
    """A card of which all came in 2025; `-` for one without value."""
    resource = code(unit, int(place))
    # The number of a card is a hash of its holder and its first code.
    digest = hashlib.sha256(f"{unit.code}|{resource}".encode()).hexdigest()
    of = {"card_id": f"card-{digest[:20]}", "resource_code": resource}
    counts = dict.fromkeys(("opening_count", "adjustment_count", "reduction_count"), "0")
    counts |= dict.fromkeys(("addition_count", "closing_count"), "1")
    if cost == "-":
        return {**of, **counts, "snapshot_status": "unvalued"}
    amounts = {
        f"{part}_{name}_cny": said if part in ("addition", "closing") else "0.00"
        for part in ("opening", "adjustment", "addition", "reduction", "closing")
        for name, said in (("cost", cost), ("amortisation", amortisation), ("impairment", "0.00"))
    }
    stock = {"closing_development_cny": development, "closing_stock_cny": "0.00"}
    return {**of, **counts, **amounts, **stock, "snapshot_status": "valued"}
