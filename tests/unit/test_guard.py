"""What the guard holds, and that nothing but (date, sequence), content, policy and decisions says so."""

import random
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import duckdb
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from tests.landing import Made, built, empty_landing, put
from tests.policies import refill_lists

KEYS = "abcdefgh"
#: A title of None makes a bad record; twice the same key in a delivery, a duplicate.
RECORDS = st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(["x", "y", None])), max_size=12).map(tuple)
#: Mostly what was there before, so that some deliveries pass and some do not.
SIMILAR = st.sets(st.sampled_from(KEYS), min_size=6).map(lambda keys: tuple((k, "x") for k in sorted(keys)))
DELIVERY = st.tuples(
    st.sampled_from(["full", "full", "full", "incremental"]),
    st.one_of(SIMILAR, SIMILAR, RECORDS),
    st.sampled_from([None, None, None, "release", "refuse"]),
)
SEQUENCES = st.lists(st.lists(DELIVERY, min_size=1, max_size=6), min_size=8, max_size=8)
LIMIT = Decimal("0.2")
Counts = dict[str, int | str]


def _made(sequences: list) -> list[Made]:
    return [
        Made(f"A{who}", place, mode, records, decision if mode == "full" else None)
        for who, sequence in enumerate(sequences)
        for place, (mode, records, decision) in enumerate(sequence)
    ]


def _retold(deliveries: list[Made]) -> tuple[dict[str, Counts], dict[tuple[str, str], str]]:
    """The rules in plain words, one delivery after the other: what each came to, and what stands in the end."""
    outcomes: dict[str, Counts] = {}
    standing: dict[str, dict[str, str]] = {}
    for made in sorted(deliveries, key=lambda m: (m.deliverer, m.place)):
        current = standing.setdefault(made.deliverer, {})
        tally: Counts = dict.fromkeys(("accepted", "rejected", "unchanged", "held", "deleted"), 0)
        gone = set(current) - {key for key, _ in made.records} if made.mode == "full" else set()
        is_much = bool(gone) and (len(gone) > LIMIT * len(current) or len(gone) == len(current))
        status = "accepted"
        if made.mode == "full":
            status = {"release": "accepted", "refuse": "refused", None: "held" if is_much else "accepted"}[
                made.decision
            ]
        if status == "held":
            tally["held"] = len(made.records)
        elif status == "refused":
            tally["rejected"] = len(made.records)
        else:
            seen: dict[str, str] = {}
            for key, title in made.records:
                outcome = "rejected"
                if title is not None and key not in seen:
                    seen[key] = title
                    outcome = "unchanged" if current.get(key) == title else "accepted"
                tally[outcome] = int(tally[outcome]) + 1
            tally["deleted"] = len(gone)
            standing[made.deliverer] = {k: v for k, v in current.items() if k not in gone} | seen
        outcomes[made.delivery_id] = {"status": status, "in": len(made.records), **tally}
    return outcomes, {(who, key): title for who, records in standing.items() for key, title in records.items()}


def _told(connection: duckdb.DuckDBPyConnection) -> tuple[dict[str, Counts], dict[tuple[str, str], str]]:
    names = ("status", "in", "accepted", "rejected", "unchanged", "held", "deleted")
    columns = ", ".join(name if name == "status" else f"{name}_count" for name in names)
    rows = connection.execute(
        f"SELECT delivery_id, {columns} FROM landing.delivery_outcome WHERE kind = 'catalog'"
    ).fetchall()
    current = connection.execute(
        "SELECT c.deliverer_code, c.record_key, r.body ->> '$.title' FROM landing.current_record AS c "
        "JOIN landing.record AS r USING (delivery_id, ordinal) WHERE c.kind = 'catalog'"
    ).fetchall()
    outcomes: dict[str, Counts] = {name: dict(zip(names, counts, strict=True)) for name, *counts in rows}
    return outcomes, {(who, key): title for who, key, title in current}


@pytest.mark.slow
@settings(max_examples=3, deadline=None, phases=[Phase.explicit, Phase.generate])
@example(
    sequences=[
        [("full", (("a", "x"),), None), ("full", (), "release"), ("full", (("a", None),), None), ("full", (), None)],
        [
            ("full", (("a", "x"),), None),
            ("full", (("a", None),), None),
            ("full", (), "release"),
            ("full", (("a", "x"),), None),
        ],
    ],
    seed=0,
)
@given(sequences=SEQUENCES, seed=st.integers(0, 99))
def test_any_deliveries_and_decisions_come_to_what_the_rules_say_however_they_arrive(
    sequences: list, seed: int
) -> None:
    """At once, or in two runs of which the second builds what follows from its own: all tables are equal, row for row."""
    chance = random.Random(seed)  # noqa: S311
    deliveries = _made(sequences)
    with empty_landing() as connection:
        put(connection, deliveries)
        at_once = built(connection)
        outcomes, current = _told(connection)
        assert (outcomes, current) == _retold(deliveries)
        for counts in outcomes.values():
            assert counts["in"] == sum(int(counts[name]) for name in ("accepted", "rejected", "unchanged", "held"))
    chance.shuffle(deliveries)
    early = chance.randrange(len(deliveries))
    with empty_landing() as connection:
        put(connection, deliveries[:early])
        built(connection)
        # A run begins with the statuses that the one before left, and gives reasons anew.
        connection.execute("UPDATE landing.delivery SET status_reason = NULL")
        late = put(connection, deliveries[early:])
        assert built(connection, late) == at_once


@settings(max_examples=2, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(sequences=SEQUENCES)
def test_a_held_delivery_deletes_what_it_said_it_would_once_it_is_released(sequences: list) -> None:
    deliveries = [replace(made, decision=None) for made in _made(sequences)]
    with empty_landing() as connection:
        put(connection, deliveries)
        guard = _first_held(built(connection)["landing.delivery_guard"])
    released = [replace(m, decision="release") if m.delivery_id in guard else m for m in deliveries]
    with empty_landing() as connection:
        put(connection, released)
        built(connection)
        outcomes, _ = _told(connection)
    assert {name: outcomes[name]["deleted"] for name in guard} == guard
    assert all(outcomes[name]["status"] == "accepted" for name in guard)


def _first_held(rows: list[tuple]) -> dict[str, int]:
    """Of each deliverer the first delivery that is held, with what it would delete: later ones rest on it."""
    first: dict[str, tuple[str, int]] = {}
    for delivery_id, deliverer, _, _, _, _, _, deleted, _, verdict, *_ in rows:
        if verdict == "held":
            first.setdefault(deliverer, (delivery_id, deleted))
    return dict(first.values())


@settings(max_examples=3, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(pairs=st.lists(st.tuples(RECORDS, RECORDS), min_size=8, max_size=8))
def test_after_two_full_deliveries_that_pass_the_second_is_what_stands(pairs: list) -> None:
    deliveries = _made([[("full", a, None), ("full", b, None)] for a, b in pairs])
    with empty_landing() as connection:
        put(connection, deliveries)
        put(connection, [Made(f"B{who}", 0, "full", b) for who, (_, b) in enumerate(pairs)])
        built(connection)
        outcomes, current = _told(connection)
    for who, (first, second) in enumerate(pairs):
        of = {k: {key: title for (d, key), title in current.items() if d == k} for k in (f"A{who}", f"B{who}")}
        if outcomes[f"A{who}-01"]["status"] == "accepted":
            # A version that is rejected keeps alive what was accepted before it, which the second alone does not know.
            good = {key for key, title in first if title is not None}
            kept = {key for key, _ in second if key in good} - of[f"B{who}"].keys()
            assert {key: title for key, title in of[f"A{who}"].items() if key not in kept} == of[f"B{who}"]
            assert kept <= of[f"A{who}"].keys()
        else:
            assert of[f"A{who}"].keys() == {key for key, title in first if title is not None}


@pytest.mark.parametrize(
    ("before", "after", "verdict", "figures"),
    [
        (10, 8, "accepted", (10, 2)),
        (10, 7, "held", (10, 3)),
        (10, 0, "held", (10, 10)),
        (0, 0, "accepted", (0, 0)),
        (1, 1, "accepted", (1, 0)),
    ],
)
def test_the_limit_is_passed_by_more_than_its_share_alone(
    before: int, after: int, verdict: str, figures: tuple[int, int]
) -> None:
    numbers = [(f"k{n:02d}", "x") for n in range(10)]
    with empty_landing() as connection:
        put(connection, [Made("A", 0, "full", tuple(numbers[:before])), Made("A", 1, "full", tuple(numbers[:after]))])
        row = built(connection)["landing.delivery_guard"][-1]
        assert (row[9], row[6:8]) == (verdict, figures)
        status, reason = connection.execute(
            "SELECT status, status_reason FROM landing.delivery WHERE delivery_id = 'A-01'"
        ).fetchall()[0]
        assert status == verdict
        assert (reason is None) == (verdict == "accepted")
        if reason:
            share = f"{10 * figures[1]}.00"
            assert f"现行 10 条记录中的 {figures[1]} 条（{share}%），上限 20.00%" in reason
            assert f"deletes {figures[1]} of the 10 records that stood ({share} %), limit 20.00 %" in reason


def test_the_limit_is_the_one_in_force_on_the_date_and_without_one_nothing_may_go() -> None:
    ten = tuple((f"k{n}", "x") for n in range(10))
    deliveries = [Made("A", 0, "full", ten), Made("A", 1, "full", ten[:6]), Made("A", 40, "full", ten[:3])]
    with empty_landing() as connection:
        put(connection, deliveries)
        connection.execute(
            "INSERT INTO policy.entry SELECT * REPLACE (DATE '2026-02-01' AS effective_from, replace(body, '0.20', '0.50') AS body) "
            "FROM policy.entry WHERE entry_key = 'guard_deletion_share'"
        )
        refill_lists(connection)
        verdicts = Counter(row[9] for row in built(connection)["landing.delivery_guard"])
        assert verdicts == {"accepted": 1, "held": 2}
        put(connection, [Made("A", 50, "full", ten[:5])])
        assert [row[9] for row in built(connection)["landing.delivery_guard"]] == [
            "accepted",
            "held",
            "held",
            "accepted",
        ]
        connection.execute("DELETE FROM policy.entry WHERE entry_key = 'guard_deletion_share'")
        refill_lists(connection)
        put(connection, [Made("B", 0, "full", ten), Made("B", 1, "full", ten[:9])])
        assert [row[9] for row in built(connection)["landing.delivery_guard"] if row[1] == "B"] == ["accepted", "held"]


def test_a_held_delivery_that_a_later_one_supersedes_says_so() -> None:
    ten = tuple((f"k{n}", "x") for n in range(10))
    with empty_landing() as connection:
        put(connection, [Made("A", 0, "full", ten), Made("A", 1, "full", ten[:2]), Made("A", 2, "full", ten[:9])])
        built(connection)
        rows = connection.execute(
            "SELECT status, status_reason FROM landing.delivery ORDER BY delivery_date"
        ).fetchall()
        assert [row[0] for row in rows] == ["accepted", "held", "accepted"]
        assert "A-02" in rows[1][1]
        assert "superseded" in rows[1][1]


def test_only_the_operators_incremental_decisions_count() -> None:
    ten = tuple((f"k{n}", "x") for n in range(10))
    held = Made("A", 1, "full", ten[:2], decision="release")
    with empty_landing() as connection:
        put(connection, [Made("A", 0, "full", ten), held])
        connection.execute("UPDATE landing.delivery SET mode = 'full' WHERE kind = 'decisions'")
        assert [row[9] for row in built(connection)["landing.delivery_guard"] if row[1] == "A"] == ["accepted", "held"]
        connection.execute(
            "UPDATE landing.delivery SET mode = 'incremental', deliverer_code = 'A' WHERE kind = 'decisions'"
        )
        assert [row[9] for row in built(connection)["landing.delivery_guard"]] == ["accepted", "held"]
        connection.execute("UPDATE landing.delivery SET deliverer_code = 'shuzhang' WHERE kind = 'decisions'")
        assert [row[9] for row in built(connection)["landing.delivery_guard"]] == ["accepted", "accepted"]
        reason = connection.execute("SELECT status_reason FROM landing.delivery WHERE delivery_id = 'A-01'").fetchall()
        assert "released: 因为" in reason[0][0]


@pytest.mark.parametrize(
    ("recoded", "renamed", "verdict"),
    [(0, 4, "accepted"), (2, 0, "accepted"), (3, 0, "held"), (4, 0, "held"), (3, 1, "held")],
)
def test_codes_that_vanish_while_their_titles_come_under_others_are_held_with_that_cause(
    recoded: int, renamed: int, verdict: str
) -> None:
    """Of forty; titles are alike whatever their blanks and marks. What comes with another title is new."""
    before = [(f"k{n:02d}", f"第{n}号 数据") for n in range(40)]
    gone = recoded + renamed
    after = before[gone:] + [(f"new{n}", f"第{n}号数据。") for n in range(recoded)]
    after += [(f"other{n}", f"另{n}") for n in range(renamed)]
    with empty_landing() as connection:
        put(connection, [Made("A", 0, "full", tuple(before)), Made("A", 1, "full", tuple(after))])
        row = built(connection)["landing.delivery_guard"][-1]
        assert (row[7], row[9], row[-1]) == (gone, verdict, recoded)
        ((reason,),) = connection.execute(
            "SELECT status_reason FROM landing.delivery WHERE delivery_id = 'A-01'"
        ).fetchall()
        if verdict == "held":
            assert all(
                word in reason for word in (f"{recoded} 条以其他代码", f"{recoded} of them come again", "变更编码")
            )
        else:
            assert reason is None


def test_titles_that_many_records_have_count_as_often_as_they_come_again() -> None:
    before = tuple((f"k{n:02d}", "统计数据") for n in range(40))
    with empty_landing() as connection:
        put(connection, [Made("A", 0, "full", before), Made("A", 1, "full", (*before[5:], ("new", "统计数据")))])
        row = built(connection)["landing.delivery_guard"][-1]
        assert (row[7], row[9], row[-1]) == (5, "accepted", 1)
