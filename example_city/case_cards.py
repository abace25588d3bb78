"""Cards whose life is not the plain one: three units, each resource of which is a case by itself.

Belongs here: what the cases are, and what the books of their units have of them, by hand. Does not belong here: how they are delivered
(`case_deliveries.py`), resources that are drawn (`catalogues.py`). The figures are reckoned in tests/pipeline/test_city_cases.py.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

#: Day of the papers that make an asset of a resource, where a case says no other.
_SINCE = date(2024, 12, 16)
#: Security review and risk assessment that were passed and do not end.
_PASSED = ("安全审查 通过 2025-01-06", "风险评估 通过 2025-01-06")
#: What an enterprise shows of development that it capitalises (CAS 6 article 9).
TESTS = ("技术可行性", "完成意图", "经济利益方式", "资源支持", "开发支出计量")
#: What books have of a card.
AMOUNTS = ("cost", "amortisation", "impairment", "development", "stock")


@dataclass(frozen=True)
class Line:
    """A line of cost as delivered on a day; `-` in a case stands for what is not said."""

    delivered: date
    number: int
    cost_kind: str
    phase: str
    amount: str
    posted: date
    available: str
    life: str
    acquisition: str
    purpose: str

    @classmethod
    def of(cls, text: str) -> "Line":
        delivered, number, kind, phase, amount, posted, *said = text.split()
        available, life, acquisition, purpose = ("" if one == "-" else one for one in (*said, *"----")[:4])
        day = date.fromisoformat(f"2026-{delivered}")
        return cls(
            day, int(number), kind, phase, amount, date.fromisoformat(posted), available, life, acquisition, purpose
        )


@dataclass(frozen=True)
class Case:
    """A resource of a unit and what becomes of it.

    name: of its objects. lines: `delivered number kind phase amount posted [available life acquisition purpose]`. events:
    `kind day amount paper [what else]`, of which `place` is another case of the unit. shown: which of the tests of development are
    stated, as `test statement`. books: `amount May June`, as the unit's ledger has them at the end of these months. standing: card, left
    (a card no more), memo or unassessed. count: of the stock count of 2025. code: before its code changed.
    """

    place: int
    name: str
    lines: tuple[str, ...] = ()
    books: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    reviews: tuple[str, ...] = _PASSED
    shown: tuple[str, ...] = ()
    parent: int | None = None
    since: date = _SINCE
    standing: str = "card"
    count: str = ""
    former_place: int | None = None

    @property
    def costs(self) -> Iterator[Line]:
        return map(Line.of, self.lines)

    def booked(self, amount: str) -> tuple[str, str]:
        """What the ledger has of an amount at the end of May and of June, in CNY."""
        for line in self.books:
            name, may, june = line.split()
            if name == amount:
                return may, june
        return "0.00", "0.00"


#: Books in sub-accounts (170101, 170201, 170301), closed at the end of 2025.
TRADING = (
    # Bought in March 2025: 3,333.33 a month, 16 of 36.
    Case(
        1,
        "招标项目",
        ("01-08 1 购买价款 开发 120000.00 2025-03-10 2025-03-20 36 外购",),
        ("cost 120000.00 120000.00", "amortisation 50000.00 53333.33"),
    ),
    # Developed by itself, after research that is expensed: 1,500.00 a month, 13 of 60.
    Case(
        2,
        "中标结果",
        (
            "01-08 1 方案设计 研究 50000.00 2025-01-20",
            "01-08 1 采集加工 开发 30000.00 2025-02-15 2025-06-05 60 自行开发",
            "01-08 1 清洗标注 开发 60000.00 2025-05-20 2025-06-05 60 自行开发",
        ),
        ("cost 90000.00 90000.00", "amortisation 18000.00 19500.00"),
    ),
    # Disposed of in April: 15 months of 1,000.00 leave with it.
    Case(
        3,
        "交易席位",
        ("01-08 1 购买价款 开发 36000.00 2025-01-10 2025-01-10 36 外购",),
        events=("处置 2026-04-18 - 示交处〔2026〕1号 proceeds=2000.00",),
        standing="left",
    ),
    # 24,000.00 more in January 2026: with the 48,000.00 that remain over the 48 months that do, 1,500.00 a month.
    Case(
        4,
        "投标担保",
        (
            "01-08 1 购买价款 开发 60000.00 2025-01-05 2025-01-05 60 外购",
            "07-06 1 功能扩展 开发 24000.00 2026-01-15 2026-01-15 - 外购",
        ),
        ("cost 84000.00 84000.00", "amortisation 19500.00 21000.00"),
    ),
    # 12,000.00 when 2025 was closed, 18,000.00 since: the year before is as it was closed, and the rest adjusts the opening.
    Case(
        5,
        "土地出让公告",
        (
            "01-08 1 购买价款 开发 12000.00 2025-11-20 2025-11-20 12 外购",
            "07-06 1 购买价款 开发 18000.00 2025-11-20 2025-11-20 12 外购",
        ),
        ("cost 12000.00 18000.00", "amortisation 7000.00 12000.00"),
    ),
    # Of October 2025, and told in July: a whole card that the closed year lacks.
    Case(
        6,
        "产权转让",
        ("07-06 1 购买价款 开发 24000.00 2025-10-15 2025-10-15 24 外购",),
        ("cost 0.00 24000.00", "amortisation 0.00 9000.00"),
    ),
    # Its security review ended and was renewed: that changes no amount.
    Case(
        7,
        "评标场地",
        ("01-08 1 购买价款 开发 36000.00 2025-01-12 2025-01-12 36 外购",),
        ("cost 36000.00 36000.00", "amortisation 17000.00 18000.00"),
        reviews=("安全审查 通过 2025-01-06 2026-01-31", "安全审查 通过 2026-03-09", _PASSED[1]),
    ),
    # A review that fails is a finding, and no reduction.
    Case(
        8,
        "代理机构",
        ("01-08 1 购买价款 开发 36000.00 2025-01-14 2025-01-14 36 外购",),
        ("cost 36000.00 36000.00", "amortisation 17000.00 18000.00"),
        reviews=(_PASSED[0], "安全审查 不通过 2026-03-16", _PASSED[1]),
    ),
    # Reviewed half a year after it was bought: amortised since it could be used.
    Case(
        9,
        "采购合同",
        ("01-08 1 购买价款 开发 120000.00 2025-03-12 2025-03-22 36 外购",),
        ("cost 120000.00 120000.00", "amortisation 50000.00 53333.33"),
        reviews=("安全审查 通过 2025-09-08", "风险评估 通过 2025-09-10"),
    ),
    # Both papers have ended.
    Case(
        10,
        "履约评价",
        ("01-08 1 购买价款 开发 36000.00 2025-01-16 2025-01-16 36 外购",),
        ("cost 36000.00 36000.00", "amortisation 17000.00 18000.00"),
        reviews=("安全审查 通过 2025-01-06 2025-06-30", "风险评估 通过 2025-01-06 2025-06-30"),
    ),
    # Nobody has said how long it lasts: without a value, and not booked.
    Case(11, "电子保函", ("01-08 1 购买价款 开发 8000.00 2025-09-18 2025-09-30 - 外购",)),
    # Not available yet, whatever its life is to be.
    Case(
        12,
        "交易见证",
        (
            "01-08 1 采集加工 开发 30000.00 2025-02-16 - 60 自行开发",
            "01-08 1 系统开发 开发 60000.00 2025-05-21 - 60 自行开发",
        ),
        ("development 90000.00 90000.00",),
    ),
    # Given to the geographic centre (its case 10) in March, after 14 months of 100.00.
    Case(
        13,
        "地块坐标",
        ("01-08 1 购买价款 开发 12000.00 2025-01-18 2025-01-18 120 外购",),
        events=("无偿调出 2026-03-10 - 示调〔2026〕5号 counterpart=geo",),
        standing="left",
    ),
    # New in July, with no paper: in no register, and of no June.
    *(
        Case(place, name, reviews=(), standing="unassessed")
        for place, name in ((14, "信用承诺"), (15, "异议投诉"), (16, "电子档案"))
    ),
)

#: What happens to cards: parts, lives, reversals, splits, merges, codes; the ways of acquisition; a stock count; a derived set.
GEO = (
    # 3,000.00 of 12,000.00 leave in March with 1,750.00 of 7,000.00; 3,750.00 over the ten months that remain.
    Case(
        1,
        "测量控制点",
        ("01-12 1 购买价款 开发 12000.00 2025-01-10 2025-01-10 24 外购",),
        ("cost 9000.00 9000.00", "amortisation 6375.00 6750.00"),
        events=("处置 2026-03-18 3000.00 示地处〔2026〕1号",),
        count="相符",
    ),
    # 60 months, and 40 since it was delivered again in April: 45,000.00 over the 25 that remain, 1,800.00 a month.
    Case(
        2,
        "遥感影像",
        (
            "01-12 1 购买价款 开发 60000.00 2025-01-15 2025-01-15 60 外购",
            "04-08 1 购买价款 开发 60000.00 2025-01-15 2025-01-15 40 外购",
        ),
        ("cost 60000.00 60000.00", "amortisation 18600.00 20400.00"),
        count="相符",
    ),
    # 500.00 that were posted in February by mistake are taken back in March, with their 50.00.
    Case(
        3,
        "门牌标志",
        (
            "01-12 1 购买价款 开发 12000.00 2025-01-20 2025-01-20 120 外购",
            "04-08 1 购买价款 开发 500.00 2026-02-10 2026-02-10 10 外购",
            "04-08 1 冲销 开发 -500.00 2026-03-10 2026-03-10 - 外购",
        ),
        ("cost 12000.00 12000.00", "amortisation 1700.00 1800.00"),
        count="相符",
    ),
    # Split in April after 15 months of 1,000.00.
    Case(
        4,
        "地形要素",
        ("01-12 1 采集加工 开发 36000.00 2025-01-22 2025-01-22 36 自行开发",),
        standing="left",
        count="相符",
    ),
    # A third of it: 333.33 a month, 18 of 36.
    Case(
        5,
        "水系要素",
        ("07-06 1 拆分转入 开发 12000.00 2026-04-18 2025-01-22 36 自行开发",),
        ("cost 12000.00 12000.00", "amortisation 5666.67 6000.00"),
        events=("拆分 2026-04-18 12000.00 示地拆〔2026〕1号 place=4",),
        since=date(2026, 4, 16),
    ),
    # Two thirds of it.
    Case(
        6,
        "道路要素",
        ("07-06 1 拆分转入 开发 24000.00 2026-04-18 2025-01-22 36 自行开发",),
        ("cost 24000.00 24000.00", "amortisation 11333.33 12000.00"),
        events=("拆分 2026-04-18 24000.00 示地拆〔2026〕1号 place=4",),
        since=date(2026, 4, 16),
    ),
    # Another code since March, and the same card: 500.00 a month, 12 of 48.
    Case(
        7,
        "管线探测",
        ("01-12 1 购买价款 开发 24000.00 2025-07-01 2025-07-01 48 外购",),
        ("cost 24000.00 24000.00", "amortisation 5500.00 6000.00"),
        events=("变更编码 2026-03-20 - 示地编〔2026〕1号 place=107",),
        count="相符",
        former_place=107,
    ),
    # At one yuan: not amortised.
    Case(
        8,
        "历史地图",
        ("01-12 1 名义金额 开发 1.00 2025-11-05 2025-11-05 - 名义金额",),
        ("cost 1.00 1.00",),
        count="相符",
    ),
    # Given by others: 1,000.00 a month, 10 of 50.
    Case(
        9,
        "街景影像",
        ("01-12 1 捐赠凭据金额 开发 50000.00 2025-09-10 2025-09-10 50 接受捐赠",),
        ("cost 50000.00 50000.00", "amortisation 9000.00 10000.00"),
        count="相符",
    ),
    # From the trading centre (its case 13) at its carrying amount, over the 106 months that remain: 100.00 a month.
    Case(
        10,
        "宗地坐标",
        ("04-08 1 调入账面价值 开发 10600.00 2026-03-10 2026-03-10 106 无偿调入",),
        ("cost 10600.00 10600.00", "amortisation 300.00 400.00"),
        events=("无偿调入 2026-03-10 - 示调〔2026〕5号 counterpart=trading",),
        since=date(2026, 3, 10),
    ),
    # Derived from case 12: what that one cost is held, its own 18,000.00 over 36 months count.
    Case(
        11,
        "三维模型",
        (
            "04-08 1 建模加工 开发 18000.00 2026-01-15 2026-01-15 36 自行开发",
            "04-08 2 基础数据 开发 30000.00 2026-01-15 2026-01-15 36 自行开发",
        ),
        ("cost 18000.00 18000.00", "amortisation 2500.00 3000.00"),
        parent=12,
        since=date(2026, 1, 15),
    ),
    # 500.00 a month, 18 of 60.
    Case(
        12,
        "高程点",
        ("01-12 1 购买价款 开发 30000.00 2025-01-24 2025-01-24 60 外购",),
        ("cost 30000.00 30000.00", "amortisation 8500.00 9000.00"),
        count="相符",
    ),
    # Counted at the end of 2025, and not as its card says: 500.00 a month, 14 of 30.
    Case(
        13,
        "地名词典",
        ("01-12 1 购买价款 开发 15000.00 2025-05-12 2025-05-12 30 外购",),
        ("cost 15000.00 15000.00", "amortisation 6500.00 7000.00"),
        count="不符",
    ),
    # Merged in April with the next after 15 months of 500.00.
    Case(
        14,
        "里程碑",
        ("01-12 1 采集加工 开发 18000.00 2025-01-23 2025-01-23 36 自行开发",),
        standing="left",
        count="相符",
    ),
    # After 14 months of 250.00; what is still developed goes along.
    Case(
        15,
        "界碑",
        (
            "01-12 1 采集加工 开发 12000.00 2025-02-11 2025-02-11 48 自行开发",
            "04-08 1 系统开发 开发 4000.00 2026-03-12 - - 自行开发",
        ),
        standing="left",
        count="相符",
    ),
    # Of both: 500.00 a month and 250.00, and 4,000.00 in development.
    Case(
        16,
        "界桩里程碑",
        (
            "07-06 1 合并转入 开发 18000.00 2026-04-20 2025-01-23 36 自行开发",
            "07-06 2 合并转入 开发 12000.00 2026-04-20 2025-02-11 48 自行开发",
            "07-06 3 合并转入 开发 4000.00 2026-04-20 - - 自行开发",
        ),
        (
            "cost 30000.00 30000.00",
            "amortisation 12500.00 13250.00",
            "development 4000.00 4000.00",
        ),
        events=(
            "合并 2026-04-20 - 示地并〔2026〕1号 place=14",
            "合并 2026-04-20 - 示地并〔2026〕1号 place=15",
        ),
        since=date(2026, 4, 16),
    ),
)

#: An enterprise.
GROUP = (
    # 25,000.00 in the six months of 2025; 55,000.00 after the impairment over the 18 that remain.
    Case(
        1,
        "企业经营画像",
        ("04-10 1 购买价款 开发 100000.00 2025-07-08 2025-07-08 24 外购",),
        ("cost 100000.00 100000.00", "amortisation 40277.78 43333.33", "impairment 20000.00 20000.00"),
        events=("减值 2025-12-31 20000.00 示数减〔2025〕1号",),
    ),
    # For sale: stock, and not amortised.
    Case(
        2,
        "商圈客流",
        ("04-10 1 采集加工 开发 80000.00 2025-08-12 2025-08-12 36 外购 出售",),
        ("stock 80000.00 80000.00",),
    ),
    # All five tests are shown; the research before it is expensed: 2,000.00 a month, 5 of 60.
    Case(
        3,
        "出行时空",
        (
            "04-10 1 需求调研 研究 40000.00 2025-11-20",
            "04-10 1 系统开发 开发 120000.00 2026-01-15 2026-02-01 60 自行开发",
        ),
        ("cost 120000.00 120000.00", "amortisation 8000.00 10000.00"),
        shown=tuple(f"{test} 符合" for test in TESTS),
    ),
    # Not feasible: expensed, and so without a cost that is capitalised.
    Case(
        4,
        "产业链图谱",
        ("04-10 1 系统开发 开发 60000.00 2026-02-12 2026-02-20 36 自行开发",),
        shown=("技术可行性 不符合", *(f"{test} 符合" for test in TESTS[1:])),
        standing="memo",
    ),
    # Nothing was shown: capitalised as policy has it, and told; 1,000.00 a month, 4 of 48.
    Case(
        5,
        "楼宇经济",
        ("04-10 1 系统开发 开发 48000.00 2026-03-05 2026-03-05 48 自行开发",),
        ("cost 48000.00 48000.00", "amortisation 3000.00 4000.00"),
    ),
    # A gain on appraisal is held: 2,500.00 a month of what was paid, 12 of 36.
    Case(
        6,
        "物流轨迹汇总",
        (
            "04-10 1 购买价款 开发 90000.00 2025-07-10 2025-07-10 36 外购",
            "07-06 1 评估增值 开发 30000.00 2026-05-20 2026-05-20 - 外购",
        ),
        ("cost 90000.00 90000.00", "amortisation 27500.00 30000.00"),
    ),
    # Held for its words and released in May: over the 33 months that remain from then.
    Case(
        7,
        "科技成果",
        ("04-10 1 课题库开发 开发 72000.00 2026-02-10 2026-02-10 36 外购",),
        ("cost 72000.00 72000.00", "amortisation 2181.82 4363.64"),
    ),
)

CASES = {"trading": TRADING, "geo": GEO, "datagroup": GROUP}
#: What a unit's closing of 2025 says of its cards: case, cost, amortisation and development; `-` for a card without value.
CLOSED = {
    "trading": (
        "1 120000.00 33333.33 0.00",
        "2 90000.00 10500.00 0.00",
        "3 36000.00 12000.00 0.00",
        "4 60000.00 12000.00 0.00",
        "5 12000.00 2000.00 0.00",
        "7 36000.00 12000.00 0.00",
        "8 36000.00 12000.00 0.00",
        "9 120000.00 33333.33 0.00",
        "10 36000.00 12000.00 0.00",
        "11 -",
        "12 0.00 0.00 90000.00",
        "13 12000.00 1200.00 0.00",
    )
}
