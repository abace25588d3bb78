"""The catalogue of the past: what was known when, about which day."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from readers.policy.files import load
from tests.homes import ask, created, one
from warehouse.asking.history import past
from warehouse.building.build import build
from warehouse.building.policy_entries import build_policy
from warehouse.intake.deliveries import Delivery, Intake
from warehouse.intake.guard import decide
from warehouse.intake.ingest import ingest
from warehouse.store.home import Home
from warehouse.store.lake import CommitInfo, Lake

INFO = CommitInfo("test", "ingest", "run")
START = datetime(2026, 1, 1, tzinfo=UTC)
FIRST_DAY = date(2025, 12, 1)
RESOURCES = "SELECT resource_id, title, delivery_id, ordinal FROM catalog.resource ORDER BY ALL"


class Delivered(NamedTuple):
    """A delivery: the day that it is about, its records as keys and titles, and whether a run takes it in before the next comes."""

    day: int
    mode: str
    records: dict[str, str]
    runs_after: bool


DELIVERIES = st.lists(
    st.builds(
        Delivered,
        st.integers(0, 5),
        st.sampled_from(["full", "full", "incremental"]),
        st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("xy"), min_size=1),
        st.booleans(),
    ),
    min_size=3,
    max_size=4,
)


def _deliver(home: Home, folder: Path, number: int, delivered: Delivered) -> str:
    """Deliver so many hours after the start; a day's sequences follow the arrivals."""
    file = folder / "data.json"
    records = [{"identifier": key, "title": title} for key, title in delivered.records.items()]
    file.write_text(json.dumps({"dataset": records}), "utf-8")
    intake = Intake(home)
    kept = intake.keep_files([(file.name, file)])
    day, received = FIRST_DAY + timedelta(delivered.day), START + timedelta(hours=number)
    delivery = Delivery("A", "default", "catalog", day, 1, delivered.mode, None, kept, received)
    return intake.receive(delivery, sequence_given=False).delivery.delivery_id


def _take_in(home: Home) -> None:
    lake, policy = Lake(home), load(home.policy)
    if not ask(home, "SELECT 1 FROM policy.entry LIMIT 1"):
        build_policy(lake, policy, INFO)
    ingest(lake, policy, (), INFO)
    hashes = policy.list_hashes
    build(
        lake,
        [*lake.tables.of_stage("delivered"), *lake.tables.of_stage("catalog")],
        period=None,
        policy_hashes=hashes,
        info=INFO,
    )


def _told(home: Home, known_at: datetime, effective: date = date.max) -> list[tuple[Any, ...]]:
    with past(Lake(home), known_at, effective) as connection:
        return connection.execute(RESOURCES).fetchall()


@settings(max_examples=2, deadline=None, phases=[Phase.generate])
@given(deliveries=DELIVERIES)
def test_the_past_is_what_the_lake_said_then_and_a_day_is_what_was_dated_up_to_it(
    tmp_path_factory: pytest.TempPathFactory, deliveries: list[Delivered]
) -> None:
    """Known at the time of each run: its tables. About a day: a home that got no more than what is dated up to it."""
    folder = tmp_path_factory.mktemp("history")
    home = created(Home(folder / "home"))
    said: dict[int, list[tuple[Any, ...]]] = {}
    for number, delivery in enumerate(deliveries):
        _deliver(home, folder, number, delivery)
        if delivery.runs_after or number == len(deliveries) - 1:
            _take_in(home)
            said[number] = ask(home, RESOURCES)
    for number, rows in said.items():
        assert _told(home, START + timedelta(hours=number)) == rows
    day = deliveries[0].day
    other = created(Home(folder / "other"))
    for number, delivery in enumerate(deliveries):
        if delivery.day <= day:
            _deliver(other, folder, number, delivery)
    _take_in(other)
    # Sequences are given by arrival, and arrival is the same for both: so are the names of the deliveries.
    assert _told(home, START + timedelta(days=9), FIRST_DAY + timedelta(day)) == ask(other, RESOURCES)


@pytest.mark.long
def test_a_withdrawal_and_a_decision_count_from_when_they_were_made(tmp_path: Path) -> None:
    home = created(Home(tmp_path / "home"))
    full = Delivered(0, "full", dict.fromkeys("abcdef", "x"), True)
    _deliver(home, tmp_path, 0, full)
    _take_in(home)
    first = ask(home, RESOURCES)
    held = _deliver(home, tmp_path, 1, Delivered(1, "full", {"a": "y"}, True))
    _take_in(home)
    assert one(home, "SELECT status FROM landing.delivery WHERE delivery_id = $held", held=held) == "held"
    before = datetime.now(UTC)
    decide(Lake(home), load(home.policy), held, "release", "合并后只剩一项", "数据团队")
    _take_in(home)
    released = ask(home, RESOURCES)
    assert [title for _, title, *_ in released] == ["y"]
    after = datetime.now(UTC)
    Intake(home).withdraw(held, "错发")
    _take_in(home)
    assert ask(home, RESOURCES) == first
    assert _told(home, before) == first
    # A decision is knowledge: it counts for the day that the delivery is about, though it was made later.
    assert _told(home, after) == _told(home, after, FIRST_DAY + timedelta(1)) == released
    assert _told(home, datetime.now(UTC)) == first


def test_before_anything_was_received_there_is_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    with pytest.raises(ValueError, match="shuzhang run"), past(Lake(home), START):
        pass
    _deliver(home, tmp_path, 0, Delivered(0, "full", {"a": "x"}, True))
    _take_in(home)
    assert _told(home, START - timedelta(seconds=1)) == []
    assert len(_told(home, START)) == 1
