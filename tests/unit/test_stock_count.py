"""The count of assets: the list goes out, its answers come in as reviews, and what differs is somebody's to settle by a day."""

import csv
import io
from datetime import date

import pytest
from reading import shipped

from tests.world import HOLDER, World

CODES = ("agrees", "differs", "twice", "recounted", "uncounted", "left", "new")
#: Answers by code: result, day, document.
ANSWERS = {
    "agrees": ("相符", "2026-03-10", "盘1号"),
    "differs": ("不符", "2026-03-10", "盘1号"),
    "twice": ("相符", "2026-03-10", "盘1号"),
    "recounted": ("不符", "2026-03-10", "盘1号"),
}


def _filled(world: World) -> str:
    """The list as a unit has it, with what is above its headings, and with the answers."""
    entries = sorted(
        (e.body for e in shipped().on(date.max).of("report_column") if e.body["form"] == "stock_count"),
        key=lambda body: int(body["position"]),
    )
    names = [body["column"] for body in entries]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([body["label_zh"] for body in entries])
    for row in world.ask(f"SELECT {', '.join(names)} FROM registry.count_item ORDER BY resource_code"):
        cells = dict(zip(names, row, strict=True))
        if answer := ANSWERS.get(cells["resource_code"]):
            cells |= dict(zip(("count_answer", "count_answer_date", "count_answer_document_no"), answer, strict=True))
            writer.writerow(["" if cell is None else cell for cell in cells.values()])
    return text.getvalue()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("count"))
    world.cards(CODES)
    days = {code: "2026-05-10" if code == "new" else "2025-01-10" for code in CODES}
    rows = [f"{code},{code},1,采集,开发,12.00,{day},{day},12" for code, day in days.items()]
    costs = "resource_code,voucher_no,line_no,cost_kind,phase,amount_cny,posted_date,available_date,life_months"
    world.deliver("costs", "\n".join([costs, *rows]), "2026-06-30")
    world.deliver(
        "events", "resource_code,event_kind,event_date,document_no\nleft,核销,2026-02-20,示财1号\n", "2026-02-28"
    )
    world.build()
    return world


def test_the_list_has_each_card_that_has_not_left_once(world: World) -> None:
    assert world.ask("SELECT resource_code FROM registry.count_item ORDER BY ALL") == [
        (code,) for code in sorted(CODES) if code != "left"
    ]


def test_answers_come_in_as_reviews_and_differences_have_an_owner_and_a_day(world: World) -> None:
    answered = world.deliver("reviews", _filled(world), "2026-03-15")
    world.deliver(
        "reviews",
        "resource_code,review_kind,result,issued_date,document_no,reviewer\ntwice,盘点,不符,2026-03-10,盘2号,清查组\n"
        "left,盘点,相符,2026-03-10,盘2号,清查组\nstray,盘点,不符,2026-03-10,盘2号,清查组\nrecounted,盘点,相符,2026-04-02,盘3号,清查组\n",
        "2026-06-30",
    )
    world.build()
    assert world.rules(answered) == {}
    found = world.ask(
        "SELECT resource_code, finding_kind, owner_code, CAST(due_date AS VARCHAR), is_overdue, card_id IS NOT NULL, mend_zh <> '' "
        "FROM registry.count_finding ORDER BY ALL"
    )
    # Thirty days after the count; the unit's last count was on 2 April, when `new` was no card yet.
    assert found == [
        ("differs", "count_differs", HOLDER, "2026-04-09", True, True, True),
        ("left", "count_without_card", HOLDER, "2026-04-09", True, True, True),
        ("stray", "count_without_card", HOLDER, "2026-04-09", True, False, True),
        ("twice", "count_contradicts", HOLDER, "2026-04-09", True, True, True),
        ("uncounted", "count_missing", HOLDER, "2026-05-02", True, True, True),
    ]
    assert world.ask(
        "SELECT resource_code, counted_result FROM registry.count_item WHERE counted_result IS NOT NULL ORDER BY ALL"
    ) == [("agrees", "pass"), ("differs", "fail"), ("recounted", "pass"), ("twice", "fail")]


def test_a_count_changes_no_amount(world: World) -> None:
    assert world.values("differs")["closing_cost"] == "12.00"
