"""What comes in is what was meant: worked examples of values that were taken for others, from the file to the book value.

Each example has a resource of its own in one world (`tests/world.py`).
"""

from decimal import Decimal
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from readers.catalogues.json_body import dated
from tests.world import World
from warehouse import queries
from warehouse.tables.definitions import all_tables

COSTS = "resource_code,voucher_no,line_no,cost_kind,phase,amount_cny,posted_date,available_date,life_months"
CODES = (
    *("void", "void_early", "netted", "restarted", "reversed", "reversed_second", "over_reversed"),
    *("part", "parts", "part_then_whole", "changed", "changed_twice", "late", "left_before"),
)


def _costs(*lines: str) -> str:
    """Cost lines, each of resource, voucher, line, amount, date and life; the text of a file."""
    rows = []
    for line in lines:
        code, voucher, number, amount, day, life = line.split()
        rows.append(f"{code},{voucher},{number},采集,开发,{amount},{day},{day},{life}")
    return "\n".join([COSTS, *rows])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    found = World(tmp_path_factory.mktemp("world"))
    found.cards(CODES)
    found.deliver(
        "costs",
        _costs(
            "void 记-01 1 100.00 2026-04-05 3",
            "void 记-01 2 -100.00 2026-04-05 3",
            "void_early 记-02 1 12345.67 2025-01-05 36",
            "void_early 记-02 2 (12345.67) 2025-01-05 36",
            "netted 记-03 1 300.00 2026-05-05 3",
            "netted 记-03 2 -100.00 2026-05-05 3",
            "reversed 记-05 1 12000.00 2025-01-10 120",
            "reversed 记-05 2 -12000.00 2026-03-10 120",
            "reversed_second 记-06 1 12000.00 2025-01-10 120",
            "reversed_second 记-06 2 500.00 2026-02-10 10",
            "reversed_second 记-06 3 -500.00 2026-03-10 10",
            "over_reversed 记-07 1 1000.00 2026-01-10 10",
            "over_reversed 记-07 2 -1500.00 2026-02-10 10",
            "part 记-08 1 120000.00 2025-01-10 120",
            "parts 记-09 1 100.00 2025-01-10 10",
            "parts 记-09 2 100.00 2026-01-10 10",
            "part_then_whole 记-10 1 120000.00 2025-01-10 120",
            "late 记-12 1 1200.00 2025-01-10 12",
            "late 记-12 2 600.00 2026-05-10 12",
            "good 记-13 1 120.00 2026-01-10 12",
        ),
    )
    found.deliver("costs", _costs("restarted 记-0001 1 3000.00 2026-03-15 10"), "2026-03-31")
    found.deliver("costs", _costs("restarted 记-0001 1 40.00 2026-04-15 10"), "2026-04-30")
    found.deliver(
        "costs",
        _costs("changed 记-11 1 12000.00 2024-01-10 120", "changed_twice 记-12 1 12000.00 2024-01-10 120"),
        "2024-02-01",
    )
    found.deliver("costs", _costs("changed_twice 记-12 1 12000.00 2024-01-10 24"), "2025-01-20")
    found.deliver(
        "costs",
        _costs("changed 记-11 1 12000.00 2024-01-10 60", "changed_twice 记-12 1 12000.00 2024-01-10 60"),
        "2026-06-04",
    )
    found.deliver("costs", _costs("left_before 记-13 1 1200.00 2025-06-10 12"), "2026-06-04")
    events = "resource_code,event_kind,event_date,amount_cny,document_no\n"
    found.deliver(
        "events",
        events + "part,处置,2026-03-20,30000.00,示财1号\nparts,处置,2026-03-20,150.00,示财2号\n"
        "part_then_whole,处置,2026-03-20,30000.00,示财3号\npart_then_whole,处置,2026-05-20,,示财4号\nlate,处置,2026-03-20,,示财5号\n"
        "left_before,处置,2025-03-01,,示财6号\n",
    )
    found.build()
    return found


@pytest.mark.parametrize(
    ("code", "amounts"),
    [
        # A line and its reversal of one day: nothing, to the cent.
        ("void", {}),
        ("void_early", {}),
        # 300.00 less 100.00 is amortised as 200.00 is: 66.67 a month, then 133.33.
        (
            "netted",
            {
                "addition_cost": "200.00",
                "closing_cost": "200.00",
                "addition_amortisation": "133.33",
                "closing_amortisation": "133.33",
                "closing_carrying": "66.67",
            },
        ),
        # Voucher numbers start again each month; what came in April goes with the rest over the ten months that it says remain.
        (
            "restarted",
            {
                "addition_cost": "3040.00",
                "closing_cost": "3040.00",
                "addition_amortisation": "1122.00",
                "closing_amortisation": "1122.00",
                "closing_carrying": "1918.00",
            },
        ),
        # A reversal takes the amortisation with it.
        (
            "reversed",
            {
                "opening_cost": "12000.00",
                "reduction_cost": "12000.00",
                "opening_amortisation": "1200.00",
                "addition_amortisation": "200.00",
                "reduction_amortisation": "1400.00",
            },
        ),
        # It is the line of its amount that is reversed, not the oldest.
        (
            "reversed_second",
            {
                "opening_cost": "12000.00",
                "addition_cost": "500.00",
                "reduction_cost": "500.00",
                "closing_cost": "12000.00",
                "opening_amortisation": "1200.00",
                "addition_amortisation": "650.00",
                "reduction_amortisation": "50.00",
                "closing_amortisation": "1800.00",
                "closing_carrying": "10200.00",
            },
        ),
        # No asset is worth less than nothing.
        (
            "over_reversed",
            {
                "addition_cost": "1000.00",
                "reduction_cost": "1000.00",
                "addition_amortisation": "100.00",
                "reduction_amortisation": "100.00",
            },
        ),
        (
            "part",
            {
                "opening_cost": "120000.00",
                "reduction_cost": "30000.00",
                "closing_cost": "90000.00",
                "opening_amortisation": "12000.00",
                "addition_amortisation": "5000.00",
                "reduction_amortisation": "3500.00",
                "closing_amortisation": "13500.00",
                "closing_carrying": "76500.00",
            },
        ),
        # A part takes its share of all: 120.00 of 200.00 are amortised, 90.00 of them go with 150.00, and 20.00 stay for eight months.
        (
            "parts",
            {
                "opening_cost": "100.00",
                "addition_cost": "100.00",
                "reduction_cost": "150.00",
                "closing_cost": "50.00",
                "opening_amortisation": "100.00",
                "addition_amortisation": "30.00",
                "reduction_amortisation": "90.00",
                "closing_amortisation": "40.00",
                "closing_carrying": "10.00",
            },
        ),
        (
            "part_then_whole",
            {
                "opening_cost": "120000.00",
                "reduction_cost": "120000.00",
                "opening_amortisation": "12000.00",
                "addition_amortisation": "3500.00",
                "reduction_amortisation": "15500.00",
            },
        ),
        # From 120 to 60 months in June 2026: 29 months stay as they were, 9,100.00 are left for 31.
        (
            "changed",
            {
                "opening_cost": "12000.00",
                "closing_cost": "12000.00",
                "opening_amortisation": "2400.00",
                "addition_amortisation": "793.55",
                "closing_amortisation": "3193.55",
                "closing_carrying": "8806.45",
            },
        ),
        # 12 months of 100.00, then 12 of 900.00: nothing is left when the life grows again.
        (
            "changed_twice",
            {
                "opening_cost": "12000.00",
                "closing_cost": "12000.00",
                "opening_amortisation": "12000.00",
                "closing_amortisation": "12000.00",
            },
        ),
    ],
)
def test_the_book_value_of(world: World, code: str, amounts: dict[str, str]) -> None:
    assert world.values(code) == amounts


def test_a_card_whose_cost_was_reversed_is_worth_nothing_and_not_unvalued(world: World) -> None:
    found = world.ask(
        "SELECT c.resource_code, s.snapshot_status, s.closing_cost_cny, s.closing_amortisation_cny, s.closing_carrying_cny "
        "FROM valuation.snapshot AS s JOIN registry.asset_card AS c USING (card_id) "
        "WHERE c.resource_code IN ('void', 'void_early', 'reversed', 'over_reversed') ORDER BY 1"
    )
    nothing = ("valued", Decimal(0), Decimal(0), Decimal(0))
    assert found == [(code, *nothing) for code in ("over_reversed", "reversed", "void", "void_early")]


def test_movements_of_a_card_never_take_out_more_than_came_in(world: World) -> None:
    assert (
        world.ask("SELECT card_id FROM valuation.amortisation_term WHERE cost_cny < amortisation_cny + impairment_cny")
        == []
    )
    assert world.ask("SELECT card_id FROM valuation.snapshot WHERE closing_carrying_cny < 0") == []
    assert world.ask("SELECT count(*) FROM valuation.movement WHERE movement_kind = 'addition' AND amount_cny < 0") == [
        (0,)
    ]


def test_what_a_person_should_look_at_is_a_finding(world: World) -> None:
    found = world.ask(
        "SELECT finding_kind, resource_code, voucher_no, line_no, amount_cny, message_zh IS NOT NULL "
        "FROM valuation.control_finding ORDER BY ALL"
    )
    assert found == [
        ("cost_after_disposal", "late", "记-12", 2, Decimal("600.00"), True),
        # It came in and went on one day.
        ("cost_after_disposal", "left_before", "记-13", 1, Decimal("1200.00"), True),
        ("reversal_beyond_cost", "over_reversed", "", 0, Decimal("500.00"), True),
    ]


def test_a_line_number_has_one_form_so_that_no_second_line_is_lost_without_a_word(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.cards(["a"])
    world.deliver("costs", _costs("a 记-1 1 100.00 2025-06-10 12", "a 记-1 01 700.00 2025-06-10 12"))
    world.build()
    assert world.ask("SELECT rule, ordinal FROM landing.rejected_record") == [("duplicate_identifier", 2)]


def test_the_books_of_the_months_beside_follow_the_same_rules(world: World) -> None:
    found = world.ask(
        "SELECT b.balance_kind, b.cost_cny, b.amortisation_cny FROM valuation.balance AS b "
        "JOIN registry.asset_card AS c USING (card_id) WHERE c.resource_code = 'changed' ORDER BY b.balance_date"
    )
    assert [(kind, str(cost), str(amount)) for kind, cost, amount in found] == [
        ("opening", "12000.00", "2400.00"),
        ("previous", "12000.00", "2900.00"),
        ("closing", "12000.00", "3193.55"),
        ("next", "12000.00", "3487.10"),
    ]


# --- what is no value, and what is none that is likely --------------------------------------------------------


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("landed"))


def _judged(world: World, kind: str, text: str) -> dict[int, list[str]]:
    delivery = world.deliver(kind, text, "2026-06-30")
    world.build()
    return world.rules(delivery)


def test_a_date_of_a_cost_is_what_the_reader_takes_for_one(landed: World) -> None:
    days = ("26-01-31", "115/1/31", "infinity", "2026-01-31/2026-12-31", "31/01/2026", "0026-01-31", "2026-01-31")
    found = _judged(landed, "costs", _costs(*(f"r 记-{n} {n} 1.00 {day} 12" for n, day in enumerate(days, 1))))
    bad = ["reject bad_date available_date", "reject bad_date posted_date"]
    assert found == dict.fromkeys(range(1, 7), bad)


def test_lives_and_years_have_bounds(landed: World) -> None:
    lives = ("0", "-12", "1201", "601", "1", "120")
    found = _judged(landed, "costs", _costs(*(f"s 记-{n} {n} 1.00 2026-01-31 {life}" for n, life in enumerate(lives))))
    impossible, implausible = ["reject impossible_life life_months"], ["warn implausible_life life_months"]
    assert found == {1: impossible, 2: impossible, 3: impossible, 4: implausible}
    found = _judged(
        landed,
        "authorisations",
        "legal_basis,document_no,valid_from,valid_to\n法,1,1899-12-31,\n法,2,1948-01-01,\n法,3,2077-01-01,\n法,4,2029-01-01,\n"
        "法,5,2020-01-01,9999-12-31\n法,6,2028-01-01,\n",
    )
    far, odd = ["reject impossible_date valid_from"], ["warn implausible_date valid_from"]
    assert found == {1: far, 2: odd, 3: far, 4: odd}


def test_a_month_after_its_delivery_is_warned_about_and_none_to_report(landed: World) -> None:
    head = "period,account_code,resource_code,opening_cny,debit_cny,credit_cny,closing_cny\n"
    rows = "2026-06,1701,r1,0,0,0,1200.00\n2026-07,1701,r2,0,0,0,1200.00\n2062-06,1701,r3,0,0,0,1200.00\n"
    found = _judged(landed, "ledger", head + rows)
    assert found == {2: ["warn after_delivery period"], 3: ["warn implausible_date period"]}
    assert landed.ask(queries.text("latest_months"))[0][0] == "2026-06"


def test_a_date_of_a_catalogue_that_is_none_is_empty_with_a_warning(landed: World) -> None:
    found = _judged(
        landed,
        "catalog",
        "identifier,title,update_cycle,issued_date,modified_date\n"
        "a,甲,每年,107/3/20,113-3-5\nb,乙,自定义,2017-02-23,2017-03-11 01:00:03 2017-02-23 11:49:08\n"
        "c,丙,每年,2015-01-01/2015-12-31,2024-01-01至2024-12-31\nd,丁,每年,epoch,infinity\ne,戊,每年,2024-03-05,2024年3月5日\n",
    )
    both = ["warn value_not_taken issued_date", "warn value_not_taken modified_date"]
    assert found == {1: both, 2: both[1:], 3: both, 4: both}
    dates = landed.ask(
        "SELECT resource_code, CAST(issued_date AS VARCHAR), CAST(modified_date AS VARCHAR), update_cycle "
        "FROM catalog.resource ORDER BY ALL"
    )
    assert dates == [
        ("a", None, None, "annual"),
        ("b", "2017-02-23", None, "custom"),
        ("c", None, None, "annual"),
        ("d", None, None, "annual"),
        ("e", "2024-03-05", "2024-03-05", "annual"),
    ]


def test_no_model_takes_text_for_a_value_leniently() -> None:
    """What no reader settled never reaches a cast: a lenient one turns `26-01-31` into the year 26 without a word."""
    for table in all_tables().derived:
        nodes = list(sqlglot.parse_one(table.model or "SELECT 1", dialect="duckdb").walk())
        # What was reckoned is no text: it may be too large for its column.
        lenient = [
            node
            for node in nodes
            if isinstance(node, exp.TryCast | exp.StrToTime) and not isinstance(node.this, exp.Mul)
        ]
        lenient += [node for node in nodes if isinstance(node, exp.Anonymous) and node.name.lower() == "try_strptime"]
        assert lenient == [], table.qualified


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({"modified_date": "R/P1W"}, {"update_cycle": "R/P1W"}),
        ({"modified_date": "R/P1W", "update_cycle": "R/P1W"}, {"update_cycle": "R/P1W"}),
        (
            {"modified_date": "R/P1Y", "update_cycle": "R/P1M"},
            {"update_cycle": "R/P1M", "unread": {"modified_date": "R/P1Y"}},
        ),
        ({"issued_date": "2015-01-01/2015-12-31"}, {"unread": {"issued_date": "2015-01-01/2015-12-31"}}),
        ({"issued_date": "2015-1-1T08:00:00Z"}, {"issued_date": "2015-01-01"}),
    ],
)
def test_a_cycle_and_an_interval_are_no_dates(body: dict[str, str], wanted: dict[str, object]) -> None:
    assert dated(body) == wanted
