"""Shares of common costs: by hand, and that they sum to the line exactly whatever there is to share."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.world import HOLDER, World
from warehouse.tables.definitions import all_tables

COSTS = "resource_code,voucher_no,line_no,cost_kind,phase,amount_cny,posted_date,available_date,life_months,driver"
FIELDS = {"a": 3, "b": 1, "c": 1}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("shared"))
    world.cards([*FIELDS, "uncosted", "later"])
    rows = [f"{code},资源{code},{HOLDER},项{n}" for code, count in FIELDS.items() for n in range(count)]
    world.deliver("catalog", "\n".join(["identifier,title,provider_code,field_name", *rows]), "2020-03-01")
    lines = (
        "a,记-a,1,采集,开发,600.00,2026-01-10,2026-01-10,10,",
        "b,记-b,1,采集,开发,300.00,2026-01-10,2026-01-10,10,",
        "c,记-c,1,采集,开发,100.00,2026-01-10,2026-01-10,10,",
        # What comes later takes no part in what was shared before.
        "later,记-l,1,采集,开发,900.00,2026-04-10,2026-04-10,10,",
        ",记-1,1,平台,开发,100.00,2026-02-10,2026-02-10,5,按信息项数",
        ",记-2,1,平台,开发,100.00,2026-02-10,2026-02-10,5,按资源数",
        ",记-3,1,平台,开发,100.01,2026-02-10,2026-02-10,5,按直接成本",
        ",记-4,1,平台,开发,-100.00,2026-03-10,2026-03-10,,按资源数",
        ",记-5,1,平台,运维,100.00,2026-02-10,,,按资源数",
        ",记-6,1,平台,开发,77.00,2026-02-10,2026-02-10,5,按心情",
        ",记-7,1,平台,开发,78.00,2025-02-10,2025-02-10,5,按资源数",
        ",记-8,1,评估增值,开发,5000.00,2026-02-10,2026-02-10,5,按资源数",
    )
    world.deliver("costs", "\n".join([COSTS, *lines]), "2026-06-30")
    world.build()
    return world


@pytest.mark.parametrize(
    ("voucher", "shares"),
    [
        ("记-1", {"a": "60.00", "b": "20.00", "c": "20.00"}),
        # The cent that remains goes to the largest, of equal ones to the first by its code.
        ("记-2", {"a": "33.34", "b": "33.33", "c": "33.33"}),
        ("记-3", {"a": "60.01", "b": "30.00", "c": "10.00"}),
        ("记-4", {"a": "-33.34", "b": "-33.33", "c": "-33.33"}),
        # Operation is expensed; an unknown driver shares nothing; in February 2025 there was nobody to share.
        ("记-5", {}),
        ("记-6", {}),
        ("记-7", {}),
    ],
)
def test_a_common_cost_goes_to_those_that_share_it(shared: World, voucher: str, shares: dict[str, str]) -> None:
    found = shared.ask(f"SELECT resource_code, share_cny FROM valuation.cost_share WHERE voucher_no = '{voucher}'")
    assert {code: str(amount) for code, amount in found} == shares


def test_shares_are_cost_of_the_cards(shared: World) -> None:
    # 记-2 is reversed by 记-4, share by share; what a control holds no share of counts.
    closing = {code: shared.values(code)["closing_cost"] for code in FIELDS}
    assert closing == {"a": "720.01", "b": "350.00", "c": "130.00"}
    reduced = {code: shared.values(code)["reduction_cost"] for code in FIELDS}
    assert reduced == {"a": "33.34", "b": "33.33", "c": "33.33"}
    assert shared.ask("SELECT DISTINCT is_held FROM valuation.cost_line WHERE voucher_no = '记-8'") == [(True,)]


def test_a_common_cost_that_nobody_shares_is_told(shared: World) -> None:
    told = shared.ask(
        "SELECT voucher_no, amount_cny FROM valuation.control_finding WHERE finding_kind = 'cost_not_shared' ORDER BY ALL"
    )
    assert [(voucher, str(amount)) for voucher, amount in told] == [("记-6", "77.00"), ("记-7", "78.00")]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """The tables that the model reads, empty but for policy."""
    return World(tmp_path_factory.mktemp("law")).connection


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 10**9), st.integers(0, 40)), min_size=1, max_size=12),
    st.integers(-(10**10), 10**10),
    st.sampled_from(["按信息项数", "按资源数", "按直接成本"]),
)
def test_shares_sum_to_the_line(
    tables: duckdb.DuckDBPyConnection, resources: list[tuple[int, int]], cents: int, driver: str
) -> None:
    tables.execute("DELETE FROM valuation.voucher_line; DELETE FROM catalog.resource")
    line = (
        "INSERT INTO valuation.voucher_line (holder_code, posted_period, voucher_no, line_no, resource_id, treatment, match_status, "
        "amount_cny, posted_date, driver) VALUES ('h', '2026-01', $v, 1, $r, 'capitalised', $m, $a, $d, $t)"
    )
    day = date(2026, 1, 31)
    for number, (cost, fields) in enumerate(resources):
        code = f"r{number:02}"
        tables.execute(
            "INSERT INTO catalog.resource (resource_id, holder_code, resource_code, field_count) VALUES ($1, 'h', $1, $2)",
            [code, fields],
        )
        tables.execute(line, {"v": code, "r": code, "m": "matched", "a": Decimal(cost) / 100, "d": day, "t": None})
    whole = (Decimal(cents) / 100).quantize(Decimal("0.01"))
    tables.execute(line, {"v": "common", "r": None, "m": "common", "a": whole, "d": day, "t": driver})
    shares = [share for (share,) in tables.execute(
        f"SELECT share_cny FROM ({all_tables()['valuation.cost_share'].model})"
    ).fetchall()]  # fmt: skip
    if driver == "按信息项数" and not any(fields for _, fields in resources):
        assert shares == []
        return
    assert sum(shares) == whole
    assert all(share * cents >= 0 for share in shares)
    if driver == "按资源数":
        assert max(shares) - min(shares) < Decimal("0.13")


def test_a_driver_is_known_whatever_its_case(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.cards(["a"])
    world.deliver(
        "costs",
        f"{COSTS}\na,记-a,1,采集,开发,600.00,2026-01-10,2026-01-10,10,\n,记-1,1,平台,开发,9.00,2026-02-10,2026-02-10,5, Direct_Cost \n",
        "2026-06-30",
    )
    world.build()
    assert world.values("a")["closing_cost"] == "609.00"


def test_a_common_cost_is_reversed_as_it_was_shared(tmp_path: Path) -> None:
    """Whoever has cost by then: neither those that came meanwhile nor the rest of those that left bear it."""
    world = World(tmp_path)
    world.cards(["a", "b", "late"])
    lines = (
        "a,记-a,1,采集,开发,10.00,2026-01-10,2026-01-10,10,",
        "b,记-b,1,采集,开发,10.00,2026-01-10,2026-01-10,10,",
        ",记-1,1,平台,开发,100000.01,2026-01-20,2026-01-20,10,按资源数",
        ",记-2,1,平台,开发,600.00,2026-01-20,2026-01-20,10,按直接成本",
        "late,记-l,1,采集,开发,70.00,2026-02-10,2026-02-10,10,",
        "b,记-b,2,采集,开发,-10.00,2026-02-10,,,",
        ",记-3,1,平台,开发,-100000.01,2026-02-20,,,按资源数",
        ",记-4,1,平台,开发,-200.00,2026-02-20,,,按直接成本",
    )
    world.deliver("costs", "\n".join([COSTS, *lines]), "2026-06-30")
    world.build()
    shares = world.ask("SELECT voucher_no, resource_code, share_cny FROM valuation.cost_share ORDER BY ALL")
    of = {(voucher, code): str(share) for voucher, code, share in shares}
    assert of["记-3", "a"] == "-" + of["记-1", "a"]
    assert of["记-3", "b"] == "-" + of["记-1", "b"]
    assert (of["记-4", "a"], of["记-4", "b"]) == ("-100.00", "-100.00")
    assert not any(code == "late" for _, code in of)
    closing = {code: world.values(code)["closing_cost"] for code in ("a", "b", "late")}
    assert closing == {"a": "210.00", "b": "200.00", "late": "70.00"}
