"""Splits and merges of cards: what leaves the former cards is what the new ones take over; what is wrong with one is told.

A former card is of 36,000.00 over 36 months from January 2025, if nothing else is said: 1,000.00 a month.
"""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.world import World

HEADINGS = "resource_code,voucher_no,line_no,cost_kind,phase,amount_cny,posted_date,available_date,life_months"
EVENTS = "resource_code,event_kind,event_date,amount_cny,document_no,former_code"
OTHER = "11990100000000300X"
ZERO = Decimal("0.00")
Sums = tuple[Decimal, ...]


def _cost(code: str, amount: str, posted: str = "2025-01-10", available: str = "2025-01-10", life: str = "36") -> str:
    return f"{code},{code}{posted[2:7]}{amount[:-3]},1,采集,开发,{amount},{posted},{available},{life}"


def _split(code: str, former: str, amount: str, day: str = "2026-04-18") -> str:
    return f"{code},拆分,{day},{amount},示财{former}号,{former}"


def _merge(code: str, former: str, amount: str = "", day: str = "2026-04-18") -> str:
    return f"{code},合并,{day},{amount},示财{code}号,{former}"


def _taken(code: str, amount: str, day: str = "2026-04-18", available: str = "2025-01-10") -> str:
    return _cost(code, amount, day, available)


#: By family: cards of cost, lines that take over, events.
FAMILIES = {
    # All of a card in two parts.
    "whole": (
        [_cost("whole", "36000.00")],
        [_taken("half_a", "12000.00"), _taken("half_b", "24000.00")],
        [_split("half_a", "whole", "12000.00"), _split("half_b", "whole", "24000.00")],
    ),
    "part": ([_cost("part", "36000.00")], [_taken("quarter", "9000.00")], [_split("quarter", "part", "9000.00")]),
    # 1,000.00 a month until 2027, and 500.00 until the end of 2028.
    "two": (
        [_cost("two_a", "36000.00"), _cost("two_b", "24000.00", life="48")],
        [_taken("one", "36000.00"), _taken("one", "24000.00")],
        [_merge("one", "two_a"), _merge("one", "two_b")],
    ),
    # All of one with a third of another.
    "third": (
        [_cost("third_a", "36000.00"), _cost("third_b", "24000.00", life="48")],
        [_taken("mixed", "36000.00"), _taken("mixed", "8000.00")],
        [_merge("mixed", "third_a"), _merge("mixed", "third_b", "8000.00")],
    ),
    # In development on both sides, and together with what is in use.
    "grown": (
        [
            _cost("grown_a", "5000.00", available="", life=""), _cost("grown_b", "36000.00"),
            _cost("grown_b", "700.00", available="", life=""),
        ],
        [
            _taken("grown", "5000.00", available=""), _taken("grown", "36000.00"), _taken("grown", "700.00", available=""),
        ],
        [_merge("grown", "grown_a"), _merge("grown", "grown_b")],
    ),
    # A part of what is in development.
    "young": (
        [_cost("young", "5000.00", available="", life="")],
        [_taken("younger", "2000.00", available="")],
        [_split("younger", "young", "2000.00")],
    ),
    # Merged in April, a part of it disposed of in May, and split in June: each pool gives its share.
    "again": (
        [_cost("again_a", "36000.00"), _cost("again_b", "24000.00", life="48")],
        [
            _taken("again", "36000.00"), _taken("again", "24000.00"), _taken("anew_a", "20000.00", "2026-06-18"),
            _taken("anew_b", "34000.00", "2026-06-18"),
        ],
        [
            _merge("again", "again_a"), _merge("again", "again_b"), "again,处置,2026-05-18,6000.00,示财处1号,",
            _split("anew_a", "again", "20000.00", "2026-06-18"), _split("anew_b", "again", "34000.00", "2026-06-18"),
        ],
    ),
    # Taken over and given on in one month.
    "chain": (
        [_cost("chain", "36000.00")],
        [_taken("chained", "36000.00"), _taken("last", "36000.00", "2026-04-28")],
        [_merge("chained", "chain"), _merge("last", "chained", day="2026-04-28")],
    ),
    # Nobody has said how long one of them lasts.
    "lifeless": (
        [_cost("lifeless", "900.00", life=""), _cost("lively", "36000.00")],
        [_taken("uncertain", "900.00"), _taken("uncertain", "36000.00")],
        [_merge("uncertain", "lifeless"), _merge("uncertain", "lively")],
    ),
}  # fmt: skip
#: What is not as it should be: cards of cost, lines that should take over, events, and what is told of the new code.
WRONG = {
    "succession_amount_differs": (
        [_cost("untaken", "36000.00")], [_taken("less", "8000.00")], [_split("less", "untaken", "9000.00")], "less",
    ),
    "succession_has_cost": (
        [_cost("known_a", "36000.00"), _cost("known", "100.00", life="10")],
        [_taken("known", "50.00", "2026-05-18")], [_split("known", "known_a", "50.00", "2026-05-18")], "known",
    ),
    "succession_former_unknown": ([], [_taken("stray", "100.00")], [_split("stray", "nowhere", "100.00")], "stray"),
    "succession_after_end": (
        [_cost("gone", "36000.00")], [_taken("late", "36000.00", "2026-05-18")],
        ["gone,核销,2026-03-18,,示财9号,", _merge("late", "gone", day="2026-05-18")], "late",
    ),
    "succession_amount_missing": (
        [_cost("silent", "36000.00")], [_taken("dumb", "36000.00")], [_split("dumb", "silent", "")], "dumb",
    ),
    "succession_two_holders": ([], [_taken("foreign", "36000.00")], [_merge("foreign", "abroad")], "foreign"),
    "succession_count_differs": (
        [_cost("single", "36000.00")], [_taken("alone", "36000.00")], [_merge("alone", "single")], "alone",
    ),
    "succession_basis_differs": (
        ["yuan,元1,1,名义,开发,1.00,2025-01-10,2025-01-10,,名义金额", _cost("cash", "36000.00")],
        [_taken("both", "1.00"), _taken("both", "36000.00")], [_merge("both", "yuan"), _merge("both", "cash")], "both",
    ),
    "succession_leaves_stock": (
        [_cost("stocked", "36000.00"), "stocked,存1,1,采集,开发,500.00,2025-01-12,2025-01-12,,,出售", _cost("stocked_b", "24000.00")],
        [_taken("sold", "36000.00"), _taken("sold", "24000.00")],
        [_merge("sold", "stocked"), _merge("sold", "stocked_b")], "sold",
    ),
    "succession_not_recognised": (
        [_cost("early", "36000.00")], [_taken("tardy", "9000.00")], [_split("tardy", "early", "9000.00")], "tardy",
    ),
}  # fmt: skip


def _codes(rows: list[str]) -> list[str]:
    return [*dict.fromkeys(row.split(",")[0] for row in rows)]


def _world(
    folder: Path, costs: list[str], events: list[str], late: str = "", day: str = "2026-06-30", **of: str
) -> World:
    world = World(folder, **of)
    world.cards([code for code in _codes(costs) if code != late])
    if late:
        world.deliver("catalog", f"identifier,title,provider_code\n{late},资源{late},11990100000000107X", "2020-02-01")
    rows = "\n".join([f"{HEADINGS},acquisition,purpose", *(row + "," * (10 - row.count(",")) for row in costs)])
    world.deliver("costs", rows, day)
    world.deliver("events", "\n".join([EVENTS, *events]), day)
    return world


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> World:
    rows = [[row for family in FAMILIES.values() for row in family[part]] for part in range(3)]
    return _world(tmp_path_factory.mktemp("succession"), rows[0] + rows[1], rows[2])


@pytest.fixture(scope="module")
def at(delivered: World) -> dict[str, dict[str, Sums]]:
    """By month, cost, amortisation, impairment, development of each card at its end; June stays built."""
    found: dict[str, dict[str, Sums]] = {}
    for period in ("2026-03", "2026-04", "2026-05", "2026-06"):
        delivered.build(period)
        found[period] = {
            row[0]: tuple(amount or ZERO for amount in row[1:])
            for row in delivered.ask(
                "SELECT resource_code, closing_cost_cny, closing_amortisation_cny, closing_impairment_cny, "
                "closing_development_cny FROM valuation.snapshot WHERE snapshot_status IN ('valued', 'disposed')"
            )
        }
    return found


@pytest.fixture
def world(delivered: World, at: object) -> World:
    """At the end of June."""
    return delivered


def _sum(at: dict[str, Sums], codes: Iterable[str]) -> Sums:
    rows = [at[code] for code in codes if code in at]
    return tuple(sum(column, ZERO) for column in zip(*rows, strict=True))


def test_a_card_that_is_split_leaves_and_the_new_ones_take_over_its_amortisation(world: World) -> None:
    # Fifteen months of 1,000.00 leave; the new cards have eighteen by June.
    assert world.values("whole") == {
        "opening_cost": "36000.00", "opening_amortisation": "12000.00", "addition_amortisation": "3000.00",
        "reduction_cost": "36000.00", "reduction_amortisation": "15000.00",
    }  # fmt: skip
    assert world.values("half_a") == {
        "addition_cost": "12000.00", "addition_amortisation": "6000.00", "closing_cost": "12000.00",
        "closing_amortisation": "6000.00", "closing_carrying": "6000.00",
    }  # fmt: skip
    assert world.values("half_b")["closing_amortisation"] == "12000.00"


def test_a_part_that_is_split_off_leaves_with_its_share(world: World) -> None:
    # 27,000.00 stay with 13,500.00, and 9,000.00 go with 4,500.00.
    assert {name: world.values("part")[name] for name in ("closing_cost", "closing_amortisation", "reduction_cost")} == {
        "closing_cost": "27000.00", "closing_amortisation": "13500.00", "reduction_cost": "9000.00",
    }  # fmt: skip
    assert world.values("quarter")["closing_amortisation"] == "4500.00"


def test_cards_that_are_merged_leave_and_the_new_one_goes_on_for_what_remained_of_each(world: World) -> None:
    # 15,000.00 and 7,500.00 leave; 1,000.00 and 500.00 a month since.
    assert world.values("two_b") == {
        "opening_cost": "24000.00", "opening_amortisation": "6000.00", "addition_amortisation": "1500.00",
        "reduction_cost": "24000.00", "reduction_amortisation": "7500.00",
    }  # fmt: skip
    assert world.values("one") == {
        "addition_cost": "60000.00", "addition_amortisation": "27000.00", "closing_cost": "60000.00",
        "closing_amortisation": "27000.00", "closing_carrying": "33000.00",
    }  # fmt: skip


def test_a_merge_takes_a_part_of_a_card(world: World) -> None:
    # 8,000.00 with 2,500.00 of 7,500.00; 166.67 a month, of 333.33 that stay.
    assert world.values("third_b")["closing_cost"] == "16000.00"
    assert world.values("third_b")["closing_amortisation"] == "6000.00"
    assert world.values("mixed")["closing_amortisation"] == "21000.00"


def test_what_is_in_development_stays_in_development(world: World) -> None:
    assert world.values("grown") == {
        "addition_cost": "36000.00", "addition_amortisation": "18000.00", "closing_cost": "36000.00",
        "closing_amortisation": "18000.00", "closing_carrying": "18000.00", "closing_development": "5700.00",
    }  # fmt: skip
    assert world.values("young") == {"closing_development": "3000.00"}
    assert world.values("younger") == {"closing_development": "2000.00"}


def test_a_merged_card_gives_of_each_of_its_pools(world: World) -> None:
    # A tenth of 60,000.00 leaves in May with a tenth of 24,000.00; 54,000.00 in June with 21,600.00 and May's 1,350.00.
    assert world.values("again") == {
        "addition_cost": "60000.00", "addition_amortisation": "25350.00", "reduction_cost": "60000.00",
        "reduction_amortisation": "25350.00",
    }  # fmt: skip
    # 22,950.00 and June's 1,350.00.
    new = [Decimal(world.values(code)["closing_amortisation"]) for code in ("anew_a", "anew_b")]
    assert new == [Decimal("9000.00"), Decimal("15300.00")]


@pytest.mark.parametrize("family", FAMILIES)
def test_of_all_together_nothing_is_gained_or_lost(at: dict[str, dict[str, Sums]], family: str) -> None:
    """Month by month they are what the former ones would be, but for what was disposed of."""
    old, new, _ = FAMILIES[family]
    before = _sum(at["2026-03"], _codes(old))
    monthly = {"two": 1500, "third": 1500, "again": 1500, "young": 0}.get(family, 1000)
    codes = [*_codes(old), *_codes(new)]
    if family == "lifeless":
        # Without a life it had no value; it goes over at cost.
        before = (before[0] + 900, *before[1:])
    assert _sum(at["2026-04"], codes) == (before[0], before[1] + monthly, before[2], before[3])
    if family != "again":
        assert _sum(at["2026-06"], codes) == (before[0], before[1] + 3 * monthly, before[2], before[3])


def test_a_card_without_a_life_goes_over_and_is_told(world: World) -> None:
    assert world.ask(
        "SELECT a.resource_code, f.finding_kind FROM valuation.control_finding AS f "
        "JOIN registry.asset_card AS a USING (card_id) ORDER BY ALL"
    ) == [("lifeless", "life_missing"), ("uncertain", "life_missing")]
    assert world.ask(
        "SELECT DISTINCT finding_kind, resource_code FROM registry.register_finding WHERE finding_kind LIKE 'succ%' ORDER BY ALL"
    ) == [
        ("succession_count_differs", "chained"),
        ("succession_count_differs", "last"),
    ]


def test_what_leaves_is_what_comes(world: World) -> None:
    """To the cent, by month: the entries of both sides, and the account between them."""
    assert world.ask(
        "SELECT booking_month, sum(cost_cny), sum(amortisation_cny), sum(impairment_cny), sum(development_cny) "
        "FROM valuation.month_movement WHERE entry_kind LIKE 'succession%' GROUP BY ALL ORDER BY ALL"
    ) == [(month, ZERO, ZERO, ZERO, ZERO) for month in ("2026-04", "2026-06")]
    assert world.ask(
        "SELECT sum(debit_cny) - sum(credit_cny) FROM finance.journal_entry WHERE account_code = '1902'"
    ) == [(ZERO,)]
    assert (
        world.ask(
            "SELECT journal_no FROM finance.journal_entry GROUP BY card_id, journal_no HAVING sum(debit_cny) <> sum(credit_cny)"
        )
        == []
    )


def test_entries_say_what_they_follow_from(world: World) -> None:
    assert world.ask(
        "SELECT m.entry_kind, m.cost_cny, m.amortisation_cny, m.follows_from FROM valuation.month_movement AS m "
        "JOIN registry.asset_card AS a USING (card_id) WHERE a.resource_code IN ('two_b', 'one') "
        "AND m.booking_month = '2026-04' AND m.entry_kind <> 'amortisation' ORDER BY ALL"
    ) == [
        ("succession_in", Decimal("60000.00"), Decimal("22500.00"), "2026-04 one26-0424000/1、2026-04 one26-0436000/1"),
        ("succession_out", Decimal("-24000.00"), Decimal("-7500.00"), "示财one号"),
    ]


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_wrong_is_told(kind: str, tmp_path: Path) -> None:
    old, new, events, code = WRONG[kind]
    late = code if kind == "succession_not_recognised" else ""
    world = _world(tmp_path, old + new, events, late)
    if kind == "succession_two_holders":
        world.deliver("catalog", f"identifier,title,provider_code\nabroad,资源,{OTHER}", "2020-03-01", deliverer=OTHER)
    world.build()
    assert world.ask(
        "SELECT finding_kind, resource_code, message_zh NOT LIKE '%{%' AND mend_zh <> '' FROM registry.register_finding "
        "WHERE finding_kind LIKE 'succession%'"
    ) == [(kind, code, True)]


def test_an_impairment_goes_over_with_its_card(tmp_path: Path) -> None:
    """Of an enterprise: 36,000.00 less 15,000.00 and 7,000.00 leave 14,000.00 over the 21 months after March."""
    costs = [_cost("ill", "36000.00"), _cost("well", "24000.00", life="48"), _taken("cured", "36000.00", "2026-05-18")]
    costs += [_taken("cured", "24000.00", "2026-05-18")]
    events = ["ill,减值,2026-03-18,7000.00,示财减1号,", _merge("cured", "ill", day="2026-05-18")]
    events += [_merge("cured", "well", day="2026-05-18"), "cured,减值,2026-06-18,600.00,示财减2号,"]
    world = _world(tmp_path, costs, events, unit_kind="国有企业", accounting_system="企业会计准则")
    world.build()
    # 15,666.67 and 8,000.00 before May; in two months 1,333.33 and 1,000.00; of the second impairment 360.00 and 240.00.
    assert world.values("cured") == {
        "addition_cost": "60000.00", "addition_amortisation": "26000.00", "addition_impairment": "7600.00",
        "closing_cost": "60000.00", "closing_amortisation": "26000.00", "closing_impairment": "7600.00",
        "closing_carrying": "26400.00",
    }  # fmt: skip
    assert world.ask(
        "SELECT sum(impairment_cny), count(*) FROM valuation.month_movement WHERE entry_kind LIKE 'succession%'"
    ) == [(ZERO, 3)]
    assert world.ask(
        "SELECT sum(debit_cny) - sum(credit_cny) FROM finance.journal_entry WHERE account_code = '1901'"
    ) == [(ZERO,)]


def test_what_is_taken_over_gets_another_life_by_its_line(tmp_path: Path) -> None:
    """36,000.00 over 36 months, and over 60 since it was delivered again in May: 20,000.00 over 44."""
    costs = [_cost("short", "36000.00"), _taken("long", "36000.00")]
    world = _world(tmp_path, costs, [_merge("long", "short")], day="2026-04-30")
    again = _taken("long", "36000.00").removesuffix("36") + "60"
    world.deliver("costs", f"{HEADINGS}\n{again}", "2026-05-31")
    world.build()
    assert world.values("long")["closing_amortisation"] == "16909.09"


def test_later_cost_goes_over_the_months_that_remain(tmp_path: Path) -> None:
    """12,000.00 more in May, with 20,000.00 that remain over 20 months: 1,600.00 a month."""
    costs = [_cost("base", "36000.00"), _taken("wider", "36000.00")]
    costs.append(_cost("wider", "12000.00", "2026-05-10", "2026-05-10", ""))
    world = _world(tmp_path, costs, [_split("wider", "base", "36000.00")])
    world.build()
    assert world.values("wider") == {
        "addition_cost": "48000.00", "addition_amortisation": "19200.00", "closing_cost": "48000.00",
        "closing_amortisation": "19200.00", "closing_carrying": "28800.00",
    }  # fmt: skip


#: Cents, life, months before April 2026, part of it that goes (in hundredths).
_FORMER = st.tuples(st.integers(100, 9_999_999), st.integers(1, 60), st.integers(0, 40), st.integers(1, 100))
#: Former cards of a merge, and how the first of them is split in May: hundredths of what it keeps.
_FAMILY = st.tuples(st.lists(_FORMER, min_size=2, max_size=3), st.integers(0, 99))


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(families=st.lists(_FAMILY, min_size=4, max_size=4))
def test_laws(tmp_path_factory: pytest.TempPathFactory, families: list[tuple[list[tuple[int, ...]], int]]) -> None:
    """Cost stays to the cent; what leaves comes; amortisation is within a cent a pool; nothing falls below nothing."""
    costs, events, expected = [], [], {}
    for number, (formers, split) in enumerate(families):
        whole = amortised = taken = 0
        for place, (cents, life, months, part) in enumerate(formers):
            began = 2026 * 12 + 3 - months
            day = f"{began // 12}-{began % 12 + 1:02}-01"
            code, goes = f"f{number}{place}", max(1, cents * part // 100)
            costs.append(_cost(code, _money(cents), day, day, str(life)))
            costs.append(f"m{number},并{number}{place},1,采集,开发,{_money(goes)},2026-04-18,2025-01-10,{life}")
            events.append(_merge(f"m{number}", code, "" if part == 100 else _money(goes)))
            whole, amortised = whole + cents, amortised + (cents * min(life, months + 1) + life // 2) // life
            taken += goes
        if split and taken > 100:
            goes = max(1, taken * split // 100)
            costs.append(f"s{number},拆{number},1,采集,开发,{_money(goes)},2026-05-18,2025-01-10,12")
            events.append(_split(f"s{number}", f"m{number}", _money(goes), "2026-05-18"))
        expected[str(number)] = (Decimal(whole) / 100, Decimal(amortised) / 100)
    world = _world(tmp_path_factory.mktemp("laws"), costs, events)
    for period in ("2026-04", "2026-05"):
        world.build(period)
        found = world.ask(
            "SELECT resource_code[2:2], sum(closing_cost_cny), sum(closing_amortisation_cny), min(closing_carrying_cny) "
            "FROM valuation.snapshot GROUP BY ALL"
        )
        for family, cost, amortisation, least in found:
            assert cost == expected[family][0]
            assert least >= 0
            if period == "2026-04":
                assert abs(amortisation - expected[family][1]) <= Decimal("0.06")
        assert world.ask(
            "SELECT sum(cost_cny), sum(amortisation_cny) FROM valuation.month_movement WHERE entry_kind LIKE 'succession%'"
        ) == [(ZERO, ZERO)]
        assert (
            world.ask(
                "SELECT s.card_id FROM valuation.snapshot AS s LEFT JOIN valuation.month_movement AS m USING (card_id) "
                "GROUP BY s.card_id, s.opening_cost_cny, s.closing_cost_cny, s.opening_amortisation_cny, s.closing_amortisation_cny "
                "HAVING s.opening_cost_cny + coalesce(sum(m.cost_cny), 0) <> s.closing_cost_cny "
                "OR s.opening_amortisation_cny + coalesce(sum(m.amortisation_cny), 0) <> s.closing_amortisation_cny"
            )
            == []
        )
        assert (
            world.ask(
                "SELECT finding_kind, resource_code FROM registry.register_finding WHERE finding_kind LIKE 'succ%'"
            )
            == []
        )
