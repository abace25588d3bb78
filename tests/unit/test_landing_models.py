"""Models of landing built over some of the deliveries give what they give over all of them."""

import random
from dataclasses import replace

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from tests.landing import Made, built, empty_landing, put
from warehouse.intake.landing_models import portion_of
from warehouse.tables.definitions import all_tables

KEYS = "abcdef"
RECORDS = st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(["x", "y", None])), min_size=1, max_size=8).map(
    tuple
)
LISTED = st.one_of(st.just(()), st.lists(st.sampled_from(KEYS), max_size=3).map(tuple))
DELIVERY = st.tuples(
    st.sampled_from(["full", "full", "incremental"]), RECORDS, LISTED, st.sampled_from([None, None, "release"])
)
SEQUENCES = st.lists(st.lists(DELIVERY, min_size=1, max_size=5), min_size=6, max_size=6)


@pytest.mark.slow
@settings(max_examples=4, deadline=None, phases=[Phase.explicit, Phase.generate])
@example(
    # The second delivery brings the resource that the first one's field list names; a third one deletes it again.
    sequences=[
        [
            ("full", (("a", "x"),), ("b",), None),
            ("incremental", (("b", "x"),), (), None),
            ("full", (("a", "x"),), (), None),
        ]
    ],
    seed=1,
)
@given(sequences=SEQUENCES, seed=st.integers(0, 99))
def test_three_runs_over_their_own_deliveries_come_to_what_one_over_all_does(sequences: list, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    deliveries = [
        Made(f"A{who}", place, mode, records, decision if mode == "full" else None, listed=listed)
        for who, sequence in enumerate(sequences)
        for place, (mode, records, listed, decision) in enumerate(sequence)
    ]
    chance.shuffle(deliveries)
    cuts = sorted(chance.randrange(len(deliveries) + 1) for _ in range(2))
    # A decision concerns any delivery, so that all is built: here they are among the first.
    deliveries = deliveries[: cuts[0]] + [replace(made, decision=None) for made in deliveries[cuts[0] :]]
    with empty_landing() as connection:
        put(connection, deliveries)
        at_once = built(connection)
    with empty_landing() as connection:
        put(connection, deliveries[: cuts[0]])
        told = built(connection)
        for part in (deliveries[cuts[0] : cuts[1]], deliveries[cuts[1] :]):
            connection.execute("UPDATE landing.delivery SET status_reason = NULL")
            taken = put(connection, part)
            told = built(connection, taken) if taken else built(connection)
        assert told == at_once


def test_only_what_follows_from_a_delivery_is_built_anew() -> None:
    with empty_landing() as connection:
        put(connection, [Made("A", 0, "full", (("a", None),)), Made("B", 0, "full", (("b", None), ("c", "x")))])
        built(connection)
        connection.execute("UPDATE landing.violation SET value = 'as it was'")
        taken = put(connection, [Made("A", 1, "full", (("a", None),))])
        assert portion_of(connection, all_tables(), taken) is not None
        rows = built(connection, taken)
        assert {row[0] for row in rows["landing.violation"] if "as it was" in row} == {"A-00", "B-00"}


def test_a_decision_has_everything_built() -> None:
    with empty_landing() as connection:
        taken = put(connection, [Made("A", 0, "full", (("a", "x"),), "release")])
        assert portion_of(connection, all_tables(), taken) is None
