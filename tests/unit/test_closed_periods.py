"""Closed months: what was booked stays, whatever becomes known later, and what is late is shown where policy says."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pytest

from pipelines.closing import UnitPeriod, demand_order
from tests.world import HOLDER, World
from warehouse import queries
from warehouse.intake.deliveries import OPERATOR, DeliveryError

COSTS = "resource_code,voucher_no,line_no,cost_kind,phase,amount_cny,posted_date,available_date,life_months"
#: 12,000.00 over twelve months from November 2025: two of them in 2025, eight by June 2026.
LINE = "R,V6,1,购买价款,开发,{amount},2025-11-20,2025-11-20,12"
BOOKED = {
    "opening_cost": "12000.00",
    "opening_amortisation": "2000.00",
    "addition_amortisation": "6000.00",
    "closing_cost": "12000.00",
    "closing_amortisation": "8000.00",
    "closing_carrying": "4000.00",
}


def close(world: World, period: str, state: str = "已结账") -> None:
    """Close a month of the unit with what the world built of it, as the command does."""
    of = {"units": [HOLDER], "period": period, "state": state}
    units = of | {"decided_by": "示例市财政局", "reason": "年度结账"}
    parts = [world.query(queries.text("closing_units"), units).to_arrow_table()]
    if state == "已结账":
        parts.append(world.query(queries.text("closing_cards"), of).to_arrow_table())
    text = BytesIO()
    pyarrow.csv.write_csv(pa.concat_tables(parts, promote_options="default"), text)
    world.deliver("closings", text.getvalue().decode(), "2026-01-10", deliverer=OPERATOR)


def costs(world: World, *lines: str, day: str) -> None:
    world.deliver("costs", "\n".join([COSTS, *lines]), day)


def flows(world: World) -> list[tuple[str, ...]]:
    """The law: opening, adjustment and movements make the closing, of every card, account and count."""
    return world.ask(
        """
        SELECT card_id FROM valuation.snapshot
        WHERE opening_count + adjustment_count + addition_count - reduction_count <> closing_count
        OR opening_cost_cny + adjustment_cost_cny + addition_cost_cny - reduction_cost_cny <> closing_cost_cny
        OR opening_amortisation_cny + adjustment_amortisation_cny + addition_amortisation_cny
            - reduction_amortisation_cny <> closing_amortisation_cny
        OR opening_impairment_cny + adjustment_impairment_cny + addition_impairment_cny
            - reduction_impairment_cny <> closing_impairment_cny
        OR closing_carrying_cny < 0
        """
    )


def unbooked(world: World) -> list[tuple[object, ...]]:
    """The other law: the entries of a card sum to its adjustment and movements, in each account."""
    return world.ask(
        """
        SELECT s.card_id, m.cost_cny, m.amortisation_cny, m.impairment_cny
        FROM valuation.snapshot AS s
        LEFT JOIN (
            SELECT card_id, sum(cost_cny) AS cost_cny, sum(amortisation_cny) AS amortisation_cny,
                sum(impairment_cny) AS impairment_cny
            FROM valuation.month_movement GROUP BY card_id
        ) AS m USING (card_id)
        WHERE coalesce(m.cost_cny, 0)
            <> coalesce(s.adjustment_cost_cny + s.addition_cost_cny - s.reduction_cost_cny, 0)
        OR coalesce(m.amortisation_cny, 0)
            <> coalesce(s.adjustment_amortisation_cny + s.addition_amortisation_cny - s.reduction_amortisation_cny, 0)
        OR coalesce(m.impairment_cny, 0)
            <> coalesce(s.adjustment_impairment_cny + s.addition_impairment_cny - s.reduction_impairment_cny, 0)
        """
    )


def booked(world: World, period: str, code: str = "R") -> list[tuple[object, ...]]:
    """What a month's entries of a card are: kind, cost and amortisation."""
    return world.ask(
        "SELECT m.entry_kind, CAST(sum(m.cost_cny) AS VARCHAR), CAST(sum(m.amortisation_cny) AS VARCHAR) "
        "FROM valuation.month_movement AS m JOIN registry.asset_card AS c USING (card_id) "
        f"WHERE m.booking_month = '{period}' AND c.resource_code = '{code}' GROUP BY ALL ORDER BY m.entry_kind"
    )


def late(world: World, period: str) -> list[tuple[object, ...]]:
    """What is late of a month's entries: the month to which it belongs, kind, cost, amortisation."""
    return world.ask(
        "SELECT belonging_month, entry_kind, CAST(cost_cny AS VARCHAR), CAST(amortisation_cny AS VARCHAR) "
        f"FROM valuation.month_movement WHERE booking_month = '{period}' AND is_late ORDER BY ALL"
    )


def snapshot(world: World) -> list[tuple[object, ...]]:
    return world.ask("SELECT * FROM valuation.snapshot ORDER BY card_id")


def rebuilt(world: World, period: str = "2026-06") -> Mapping[str, str]:
    """The amounts of the card R after building a month, of which the laws hold."""
    world.build(period)
    assert (flows(world), unbooked(world)) == ([], [])
    return world.values("R")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A card R that was booked at 12,000.00 when 2025-12 was closed."""
    world = World(tmp_path)
    world.cards(["R"])
    costs(world, LINE.format(amount="12000.00"), day="2025-12-01")
    world.build("2025-12")
    close(world, "2025-12")
    return world


def test_nothing_late_moves_nothing(world: World) -> None:
    assert rebuilt(world) == BOOKED


def test_a_correction_after_the_closing_adjusts_the_opening(world: World) -> None:
    costs(world, LINE.format(amount="18000.00"), day="2026-06-10")
    assert rebuilt(world) == {
        "opening_cost": "12000.00",
        "opening_amortisation": "2000.00",
        "adjustment_cost": "6000.00",
        "adjustment_amortisation": "1000.00",
        "addition_amortisation": "9000.00",
        "closing_cost": "18000.00",
        "closing_amortisation": "12000.00",
        "closing_carrying": "6000.00",
    }
    assert world.ask("SELECT booked_period, late_cost_cny, late_amortisation_cny FROM valuation.opening") == [
        ("2025-12", 6000, 1000)
    ]
    assert world.ask(
        "SELECT booking_month, account_code, debit_cny, credit_cny FROM finance.journal_entry "
        "WHERE entry_kind = 'opening_adjustment' ORDER BY line_no"
    ) == [("2026-01", "1701", 6000, 0), ("2026-01", "1702", 0, 1000), ("2026-01", "7101", 0, 5000)]


def test_or_it_is_a_movement_of_the_year_as_policy_says(world: World) -> None:
    world.connection.execute("UPDATE policy.late_booking SET booked_as = 'current_period'")
    costs(world, LINE.format(amount="18000.00"), day="2026-06-10")
    assert rebuilt(world) == {
        "opening_cost": "12000.00",
        "opening_amortisation": "2000.00",
        "addition_cost": "6000.00",
        "addition_amortisation": "10000.00",
        "closing_cost": "18000.00",
        "closing_amortisation": "12000.00",
        "closing_carrying": "6000.00",
    }
    # 1,500.00 a month, and with them in January 1,000.00 of the year before.
    assert booked(world, "2026-01") == [("acquisition", "6000.00", "0.00"), ("amortisation", "0.00", "2500.00")]
    assert booked(world, "2026-02") == [("amortisation", "0.00", "1500.00")]


def test_less_than_was_booked_is_a_reduction_where_it_is_a_movement(world: World) -> None:
    world.connection.execute("UPDATE policy.late_booking SET booked_as = 'current_period'")
    costs(world, LINE.format(amount="9000.00"), day="2026-06-10")
    assert rebuilt(world) == {
        "opening_cost": "12000.00",
        "opening_amortisation": "2000.00",
        "addition_amortisation": "4500.00",
        "reduction_cost": "3000.00",
        "reduction_amortisation": "500.00",
        "closing_cost": "9000.00",
        "closing_amortisation": "6000.00",
        "closing_carrying": "3000.00",
    }


def test_the_entries_of_closed_months_are_what_was_closed(world: World) -> None:
    """What differs from them is booked in the first month that is open."""
    for period in ("2026-01", "2026-02"):
        world.build(period)
        close(world, period)
    costs(world, LINE.format(amount="18000.00"), day="2026-06-10")
    assert rebuilt(world)["adjustment_cost"] == "6000.00"
    assert booked(world, "2026-01") == booked(world, "2026-02") == [("amortisation", "0.00", "1000.00")]
    # 500.00 of January, 500.00 of February and 1,500.00 of March.
    assert booked(world, "2026-03") == [
        ("amortisation", "0.00", "2500.00"),
        ("opening_adjustment", "6000.00", "1000.00"),
    ]
    assert late(world, "2026-03") == [
        ("2025-12", "opening_adjustment", "6000.00", "1000.00"),
        ("2026-01", "amortisation", "0.00", "500.00"),
        ("2026-02", "amortisation", "0.00", "500.00"),
    ]
    rebuilt(world, "2026-02")
    assert booked(world, "2026-02") == [("amortisation", "0.00", "1000.00")]
    # Once March is closed with it, it stays there.
    rebuilt(world, "2026-03")
    close(world, "2026-03")
    costs(world, LINE.format(amount="24000.00"), day="2026-06-11")
    assert rebuilt(world)["adjustment_cost"] == "12000.00"
    assert booked(world, "2026-03") == [
        ("amortisation", "0.00", "2500.00"),
        ("opening_adjustment", "6000.00", "1000.00"),
    ]
    assert booked(world, "2026-04") == [
        ("amortisation", "0.00", "3500.00"),
        ("opening_adjustment", "6000.00", "1000.00"),
    ]
    # 1,000.00 more of January and February each; March has 500.00 beyond its own, which are taken for the oldest.
    assert late(world, "2026-04") == [
        ("2025-12", "opening_adjustment", "6000.00", "1000.00"),
        ("2026-01", "amortisation", "0.00", "500.00"),
        ("2026-02", "amortisation", "0.00", "1000.00"),
    ]


@pytest.mark.parametrize(("booked_as", "way"), [("opening_adjustment", "adjustment"), ("current_period", "reduction")])
def test_a_card_that_loses_its_life_after_the_closing_leaves_as_policy_says(
    world: World, booked_as: str, way: str
) -> None:
    world.connection.execute(f"UPDATE policy.late_booking SET booked_as = '{booked_as}'")
    world.connection.execute("DELETE FROM landing.record WHERE kind = 'costs'")
    costs(world, LINE.format(amount="12000.00").removesuffix("12"), day="2026-06-10")
    sign = "-" if way == "adjustment" else ""
    assert rebuilt(world) == {
        "opening_cost": "12000.00",
        "opening_amortisation": "2000.00",
        f"{way}_cost": f"{sign}12000.00",
        f"{way}_amortisation": f"{sign}2000.00",
    }
    assert world.ask("SELECT snapshot_status FROM valuation.snapshot") == [("unvalued",)]


def test_months_close_in_order(world: World) -> None:
    """March while January and February are open closes nothing; nor does a month before the first that was closed."""
    for period in ("2026-03", "2025-10"):
        world.build(period)
        close(world, period)
    costs(world, LINE.format(amount="18000.00"), day="2026-06-10")
    assert rebuilt(world, "2026-03")["closing_cost"] == "18000.00"
    assert world.ask("SELECT period, is_whole, is_in_order FROM valuation.closed_period ORDER BY period") == [
        ("2025-10", True, False),
        ("2025-12", True, True),
        ("2026-03", True, False),
    ]
    for period in ("2026-01", "2026-02"):
        world.build(period)
        close(world, period)
    # Now it follows, as it was closed.
    assert rebuilt(world, "2026-03")["closing_cost"] == "12000.00"


@pytest.mark.parametrize(
    ("period", "is_closed", "told"),
    [
        ("2026-03", False, "the next is 2026-02"),
        ("2025-11", False, "the next is 2026-02"),
        ("2025-12", True, "open the later months first"),
    ],
)
def test_the_command_refuses_a_month_out_of_order(period: str, is_closed: bool, told: str) -> None:
    month = UnitPeriod(period, HOLDER, 1, None, None, is_closed, is_closed)
    with pytest.raises(DeliveryError, match=told):
        demand_order(month, ["2025-12", "2026-01"])


def test_the_command_takes_months_in_order() -> None:
    demand_order(UnitPeriod("2026-02", HOLDER, 1, None, None, None, None), ["2025-12", "2026-01"])
    demand_order(UnitPeriod("2026-01", HOLDER, 1, None, None, True, True), ["2025-12", "2026-01"])
    demand_order(UnitPeriod("2026-03", HOLDER, 1, None, None, None, None), [])


def test_the_snapshot_of_a_closed_month_never_changes(world: World) -> None:
    world.build("2025-12")
    before = snapshot(world)
    costs(world, LINE.format(amount="18000.00"), day="2026-06-10")
    world.deliver(
        "events", "resource_code,event_kind,event_date,document_no\nR,处置,2025-12-20,示处1号\n", "2026-06-10"
    )
    world.build("2025-12")
    assert snapshot(world) == before
    assert world.values("R")["closing_cost"] == "12000.00"


def test_what_is_late_says_to_which_month_it_belongs(world: World) -> None:
    """In its entries, too, which balance month by month: what left in January was not known when it was closed."""
    for period in ("2026-01", "2026-02"):
        world.build(period)
        close(world, period)
    world.deliver(
        "events",
        "resource_code,event_kind,event_date,amount_cny,document_no\nR,处置,2026-01-20,3000.00,示处1号\n",
        "2026-06-10",
    )
    rebuilt(world)
    # 3,000.00 leave with 500.00; 750.00 a month are left of 1,000.00.
    assert late(world, "2026-03") == [
        ("2026-01", "reversal", "-3000.00", "-750.00"),
        ("2026-02", "reversal", "0.00", "-250.00"),
    ]
    assert world.ask(
        "SELECT journal_no, belonging_month, sum(debit_cny) = sum(credit_cny) FROM finance.journal_entry "
        "WHERE booking_month = '2026-03' GROUP BY ALL ORDER BY ALL"
    ) == [
        ("202603-06", "2026-03", True),
        ("202603-08-202601", "2026-01", True),
        ("202603-08-202602", "2026-02", True),
    ]


def test_a_month_that_is_open_again_is_reckoned_anew(world: World) -> None:
    costs(world, LINE.format(amount="18000.00"), day="2026-06-10")
    close(world, "2025-12", "重新打开")
    world.build("2025-12")
    assert world.values("R")["closing_cost"] == "18000.00"
    assert rebuilt(world)["opening_cost"] == "18000.00"


def test_a_disposal_told_late_takes_the_opening_with_it(world: World) -> None:
    world.deliver(
        "events", "resource_code,event_kind,event_date,document_no\nR,处置,2025-12-20,示处1号\n", "2026-06-10"
    )
    assert rebuilt(world) == {
        "opening_cost": "12000.00",
        "opening_amortisation": "2000.00",
        "adjustment_cost": "-12000.00",
        "adjustment_amortisation": "-2000.00",
    }
    assert world.ask("SELECT snapshot_status, opening_count, adjustment_count FROM valuation.snapshot") == [
        ("disposed", 1, -1)
    ]


def test_a_card_that_is_in_the_register_no_more_keeps_its_booked_opening(world: World) -> None:
    world.deliver("evidence", "resource_code,criterion,statement,document_no,issued_date", "2026-06-10", mode="full")
    world.connection.execute("DELETE FROM landing.delivery WHERE kind = 'evidence'")
    world.build()
    assert flows(world) == []
    assert world.ask(
        "SELECT snapshot_status, opening_count, adjustment_count, closing_count, opening_cost_cny, adjustment_cost_cny "
        "FROM valuation.snapshot"
    ) == [("left_register", 1, -1, 0, 12000, -12000)]
    assert world.ask(
        "SELECT opening_cost_cny, adjustment_cost_cny, closing_cost_cny FROM report.form_r1 WHERE closing_count IS NOT NULL LIMIT 1"
    ) == [(12000, -12000, 0)]


def test_a_card_proven_after_the_closing_adjusts_the_count(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.cards(["R"])
    costs(world, LINE.format(amount="12000.00"), day="2025-12-01")
    world.build("2025-12")
    close(world, "2025-12")
    world.cards(["R", "S"])
    costs(world, LINE.format(amount="12000.00"), LINE.format(amount="600.00").replace("R,V6", "S,V7"), day="2026-06-10")
    rebuilt(world)
    assert world.values("S")["adjustment_cost"] == "600.00"
    assert world.ask(
        "SELECT opening_count, adjustment_count, addition_count, closing_count FROM report.form_r1 WHERE level = 'city'"
    ) == [(1, 1, 0, 2)]


def test_the_opening_goes_by_a_closing_within_the_year_if_there_is_no_other(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.cards(["R"])
    costs(world, LINE.format(amount="12000.00"), day="2025-12-01")
    world.build("2026-02")
    close(world, "2026-02")
    costs(world, LINE.format(amount="18000.00"), day="2026-06-10")
    found = rebuilt(world)
    assert (found["opening_cost"], found["adjustment_cost"]) == ("12000.00", "6000.00")


def test_a_closing_that_lacks_a_card_closes_nothing(world: World) -> None:
    world.connection.execute("DELETE FROM landing.record WHERE kind = 'closings' AND body LIKE '%closing_stock_cny%'")
    costs(world, LINE.format(amount="18000.00"), day="2026-06-10")
    assert rebuilt(world)["opening_cost"] == "18000.00"
    assert world.ask("SELECT is_whole FROM valuation.closed_period") == [(False,)]


def test_nobody_else_closes(world: World) -> None:
    delivery = world.deliver("closings", f"holder_code,period,period_state\n{HOLDER},2026-06,已结账\n")
    world.build()
    assert world.ask("SELECT delivery_id, rule FROM landing.rejected_record") == [(delivery, "not_authorised")]
    assert world.ask("SELECT period FROM valuation.closed_period") == [("2025-12",)]
