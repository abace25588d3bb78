"""What is wrong with the example city's deliveries, as real ones are wrong, and how it is put in.

Belongs here: which record breaks which rule, which file has which bad habit, which file is no file at all.
Does not belong here: sound content. Each defect is named as the rule of policy/rejection_rule.csv that it
breaks, or by what it looks like.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from example_city.model import Layout, Record, columns


@dataclass(frozen=True)
class Flaw:
    """A bad record, made from the sound record at place `of` by changing cells.

    `{}` in a change stands for the sound value. With `after`, it comes right behind the sound record at
    that place, else at the end of the file.
    """

    rule: str
    of: int
    changes: Mapping[str, str]
    after: int | None = None
    verbatim: str | None = None


UNSOUND: dict[tuple[str, str], tuple[Flaw, ...]] = {
    ("finance", "organisations"): (
        Flaw("duplicate_identifier", 3, {"name": "{}（重复登记）"}),
        Flaw("unknown_code", 31, {"level": "镇街", "valid_from": "2023-01-01"}),
        Flaw("missing_value", 36, {"organisation_code": ""}),
        Flaw("bad_date", 22, {"valid_from": "2023-02-29"}),
    ),
    ("urban", "catalog"): (Flaw("missing_value", 4, {"title": "", "identifier": "{}91"}, after=6),),
    ("finance", "catalog"): (
        Flaw("missing_value", 2, {"title": "", "identifier": "{}91"}),
        Flaw("duplicate_identifier", 1, {"title": "{}（重复登记）"}),
    ),
    ("health", "catalog"): (
        Flaw("duplicate_identifier", 0, {"title": "{}（旧目录）"}),
        Flaw("duplicate_identifier", 9, {"abstract": "旧系统导出"}),
    ),
    ("market", "catalog"): (
        Flaw("not_parsed", 0, {}, after=5, verbatim="系统维护中，请稍后再试"),
        Flaw("missing_value", 3, {"title": "", "identifier": "{}91"}),
    ),
    ("cdc", "catalog"): (Flaw("duplicate_identifier", 5, {"title": "{}（副本）"}),),
    ("data", "authorisations"): (
        Flaw("missing_value", 2, {"legal_basis": "", "document_no": "{}-附件"}),
        Flaw("bad_date", 5, {"valid_from": "2025年13月5日", "document_no": "{}-附件"}, after=8),
    ),
    ("transport", "evidence"): (Flaw("unknown_code", 1, {"statement": "基本符合", "document_no": "{}-附件"}),),
    ("health", "evidence"): (Flaw("missing_value", 2, {"document_no": ""}, after=4),),
    ("market", "evidence"): (Flaw("bad_date", 3, {"issued_date": "2025-02-30", "document_no": "{}-附件"}),),
    ("urban", "forecasts"): (Flaw("bad_decimal", 5, {"discount_rate": "百分之八", "year_no": "4"}),),
    ("data", "reviews"): (
        Flaw("unknown_code", 0, {"review_kind": "安全评估", "document_no": "{}-附件"}),
        Flaw("bad_date", 7, {"issued_date": "2025年2月31日", "document_no": "{}-附件"}, after=20),
        Flaw("bad_amount", 9, {"amount_cny": "面议", "document_no": "{}-附件"}),
    ),
    ("jia-gov", "reviews"): (Flaw("missing_value", 1, {"result": "", "document_no": "{}-附件"}),),
    ("urban", "costs"): (
        Flaw("bad_amount", 2, {"amount_cny": "待核定", "voucher_no": "{}-A"}, after=5),
        Flaw("bad_date", 3, {"posted_date": "2025-11-31", "voucher_no": "{}-B"}),
    ),
    ("road", "costs"): (Flaw("unknown_code", 1, {"phase": "试运行", "voucher_no": "{}-A"}),),
    ("finance", "costs"): (
        Flaw("missing_value", 2, {"cost_kind": "", "voucher_no": "{}-A"}),
        Flaw("duplicate_identifier", 0, {"cost_kind": "重复入账"}),
        Flaw("bad_integer", 1, {"life_months": "三年", "voucher_no": "{}-B"}),
    ),
    ("urban", "events"): (Flaw("unknown_code", 0, {"event_kind": "划转"}),),
    ("ecology", "ledger"): (
        Flaw("bad_month", 0, {"period": "2026-13"}),
        Flaw("bad_amount", 1, {"closing_cny": "约12万元", "account_code": "{}01"}),
    ),
    ("data", "decisions"): (Flaw("unknown_code", 0, {"decision": "暂缓", "decision_id": "{}-A"}),),
}

#: Values that no strict rule covers: the record is accepted, and the value stays without a meaning.
TOLERATED: dict[tuple[str, int], Mapping[str, str]] = {
    ("ecology", 3): {"update_cycle": "随时"},
    ("planning", 2): {"issued_date": "2025-02-30"},
    ("finance", 0): {"abstract": "本目录由多个科室分别填报。\n第二行为补充说明（示例数据，虚构）"},
}

#: How files are laid out, where it is not the plain way.
HABITS: dict[tuple[str, str], dict[str, Any]] = {
    ("gov", "catalog"): {"title": "示例市政务信息资源目录（虚构）", "notes_sheet": True},
    ("urban", "catalog"): {"title": "示例市城市管理局公共数据资源目录（虚构）", "blank_after": (40, 41, 200)},
    ("health", "catalog"): {"padded": True, "extra": (("内部编号", "示例"), ("内部编号", "示例"))},
    ("ecology", "catalog"): {"blank_after": (30,), "date": "cell"},
    ("jia-urban", "catalog"): {"headings": "label_en"},
    ("finance", "catalog"): {"title": "公共数据资源目录（虚构）", "blank_after": (12,), "padded": True},
    ("transport", "catalog"): {"date": "slash"},
    ("yi-market", "catalog"): {"headings": "name", "date": "chinese"},
    ("urban", "costs"): {
        "amount": "currency",
        "date": "slash",
        "title": "数据资源成本明细表（虚构数据，单位：元）",
    },
    ("finance", "costs"): {"amount": "fullwidth", "padded": True, "extra": (("备注", ""), ("备注", "示例"))},
    ("transport", "costs"): {"amount": "currency", "date": "chinese"},
    ("health", "costs"): {"amount": "number", "date": "cell"},
    ("market", "costs"): {"amount": "number", "blank_after": (3, 10), "title": "成本台账（虚构）"},
    ("weather", "costs"): {"amount": "fullwidth", "date": "slash"},
    ("market", "evidence"): {"padded": True, "extra": (("审核意见", "已阅"),), "notes_sheet": True},
    ("data", "reviews"): {"title": "公共数据资源安全与风险审查汇总表（虚构）", "date": "chinese"},
    ("health", "ledger"): {"amount": "currency"},
    ("market", "ledger"): {"amount": "number"},
}

#: Senders whose costs table ends with a line of totals.
WITH_TOTAL = frozenset({"urban", "market", "civil"})
#: Senders whose costs table has its headings again, as at the top of a printed page, and before which record.
REPEATED_HEADINGS = {"urban": 20}


def html_error_page(_: bytes) -> bytes:
    """What a portal sends in place of a file while it is down."""
    return (
        "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>\n"
        "<body><h1>502 Bad Gateway</h1><p>系统维护中（示例，虚构）</p></body></html>\n"
    ).encode()


def truncated_file(data: bytes) -> bytes:
    """A transfer that broke off in the middle."""
    return data[: len(data) * 3 // 5]


def empty_file(_: bytes) -> bytes:
    """A file without a single byte."""
    return b""


#: Deliveries of a catalogue that came before the good one: sender -> day, sequence, what happened to the
#: file.
SPOILED_CATALOGUES: dict[str, tuple[date, int, Callable[[bytes], bytes]]] = {
    "civil": (date(2026, 3, 27), 1, html_error_page),
    "weather": (date(2026, 3, 31), 1, truncated_file),
}
#: Senders with a second, empty file in their evidence.
EMPTY_EVIDENCE = frozenset({"education"})


def with_flaws(records: Sequence[Record], flaws: Sequence[Flaw]) -> list[Record]:
    """The records with bad ones among them, a duplicate always behind its sound twin, which wins."""
    inserted: dict[int, list[Record]] = {}
    for flaw in flaws:
        sound = records[flaw.of]
        cells = dict(sound.cells)
        for name, value in flaw.changes.items():
            cells[name] = value.replace("{}", cells.get(name, ""))
        # One item only: lines with an empty title must not be taken for one resource or for several at will.
        bad = Record(cells, sound.fields[:1], flaw.rule, flaw.verbatim)
        place = len(records) - 1 if flaw.after is None else flaw.after
        inserted.setdefault(place, []).append(bad)
    return [r for place, sound in enumerate(records) for r in (sound, *inserted.get(place, ()))]


def with_habits(sender: str, kind: str, layout: Layout) -> Layout:
    """The layout with the sender's habits for this kind."""
    return replace(layout, **HABITS.get((sender, kind), {}))


def total_line(records: Sequence[Record]) -> Record:
    """The line 合计 at the end of a costs table: no record."""
    total = sum((Decimal(r.cells["amount_cny"]) for r in records if r.is_record and not r.rule), Decimal(0))
    return Record({"resource_code": "合计", "amount_cny": str(total)}, is_record=False)


def heading_line(records: Sequence[Record]) -> Record:
    """The headings again among the lines of a costs table: no record."""
    used = {name for record in records for name, value in record.cells.items() if value}
    return Record({c.name: c.label_zh for c in columns("costs") if c.name in used}, is_record=False)
