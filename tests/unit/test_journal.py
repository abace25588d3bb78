"""Journal entries of cards, by hand and to the cent; and the laws that hold of any card's.

The cards are those of the worked examples (`test_worked_cards.py`), and some whose entries need a second delivery.
"""

from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_worked_cards import COSTS, ENTERPRISE, GOVERNMENT, Case, world_of

from tests.world import HOLDER, World

MONTHS = [f"2026{month:02}" for month in range(1, 7)]
UNITS = {"government": ("行政单位", "政府会计"), "enterprise": ("国有企业", "企业会计准则")}

#: What is amortised from January to June (`-`: nothing), and the other entries: number, debits, credits (`account amount`).
WORKED = {
    # 36 months of 120,000.00: 36,666.67 in January, 40,000.00, 43,333.33, 46,666.67, 50,000.00, 53,333.33.
    "purchase": ("3333.34 3333.33 3333.33 3333.34 3333.33 3333.33", ()),
    "self_developed": ("1500.00 1500.00 1500.00 1500.00 1500.00 1500.00", ()),
    "completed": (
        "- 100.00 100.00 100.00 100.00 100.00",
        ("202602-03 D 1701 1000.00 C 1703 1000.00",),
    ),
    "half_developed": ("- - - - - -", ("202601-02 D 1703 100.00 C 1002 100.00",)),
    # 24,000.00 more, and 72,000.00 over the 48 months that remain.
    "subsequent": (
        "1500.00 1500.00 1500.00 1500.00 1500.00 1500.00",
        ("202601-01 D 1701 24000.00 C 1002 24000.00",),
    ),
    "after_the_end": ("- - 240.00 - - -", ("202603-01 D 1701 240.00 C 1002 240.00",)),
    "indefinite": ("- - - - - -", ()),
    "life_missing": ("- - - - - -", ()),
    "sevenths": ("- 14.29 14.28 14.29 14.28 14.29", ("202602-01 D 1701 100.00 C 1002 100.00",)),
    "disposed": (
        "1000.00 1000.00 1000.00 - - -",
        ("202604-12 D 1702 15000.00 D 5007 21000.00 C 1701 36000.00",),
    ),
    "disposed_before": ("- - - - - -", ()),
    "part": (
        "500.00 500.00 375.00 375.00 375.00 375.00",
        ("202603-11 D 1702 1750.00 D 5007 1250.00 C 1701 3000.00",),
    ),
    # 1,000.00 a year, and 50.00 of the line that is taken back.
    "reversed_later": (
        "100.00 150.00 100.00 100.00 100.00 100.00",
        (
            "202602-01 D 1701 500.00 C 1002 500.00",
            "202603-08 D 1002 500.00 D 1702 50.00 C 1701 500.00 C 5001 50.00",
        ),
    ),
    "development_reversed": (
        "- - - - - -",
        ("202601-02 D 1703 800.00 C 1002 800.00", "202603-09 D 1002 800.00 C 1703 800.00"),
    ),
    # What was taken out stays out: 9,000.00, and 8,450.00 over a hundred months once they are 9,500.00.
    "corrected_after_part": (
        "75.00 75.00 84.50 84.50 84.50 84.50",
        ("202603-01 D 1701 12500.00 C 1002 12500.00", "202603-08 D 1002 12000.00 C 1701 12000.00"),
    ),
    "reversed_after_part": (
        "75.00 75.00 - - - -",
        ("202603-08 D 1002 9000.00 D 1702 1050.00 C 1701 9000.00 C 5001 1050.00",),
    ),
    # With its amortisation to date.
    "posted_late": ("- - - - - 9000.00", ("202606-01 D 1701 12000.00 C 1002 12000.00",)),
    "extended_late": (
        "500.00 500.00 500.00 500.00 500.00 9500.00",
        ("202606-01 D 1701 12000.00 C 1002 12000.00",),
    ),
    # 7,800.00 over 108 months, then 7,938.89 over a hundred.
    "impaired_then_corrected": (
        "72.22 72.22 72.23 72.22 72.22 79.39",
        ("202606-01 D 1701 12500.00 C 1002 12500.00", "202606-08 D 1002 12000.00 C 1701 12000.00"),
    ),
    # 55,000.00 over 18 months.
    "impaired": ("3055.56 3055.55 3055.56 3055.55 3055.56 3055.55", ()),
    "impaired_this_year": (
        "100.00 100.00 100.00 60.00 60.00 60.00",
        ("202601-01 D 1701 1000.00 C 1002 1000.00", "202603-07 D 6701 280.00 C 1703 280.00"),
    ),
    "impaired_and_disposed": (
        "100.00 100.00 100.00 60.00 - -",
        (
            "202601-01 D 1701 1000.00 C 1002 1000.00",
            "202603-07 D 6701 280.00 C 1703 280.00",
            "202605-12 D 1702 360.00 D 1703 280.00 D 6115 360.00 C 1701 1000.00",
        ),
    ),
    "stock": ("- - - - - -", ()),
    "stock_sold": (
        "- - - - - -",
        ("202601-04 D 1405 500.00 C 1002 500.00", "202605-14 D 6401 500.00 C 1405 500.00"),
    ),
    "use_and_sale": (
        "100.00 100.00 100.00 100.00 100.00 100.00",
        ("202601-01 D 1701 1200.00 C 1002 1200.00", "202601-04 D 1405 700.00 C 1002 700.00"),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, World]:
    found = {}
    for system, cases in (("government", GOVERNMENT), ("enterprise", ENTERPRISE)):
        chosen = tuple(case for case in cases if case.name in WORKED)
        found[system] = world_of(tmp_path_factory.mktemp(system), chosen, *UNITS[system])
        found[system].build()
    return found


def _journal(world: World, code: str) -> tuple[str, tuple[str, ...]]:
    """The entries of a card as `WORKED` has them; those of amortisation must be of one debit and one credit."""
    expense = (
        "6602" if world.ask("SELECT 1 FROM catalog.organisation WHERE accounting_system = 'enterprise'") else "5001"
    )
    entries: dict[str, list[str]] = defaultdict(list)
    for number, account, debit, credit in world.ask(
        "SELECT journal_no, account_code, CAST(debit_cny AS VARCHAR), CAST(credit_cny AS VARCHAR) FROM finance.journal_entry "
        f"WHERE resource_code = '{code}' ORDER BY journal_no, line_no"
    ):
        assert (debit == "0.00") != (credit == "0.00")
        entries[number].append(f"C {account} {credit}" if debit == "0.00" else f"D {account} {debit}")
    charges = []
    for month in MONTHS:
        lines = entries.pop(f"{month}-06", [])
        charge = lines[0].split()[-1] if lines else "-"
        assert lines in ([], [f"D {expense} {charge}", f"C 1702 {charge}"])
        charges.append(charge)
    return " ".join(charges), tuple(" ".join([number, *lines]) for number, lines in entries.items())


@pytest.mark.parametrize("name", WORKED)
def test_the_entries_of_a_worked_card(worlds: dict[str, World], name: str) -> None:
    system = "government" if name in {case.name for case in GOVERNMENT} else "enterprise"
    assert _journal(worlds[system], name) == WORKED[name]


def test_an_entry_says_what_it_is_for_and_what_it_follows_from(worlds: dict[str, World]) -> None:
    said = worlds["government"].ask(
        "SELECT DISTINCT journal_no, entry_summary, follows_from FROM finance.journal_entry "
        "WHERE resource_code IN ('reversed_later', 'part') AND journal_no IN ('202602-01', '202603-06', '202603-11') ORDER BY ALL"
    )
    assert said == [
        ("202602-01", "取得数据资源无形资产：资源reversed_later", "2026-02 记-reversed_later/2"),
        ("202603-06", "计提无形资产摊销：资源part", "摊销期间 0/3"),
        ("202603-06", "计提无形资产摊销：资源reversed_later", "摊销期间 0/1、1/3"),
        ("202603-11", "部分处置无形资产：资源part", "示财0号"),
    ]


def test_research_a_late_card_and_a_change_of_life(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.cards(["research", "longer", "memo"])
    line = "{0},记-{0},1,采集,{1},{2},{3},{4},{5},,"
    world.deliver(
        "costs",
        "\n".join(
            [
                COSTS,
                line.format("research", "研究", "700.00", "2026-02-10", "", ""),
                line.format("research", "开发", "1200.00", "2026-01-05", "2026-01-05", 12).replace(",1,", ",2,", 1),
                line.format("longer", "开发", "1200.00", "2026-01-05", "2026-01-05", 12),
                line.format("late", "开发", "1200.00", "2025-07-05", "2025-07-05", 24),
            ]
        ),
        "2026-01-31",
    )
    # From April on what is left of 1,200.00 goes over what is left of 24 months.
    world.deliver(
        "costs", f"{COSTS}\n{line.format('longer', '开发', '1200.00', '2026-01-05', '2026-01-05', 24)}", "2026-04-02"
    )
    world.deliver("catalog", f"identifier,title,provider_code\nlate,晚,{HOLDER}\n", "2020-02-01")
    world.deliver(
        "evidence",
        "resource_code,criterion,statement,document_no,issued_date\nlate,控制,符合,1,2026-02-10\nlate,效益,符合,2,2026-02-10\n",
        "2026-06-30",
    )
    world.build()
    assert _journal(world, "research") == (
        "100.00 100.00 100.00 100.00 100.00 100.00",
        ("202601-01 D 1701 1200.00 C 1002 1200.00", "202602-05 D 5001 700.00 C 1002 700.00"),
    )
    # 900.00 over 21 months: 42.86 a month, 85.71 after two, 128.57 after three.
    assert _journal(world, "longer") == (
        "100.00 100.00 100.00 42.86 42.85 42.86",
        ("202601-01 D 1701 1200.00 C 1002 1200.00",),
    )
    # It enters in February with eight months of 50.00.
    assert _journal(world, "late") == (
        "- 400.00 50.00 50.00 50.00 50.00",
        ("202602-01 D 1701 1200.00 C 1002 1200.00",),
    )
    _holds(world)


def test_what_is_reversed_in_its_month_and_what_leaves_together(tmp_path: Path) -> None:
    cases = (
        Case("undone", ("开发 800.00 2026-02-05 2026-02-05 10", "开发 -800.00 2026-02-20 2026-02-20 -"), {}),
        Case("less", ("开发 300.00 2026-02-05 2026-02-05 10", "开发 -100.00 2026-02-20 2026-02-20 -"), {}),
        Case(
            "both",
            ("开发 1200.00 2026-01-05 2026-01-05 12", "开发 -200.00 2026-03-20 2026-03-20 -"),
            {},
            ("处置 2026-03-25 300.00",),
        ),
        # What is in development when the card leaves is written off.
        Case(
            "abandoned",
            ("开发 100.00 2026-01-05 2026-01-05 10", "开发 70.00 2026-02-05 - -"),
            {},
            ("处置 2026-03-25 -",),
        ),
    )
    world = world_of(tmp_path, cases)
    world.build()
    assert _journal(world, "undone") == (
        "- - - - - -",
        ("202602-01 D 1701 800.00 C 1002 800.00", "202602-08 D 1002 800.00 C 1701 800.00"),
    )
    assert _journal(world, "less") == (
        "- 20.00 20.00 20.00 20.00 20.00",
        ("202602-01 D 1701 300.00 C 1002 300.00", "202602-08 D 1002 100.00 C 1701 100.00"),
    )
    # Of 200.00 amortised 83.33 leave with 500.00 of 1,200.00, by what each takes; 583.33 over ten months stay.
    assert _journal(world, "both") == (
        "100.00 100.00 58.33 58.34 58.33 58.33",
        (
            "202601-01 D 1701 1200.00 C 1002 1200.00",
            "202603-08 D 1002 200.00 D 1702 33.33 C 1701 200.00 C 5001 33.33",
            "202603-11 D 1702 50.00 D 5007 250.00 C 1701 300.00",
        ),
    )
    assert _journal(world, "abandoned") == (
        "10.00 10.00 - - - -",
        (
            "202601-01 D 1701 100.00 C 1002 100.00",
            "202602-02 D 1703 70.00 C 1002 70.00",
            "202603-12 D 1702 20.00 D 5007 80.00 C 1701 100.00",
            "202603-13 D 5001 70.00 C 1703 70.00",
        ),
    )
    _holds(world)


# --- laws ----------------------------------------------------------------------------------------------------------

#: The accounts that hold each amount of a card, by accounting system; amortisation and impairment are on the credit side.
_ACCOUNTS = {
    "government": {"cost": "1701", "amortisation": "1702", "development": "1703", "stock": "1302"},
    "enterprise": {
        "cost": "1701", "amortisation": "1702", "impairment": "1703", "development": "5301", "stock": "1405",
    },
}  # fmt: skip


def _holds(world: World, system: str = "government") -> None:
    assert world.ask(
        "SELECT card_id, journal_no FROM finance.journal_entry GROUP BY ALL HAVING sum(debit_cny) <> sum(credit_cny) "
        "OR min(debit_cny) < 0 OR min(credit_cny) < 0"
    ) == []  # fmt: skip
    for measure, account in _ACCOUNTS[system].items():
        sign = "-" if measure in ("amortisation", "impairment") else ""
        booked = (
            f"coalesce((SELECT {sign}sum(j.debit_cny - j.credit_cny) FROM finance.journal_entry AS j "
            f"WHERE j.card_id = s.card_id AND j.account_code = '{account}'), 0)"
        )
        moved = (
            f"s.adjustment_{measure}_cny + s.addition_{measure}_cny - s.reduction_{measure}_cny"
            if measure not in ("development", "stock")
            else f"coalesce(e.{measure}_cny, 0) - coalesce(o.{measure}_cny, 0)"
        )
        assert world.ask(
            f"SELECT s.card_id, '{measure}', {booked}, {moved} FROM valuation.snapshot AS s "
            "LEFT JOIN valuation.balance AS o ON o.card_id = s.card_id AND o.balance_kind = 'opening' "
            "LEFT JOIN valuation.balance AS e ON e.card_id = s.card_id AND e.balance_kind = 'closing' "
            f"WHERE s.snapshot_status IN ('valued', 'disposed') AND {booked} <> {moved}"
        ) == []  # fmt: skip
    unvalued = "SELECT card_id FROM valuation.snapshot WHERE snapshot_status NOT IN ('valued', 'disposed')"
    assert world.ask(f"SELECT card_id FROM finance.journal_entry WHERE card_id IN ({unvalued})") == []


def test_entries_balance_and_sum_to_the_movements_of_each_account(worlds: dict[str, World]) -> None:
    for system, world in worlds.items():
        _holds(world, system)


_days = st.dates(date(2024, 6, 1), date(2026, 6, 30))


@st.composite
def _line(draw: st.DrawFn) -> str:
    posted = draw(_days)
    lag = draw(st.sampled_from([None, 0, 0, 20, 150, 400]))
    cells = (
        draw(st.sampled_from(["开发", "开发", "开发", "研究"])),
        f"{draw(st.sampled_from([1, 1, 1, -1])) * draw(st.sampled_from([1, 700, 10_000, 33_333, 120_000])) / 100:.2f}",
        f"{posted}",
        "-" if lag is None else f"{posted + timedelta(lag)}",
        draw(st.sampled_from(["-", "1", "7", "36"])),
        draw(st.sampled_from(["-", "-", "-", "不确定"])),
        draw(st.sampled_from(["使用", "使用", "出售"])),
    )
    return " ".join(cells)


_event = st.builds(
    lambda kind, day, amount: f"{kind} {day} {amount}",
    st.sampled_from(["处置", "减值"]), _days, st.sampled_from(["-", "50.00", "333.33", "5000.00"]),
)  # fmt: skip


@given(
    st.sampled_from(sorted(UNITS)),
    st.lists(
        st.tuples(st.lists(_line(), min_size=1, max_size=5), st.lists(_event, max_size=2)), min_size=30, max_size=40
    ),
)
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_the_entries_of_any_card_do(
    tmp_path_factory: pytest.TempPathFactory, system: str, cards: list[tuple[list[str], list[str]]]
) -> None:
    cases = tuple(Case(f"c{n}", tuple(lines), {}, tuple(events)) for n, (lines, events) in enumerate(cards))
    world = world_of(tmp_path_factory.mktemp("any"), cases, *UNITS[system])
    world.build()
    _holds(world, system)
