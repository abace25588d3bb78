"""The cases of the example city, one a row: what its cards come to, reckoned here by hand, and what is said of them.

A government unit whose 2025 is closed (T), one to whose cards things happen (G), and an enterprise (D); numbers are those of the codes.
"""

import csv
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from tests.homes import ask, lake_of
from tests.landing import name_authorities
from tests.world import World
from warehouse import queries
from warehouse.asking.card import SIDES, card_of
from warehouse.store.home import Home

UNITS = {"T": "129901000000004309", "G": "129901000000004496", "D": "91990100000000457U"}
STEMS = {"T": "301001043", "G": "309016044", "D": "301003045"}
SIDES_EN = ("opening", "adjustment", "addition", "reduction", "closing")
FINANCE, DATA = "11990100000000027A", "119901000000000355"


@dataclass(frozen=True)
class Row:
    """cost, amortisation: `opening adjustment addition reduction closing`. more: what else of its snapshot is not zero."""

    case: str
    cost: str
    amortisation: str
    more: dict[str, str]

    @property
    def amounts(self) -> dict[str, str]:
        found = {
            f"{side}_{name}": str(Decimal(amount).quantize(Decimal("0.01")))
            for name, said in (("cost", self.cost), ("amortisation", self.amortisation))
            for side, amount in zip(SIDES_EN, said.split(), strict=True)
            if amount != "0"
        }
        return found | self.more


#: In each the closing is the opening with the rest; months are counted from that of availability, June 2026 included.
ROWS = (
    # R1: 120,000 / 36 = 3,333.33 a month; ten months in 2025, 16 in all.
    Row("T1", "120000 0 0 0 120000", "33333.33 0 20000 0 53333.33", {}),
    # R2: 90,000 / 60 = 1,500 a month from June 2025: 7, then 13.
    Row("T2", "90000 0 0 0 90000", "10500 0 9000 0 19500", {}),
    # R3: 36,000 / 36; 12 months, and January to March.
    Row("T3", "36000 0 0 36000 0", "12000 0 3000 15000 0", {}),
    # R4: 60,000 / 60, 12 months; (48,000 + 24,000) / 48 = 1,500 for six.
    Row("T4", "60000 0 24000 0 84000", "12000 0 9000 0 21000", {}),
    # R6: closed at 12,000 with two months of 1,000; 18,000 is 1,500 a month, two of them late and six of this year.
    Row("T5", "12000 6000 0 0 18000", "2000 1000 9000 0 12000", {}),
    # Late altogether: 24,000 / 24, three months of 2025 adjust the opening.
    Row("T6", "0 24000 0 0 24000", "0 3000 6000 0 9000", {}),
    # R7, R8, R9: 36,000 / 36, 12 and 18 months, whatever became of the reviews.
    *(Row(case, "36000 0 0 0 36000", "12000 0 6000 0 18000", {}) for case in ("T7", "T8", "T10")),
    # R1b: as R1, though it was reviewed half a year later.
    Row("T9", "120000 0 0 0 120000", "33333.33 0 20000 0 53333.33", {}),
    # No life, no value.
    Row("T11", "0 0 0 0 0", "0 0 0 0 0", {}),
    # R2b: not available, not amortised.
    Row("T12", "0 0 0 0 0", "0 0 0 0 0", {"closing_development": "90000.00"}),
    # 12,000 / 120 = 100 a month; 12, then January and February, and out in March.
    Row("T13", "12000 0 0 12000 0", "1200 0 200 1400 0", {}),
    # 12,000 / 24 = 500 a month: 12 and two; a quarter of 7,000 leaves; (9,000 - 5,250) / 10 = 375 for four months.
    Row("G1", "12000 0 0 3000 9000", "6000 0 2500 1750 6750", {}),
    # 60,000 / 60 = 1,000 a month: 12 and three; (60,000 - 15,000) / (40 - 15) = 1,800 for three.
    Row("G2", "60000 0 0 0 60000", "12000 0 8400 0 20400", {}),
    # 12,000 / 120 = 100 a month, 12 and six; 500 / 10 = 50 in February, taken back in March.
    Row("G3", "12000 0 500 500 12000", "1200 0 650 50 1800", {}),
    # 36,000 / 36 = 1,000 a month: 12 and three leave with it.
    Row("G4", "36000 0 0 36000 0", "12000 0 3000 15000 0", {}),
    # A third and two thirds of 18 months.
    Row("G5", "0 0 12000 0 12000", "0 0 6000 0 6000", {}),
    Row("G6", "0 0 24000 0 24000", "0 0 12000 0 12000", {}),
    # 24,000 / 48 = 500 a month from July 2025.
    Row("G7", "24000 0 0 0 24000", "3000 0 3000 0 6000", {}),
    # One yuan.
    Row("G8", "1 0 0 0 1", "0 0 0 0 0", {}),
    # 50,000 / 50 = 1,000 a month from September 2025: four, then six.
    Row("G9", "50000 0 0 0 50000", "4000 0 6000 0 10000", {}),
    # What T13 had left, 12,000 - 1,400, over 106 months: 100 a month from March.
    Row("G10", "0 0 10600 0 10600", "0 0 400 0 400", {}),
    # 18,000 / 36 = 500 a month from January; 30,000 that its parent cost are not in.
    Row("G11", "0 0 18000 0 18000", "0 0 3000 0 3000", {}),
    # 30,000 / 60 = 500 a month.
    Row("G12", "30000 0 0 0 30000", "6000 0 3000 0 9000", {}),
    # 15,000 / 30 = 500 a month from May 2025: eight, then six.
    Row("G13", "15000 0 0 0 15000", "4000 0 3000 0 7000", {}),
    # 18,000 / 36 = 500 a month: 12 and three leave with it.
    Row("G14", "18000 0 0 18000 0", "6000 0 1500 7500 0", {}),
    # 12,000 / 48 = 250 a month from February 2025: 11 and three.
    Row("G15", "12000 0 0 12000 0", "2750 0 750 3500 0", {}),
    # 7,500 and 3,500 come with 30,000, and 500 and 250 a month from April; 4,000 are not available yet.
    Row("G16", "0 0 30000 0 30000", "0 0 13250 0 13250", {"closing_development": "4000.00"}),
    # E1: 100,000 / 24, six months are 25,000; (100,000 - 25,000 - 20,000) / 18, six months are 18,333.33.
    Row(
        "D1",
        "100000 0 0 0 100000",
        "25000 0 18333.33 0 43333.33",
        {"opening_impairment": "20000.00", "closing_impairment": "20000.00"},
    ),
    # E2: for sale.
    Row("D2", "0 0 0 0 0", "0 0 0 0 0", {"closing_stock": "80000.00"}),
    # 120,000 / 60 = 2,000 a month from February.
    Row("D3", "0 0 120000 0 120000", "0 0 10000 0 10000", {}),
    # 48,000 / 48 = 1,000 a month from March.
    Row("D5", "0 0 48000 0 48000", "0 0 4000 0 4000", {}),
    # 90,000 / 36 = 2,500 a month from July 2025: six, then six; a gain of 30,000 is not in.
    Row("D6", "90000 0 0 0 90000", "15000 0 15000 0 30000", {}),
    # Held from February, released on 15 May: 72,000 / 33 for two months.
    Row("D7", "0 0 72000 0 72000", "0 0 4363.64 0 4363.64", {}),
)
#: Of each table that tells what a person should look at, what it says of the cases.
SAID = {
    "valuation.control_finding": {
        ("T11", "life_missing", "open"),
        ("G11", "parent_cost_again", "open"),
        ("D6", "appraisal_as_cost", "open"),
        ("D7", "research_words", "released"),
    },
    "registry.register_finding": {
        ("T", "unassessed_resources", "3"),
        ("D4", "development_test_failed", "1"),
        ("D5", "development_test_unknown", "1"),
        ("D", "contract_unknown", "1"),
    },
    "registry.card_finding": {
        ("T8", "condition_failed", "lawful.security"),
        ("T10", "condition_expired", "lawful.security"),
        ("T10", "condition_expired", "lawful.risk"),
    },
    "registry.count_finding": {("G13", "count_differs", "2026-01-30")},
}
_THIRD = {
    "valuation.control_finding": "finding_state",
    "registry.register_finding": "CAST(found_count AS VARCHAR)",
    "registry.card_finding": "requirement",
    "registry.count_finding": "CAST(due_date AS VARCHAR)",
}
WAYS = {"G1": "外购", "G4": "自行开发", "G8": "名义金额", "G9": "接受捐赠", "G10": "无偿调入"}


def _code(case: str) -> str:
    return f"{STEMS[case[0]]}/{case[1:]}"


def _case(holder: str, code: str | None) -> str:
    (unit,) = (unit for unit, of in UNITS.items() if of == holder)
    return unit + (code or "").partition("/")[2]


def _card(case: str) -> str:
    return f"{UNITS[case[0]]}/{_code(case)}"


@pytest.fixture(scope="module")
def amounts(city: Home) -> dict[str, dict[str, str]]:
    """The amounts of every card of the three units that are not zero, without `_cny`."""
    with lake_of(city).reading() as connection:
        relation = connection.execute(
            "SELECT s.*, c.resource_code AS code FROM valuation.snapshot AS s JOIN registry.asset_card AS c USING (card_id) "
            "WHERE s.period = '2026-06' AND list_contains($units, s.holder_code)",
            {"units": [*UNITS.values()]},
        )
        names = [column[0] for column in relation.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in relation.fetchall()]
    return {
        _case(row["holder_code"], row["code"]): {
            name.removesuffix("_cny"): str(x) for name, x in row.items() if name.endswith("_cny") and x
        }
        for row in rows
    }


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.case)
def test_a_case_comes_to_what_is_reckoned_by_hand(amounts: dict[str, dict[str, str]], row: Row) -> None:
    found = dict(amounts[row.case])
    carrying = found.pop("closing_carrying", None)
    assert found == row.amounts
    if "closing_cost" in row.amounts:
        cost, *less = (Decimal(row.amounts.get(f"closing_{one}", 0)) for one in ("cost", "amortisation", "impairment"))
        assert Decimal(carrying or 0) == cost - sum(less)


def test_every_card_of_the_three_units_is_in_the_table(amounts: dict[str, dict[str, str]]) -> None:
    assert set(amounts) == {row.case for row in ROWS}


@pytest.mark.parametrize("table", SAID)
def test_what_is_said_of_the_cases(city: Home, table: str) -> None:
    rows = ask(
        city,
        f"SELECT holder_code, resource_code, finding_kind, {_THIRD[table]} FROM {table} WHERE list_contains($units, holder_code)",
        units=[*UNITS.values()],
    )
    assert {(_case(holder, code), kind, more) for holder, code, kind, more in rows} == SAID[table]


def test_a_decision_that_names_no_criterion_is_told_to_who_made_it(city: Home) -> None:
    rows = ask(
        city,
        "SELECT holder_code, resource_code, message_en FROM registry.register_finding WHERE finding_kind = 'criterion_unknown'",
    )
    (message,) = [message for holder, code, message in rows if (holder, code) == (FINANCE, _code("T14"))]
    assert "控制力 → 控制" in message
    assert len(rows) == 1


def test_a_held_line_is_not_in_and_a_released_one_is(city: Home) -> None:
    rows = ask(
        city,
        "SELECT holder_code, resource_code, CAST(amount_cny AS VARCHAR), CAST(held_cny AS VARCHAR), decider_name, reason IS NOT NULL, "
        "CAST(release_date AS VARCHAR), CAST(end_date AS VARCHAR) FROM valuation.control_finding WHERE effect = 'hold' "
        "AND list_contains($units, holder_code)",
        units=[*UNITS.values()],
    )
    # A release holds on its last day, too.
    assert {_case(*row[:2]): row[2:] for row in rows} == {
        "G11": ("30000.00", "30000.00", None, False, None, None),
        "D6": ("30000.00", "30000.00", None, False, None, None),
        "D7": ("72000.00", "0.00", "示例市财政局资产管理处", True, "2026-05-15", "2027-07-01"),
    }


def test_what_is_no_card_stands_where_it_should(city: Home) -> None:
    standing = dict(
        ask(
            city,
            "SELECT resource_code, standing FROM registry.resource_standing WHERE list_contains($units, holder_code) "
            "AND standing <> 'card'",
            units=[*UNITS.values()],
        )
    )
    assert standing == {_code("D4"): "memo"} | {_code(f"T{place}"): "unassessed" for place in (14, 15, 16)}
    new = [_code(f"T{place}") for place in (14, 15, 16)]
    assert ask(city, "SELECT * FROM report.memo_item WHERE list_contains($new, resource_code)", new=new) == []


def test_the_books_of_the_cases_agree_with_their_cards(city: Home) -> None:
    """Those of T in sub-accounts."""
    rows = ask(
        city,
        "SELECT difference_kind, count(*) FROM finance.reconciliation WHERE period = '2026-06' AND list_contains($units, holder_code) "
        "GROUP BY ALL",
        units=[*UNITS.values()],
    )
    assert [kind for kind, _ in rows] == ["matched"]
    assert {
        row[0]
        for row in ask(
            city, "SELECT DISTINCT account_code FROM delivered.ledger WHERE holder_code = $unit", unit=UNITS["T"]
        )
    } == {"170101", "170201", "170301"}


def test_ways_of_acquisition_a_parent_and_a_change_of_code(city: Home) -> None:
    lake = lake_of(city)
    for case, way in WAYS.items():
        fields = {field.label_zh: field.value for field in card_of(lake, _card(case)).cards[0].fields}
        assert way in (fields["取得方式"] or ""), case
    assert ask(
        city,
        "SELECT c.resource_code, p.resource_code, t.named_in FROM registry.resource_parent AS t "
        "JOIN catalog.resource AS c ON c.resource_id = t.resource_id JOIN catalog.resource AS p ON p.resource_id = t.parent_id",
    ) == [(_code("G11"), _code("G12"), "evidence")]
    assert ask(city, "SELECT former_code, current_code, first_code FROM delivered.code_change") == [
        (f"{STEMS['G']}/107", _code("G7"), f"{STEMS['G']}/107")
    ]
    # What was spent under the former code is the card's.
    assert ask(city, "SELECT DISTINCT resource_code FROM valuation.cost_line WHERE resource_code LIKE '%44/%7'") == [
        (_code("G7"),)
    ]


def test_a_card_shows_what_adjusts_its_opening(city: Home) -> None:
    book = card_of(lake_of(city), _card("T5")).cards[0].book_value
    assert book is not None
    shown = {label: [str(amount) for amount in amounts] for label, amounts in book.lines}
    assert SIDES == ("期初", "期初调整", "增加", "减少", "期末")
    assert shown["账面原值"] == ["12000.00", "6000.00", "0.00", "0.00", "18000.00"]
    assert shown["累计摊销"] == ["2000.00", "1000.00", "9000.00", "0.00", "12000.00"]


def test_a_card_shows_its_findings_and_who_released_them(city: Home) -> None:
    lake = lake_of(city)

    def told(case: str) -> dict[str, str]:
        return {about: message for about, message, _ in card_of(lake, _card(case)).cards[0].findings}

    # A line that was released is not called held.
    assert told("D7")["数-2602-007"].startswith("已由示例市财政局资产管理处放行至2027-06-30：课题库为数据集名称")
    assert "搁置" in told("D6")["数-2605-006"]
    assert "开发支出条件未证明" in told("D5")
    assert told("G13")["示审〔2025〕4413-3号"] == "盘点与卡片不符"
    assert "缺摊销期限" in told("T11")


def test_what_is_late_is_booked_in_the_first_open_month(city: Home) -> None:
    rows = ask(
        city,
        "SELECT m.booking_month, CAST(sum(m.cost_cny) AS VARCHAR), CAST(sum(m.amortisation_cny) AS VARCHAR) "
        "FROM valuation.month_movement AS m WHERE m.holder_code = $unit AND m.entry_kind = 'opening_adjustment' GROUP BY ALL",
        unit=UNITS["T"],
    )
    # Of T5 and T6.
    assert rows == [("2026-01", "30000.00", "4000.00")]


def test_the_closing_is_what_the_command_would_have_closed(city_folder: Path, tmp_path: Path) -> None:
    """Of the deliveries up to its day, with the papers that came later: the city states it by hand."""
    world = World(tmp_path)
    world.connection.execute("DELETE FROM policy.authority_unit")
    name_authorities(world.connection, {"finance_authority": FINANCE, "data_authority": DATA})
    wanted = {
        "trading": {"catalog", "evidence", "reviews", "costs"},
        "finance": {"organisations"},
        "data": {"authorisations"},
    }
    for manifest in sorted(city_folder.glob("*/manifest.toml")):
        of = tomllib.loads(manifest.read_text("utf-8"))
        sender = manifest.parent.name.split("-")[3]
        if of["kind"] not in wanted.get(sender, ()) or (of["kind"] == "costs" and of["date"] > "2026-01-10"):
            continue
        for name in of["files"]:
            file = manifest.parent / name
            world.deliver_file(of["kind"], file, of["date"], of["mode"], deliverer=of["from"], source=of["source"])
    world.build("2025-12")
    (closing,) = city_folder.glob("*-closings/*.csv")
    with closing.open(encoding="utf-8", newline="") as file:
        unit, *cards = csv.DictReader(file)
    asked = {"units": [UNITS["T"]], "period": "2025-12", "state": "已结账"}
    words = {"decided_by": unit["decided_by"], "reason": unit["reason"]}
    (whole,) = world.connection.execute(queries.text("closing_units"), asked | words).to_arrow_table().to_pylist()
    assert {name: value for name, value in unit.items() if value} == whole
    rows = world.connection.execute(queries.text("closing_cards"), asked).to_arrow_table().to_pylist()
    stated = {card["card_id"]: card for card in cards}
    assert {row["card_id"] for row in rows} == set(stated)
    for row in rows:
        assert {name: stated[row["card_id"]].get(name) or None for name in row} == row
