"""Scores: the laws that they obey, and the same figures reckoned with fractions from the verdicts."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import POLICY

from readers.policy.files import load
from tests.policies import put_policy
from warehouse.tables.definitions import all_tables

DISTRICTS = {"h0": "d0", "h1": "d0", "h2": "d1"}
MODELS = ("quality.resource_score", "quality.score", "quality.measure")


@dataclass(frozen=True)
class Row:
    """A resource or a field of one: what was assessed and what of it is met, a bit a rule."""

    resource: int
    holder: str
    assessed: int
    met: int


@dataclass(frozen=True)
class Scores:
    """Score and assessed share by resource, and by kind, key and dimension."""

    resources: dict[str, tuple[Decimal | None, Decimal]]
    others: dict[tuple[str, str, str], tuple[Decimal | None, Decimal]]
    holders: dict[str, str]


@pytest.fixture(scope="module")
def store() -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables of quality in memory, with the shipped rules."""
    with duckdb.connect() as connection:
        for stage in ("landing", "delivered", "catalog", "quality"):
            connection.execute(f"CREATE SCHEMA {stage}")
            for table in all_tables().of_stage(stage):
                connection.execute(table.ddl())
        put_policy(connection, load(POLICY).entries)
        connection.execute("INSERT INTO delivered.horizon VALUES (DATE '2026-06-30', 'd')")
        for holder, district in {**DISTRICTS, "h3": None}.items():
            connection.execute(
                "INSERT INTO catalog.organisation BY NAME SELECT $holder AS organisation_code, $holder AS department_code, "
                "DATE '2024-01-01' AS valid_from, $district AS district_code, $district AS district_name",
                {"holder": holder, "district": district},
            )
        for name in ("quality.indicator", "quality.rule"):
            connection.execute(f"INSERT INTO {name} {all_tables()[name].model}")
        yield connection


RESOURCE_RULES = len(
    [r for r in load(POLICY).on(date.max).of("quality_rule") if r.body["table_name"] == "catalog.resource"]
)
FIELD_RULES = len(
    [r for r in load(POLICY).on(date.max).of("quality_rule") if r.body["table_name"] == "catalog.resource_field"]
)


def _rows(rules: int, most: int) -> st.SearchStrategy[list[Row]]:
    bits = st.integers(0, (1 << rules) - 1)
    row = st.builds(
        lambda resource, holder, assessed, met: Row(resource, f"h{holder}", assessed, met & assessed),
        st.integers(0, 7),
        st.integers(0, 4),
        bits,
        bits,
    )
    return st.lists(row, max_size=most)


RESOURCES = _rows(RESOURCE_RULES, 8).map(lambda rows: list({row.resource: row for row in rows}.values()))
FIELDS = _rows(FIELD_RULES, 12)


def scores(store: duckdb.DuckDBPyConnection, resources: list[Row], fields: list[Row]) -> Scores:
    for name in ("resource_measure", "field_measure", *(model.partition(".")[2] for model in MODELS)):
        store.execute(f"DELETE FROM quality.{name}")
    holders = {row.resource: row.holder for row in resources}
    store.execute("DELETE FROM catalog.resource; DELETE FROM catalog.roll_up")
    for resource, holder in holders.items():
        store.execute(
            "INSERT INTO catalog.resource BY NAME SELECT $r AS resource_id, $h AS holder_code",
            {"r": f"{resource}", "h": holder},
        )
    store.execute(f"INSERT INTO catalog.roll_up {all_tables()['catalog.roll_up'].model}")
    for row in resources:
        store.execute(
            "INSERT INTO quality.resource_measure VALUES ($r, $h, 'd', 1, $a, $m)",
            {"r": f"{row.resource}", "h": row.holder, "a": row.assessed, "m": row.met},
        )
    for number, row in enumerate(f for f in fields if f.resource in holders):
        store.execute(
            "INSERT INTO quality.field_measure VALUES ($r, $n, $h, $a, $m)",
            {"r": f"{row.resource}", "n": number, "h": holders[row.resource], "a": row.assessed, "m": row.met},
        )
    for name in MODELS:
        store.execute(f"INSERT INTO {name} {all_tables()[name].model}")
    rows = store.execute(
        "SELECT resource_id, score_pct, assessed_pct, holder_code FROM quality.resource_score WHERE dimension_code = 'all'"
    ).fetchall()
    others = store.execute(
        "SELECT subject_kind, subject_key, dimension_code, score_pct, assessed_pct FROM quality.score"
    ).fetchall()
    return Scores(
        {key: (score, assessed) for key, score, assessed, _ in rows},
        {(kind, key, dimension): (score, assessed) for kind, key, dimension, score, assessed in others},
        {key: holder for key, _, _, holder in rows},
    )


laws = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.slow
@laws
@given(resources=RESOURCES, fields=FIELDS)
def test_a_score_lies_between_those_of_its_resources(
    store: duckdb.DuckDBPyConnection, resources: list[Row], fields: list[Row]
) -> None:
    found = scores(store, resources, fields)
    groups = {("holder", holder): {holder} for holder in found.holders.values()}
    groups |= {("district", d): {h for h, of in DISTRICTS.items() if of == d} for h, d in DISTRICTS.items()}
    groups |= {("city", "city"): set(found.holders.values())}
    for (kind, key), holders in groups.items():
        own = [found.resources[r] for r, holder in found.holders.items() if holder in holders]
        if not own:
            assert (kind, key, "all") not in found.others
            continue
        score, assessed = found.others[kind, key, "all"]
        known = [value for value, _ in own if value is not None]
        assert (score is None) == (not known)
        if score is not None:
            assert min(known) <= score <= max(known)
        assert min(share for _, share in own) <= assessed <= max(share for _, share in own)
        for dimension in range(1, 7):
            part, share = found.others[kind, key, f"0{dimension}"]
            assert part is not None or share == 0
            assert part is None or 0 <= part <= 100
    assert {kind for kind, _, _ in found.others} <= {"holder", "district", "city"}


@pytest.mark.slow
@laws
@given(resources=RESOURCES, fields=FIELDS, data=st.data())
def test_a_defect_never_raises_a_score(
    store: duckdb.DuckDBPyConnection, resources: list[Row], fields: list[Row], data: st.DataObject
) -> None:
    """A rule that is no longer met, or that was not assessed and is broken now, on one resource or field."""
    before = scores(store, resources, fields)
    for rows, rules in ((resources, RESOURCE_RULES), (fields, FIELD_RULES)):
        if rows:
            place = data.draw(st.integers(0, len(rows) - 1))
            bit = 1 << data.draw(st.integers(0, rules - 1))
            row = rows[place]
            rows[place] = replace(row, assessed=row.assessed | bit, met=row.met & ~bit)
    after = scores(store, resources, fields)
    assert before.resources.keys() == after.resources.keys()
    assert before.others.keys() == after.others.keys()
    pairs = [(score, after.resources[key]) for key, score in before.resources.items()]
    pairs += [(score, after.others[key]) for key, score in before.others.items()]
    for (score, _), (now, _) in pairs:
        assert score is None or (now is not None and now <= score)


@pytest.mark.slow
@laws
@given(resources=RESOURCES, fields=FIELDS)
def test_the_figures_are_those_of_the_verdicts(
    store: duckdb.DuckDBPyConnection, resources: list[Row], fields: list[Row]
) -> None:
    found = scores(store, resources, fields)
    rules = store.execute("SELECT table_name, rule_code, rule_bit, weight, dimension_code FROM quality.rule").fetchall()
    (full,) = store.execute("SELECT sum(weight) FROM quality.indicator").fetchall()[0]
    for row in resources:
        met = assessed = 0
        for table, _, bit, weight, _ in rules:
            looked_at = {"catalog.resource": [row], "catalog.resource_field": fields}.get(table, [])
            own = [one for one in looked_at if one.resource == row.resource and one.assessed & bit]
            if own:
                assessed += weight
                met += weight * sum(bool(one.met & bit) for one in own) // len(own)
        wanted = Decimal(met * 10000 // assessed) / 100 if assessed else None
        assert found.resources[f"{row.resource}"] == (wanted, Decimal(assessed * 10000 // full) / 100)
    measures = store.execute(
        "SELECT rule_code, subject_kind, subject_key, numerator, denominator, is_passed, threshold_pct, not_assessed_reason "
        "FROM quality.measure"
    ).fetchall()
    bits = {rule: bit for _, rule, bit, _, _ in rules}
    holders = {row.resource: row.holder for row in resources}
    for rule, kind, holder, a, b, passed, threshold, reason in measures:
        looked_at = {"resource": resources, "field": fields}[kind]
        own = [row for row in looked_at if holders.get(row.resource) == holder]
        assert (a, b) == (
            sum(bool(row.met & bits[rule]) for row in own),
            sum(bool(row.assessed & bits[rule]) for row in own),
        )
        assert 0 <= a <= b
        assert passed == (a * 100 >= threshold * b if b else None)
        assert (reason is None) == (b > 0)


def test_the_weights_add_up_and_what_has_no_rule_weighs_too(store: duckdb.DuckDBPyConnection) -> None:
    total = store.execute("SELECT sum(weight), count(*) FROM quality.indicator").fetchall()[0]
    assert total[1] == 20
    assert 1_000_000 - 20 <= total[0] <= 1_000_000
    per_dimension = store.execute("SELECT sum(weight) FROM quality.indicator GROUP BY dimension_code").fetchall()
    assert all(1_000_000 // 6 - 6 <= weight <= 1_000_000 // 6 for (weight,) in per_dimension)
    rules = store.execute(
        "SELECT i.indicator_code, i.weight, i.rule_count, i.not_assessed_reason, sum(q.weight), count(q.rule_code) "
        "FROM quality.indicator AS i LEFT JOIN quality.rule AS q USING (indicator_code) GROUP BY ALL"
    ).fetchall()
    for _, weight, count, reason, of_rules, joined in rules:
        assert count == joined
        assert (reason is None) == (count > 0)
        assert of_rules is None or of_rules <= weight
    bits = store.execute(
        "SELECT table_name, list(rule_bit ORDER BY rule_bit) FROM quality.rule GROUP BY ALL"
    ).fetchall()
    assert all(found == [1 << n for n in range(len(found))] for _, found in bits)


@pytest.mark.parametrize(
    ("rows", "repeated", "ragged", "found"),
    [
        (
            1_000_000,
            1,
            0,
            {"content_rows_not_repeated": (999_999, 1_000_000), "content_rows_whole": (1_000_000, 1_000_000)},
        ),
        (10, 0, 4, {"content_rows_not_repeated": (10, 10), "content_rows_whole": (6, 10)}),
        # Never below nothing, and not assessed where there is nothing.
        (2, 5, 0, {"content_rows_not_repeated": (0, 2), "content_rows_whole": (2, 2)}),
        (0, 0, 0, {"content_rows_not_repeated": (0, 0), "content_rows_whole": (0, 0)}),
    ],
)
def test_a_rule_with_a_share_counts_the_rows_behind_a_table(
    store: duckdb.DuckDBPyConnection, rows: int, repeated: int, ragged: int, found: dict[str, tuple[int, int]]
) -> None:
    store.execute("DELETE FROM catalog.content_table; DELETE FROM catalog.resource; DELETE FROM catalog.roll_up")
    # The laws above leave the measures of their last example.
    store.execute("DELETE FROM quality.resource_measure; DELETE FROM quality.field_measure")
    store.execute("INSERT INTO catalog.resource BY NAME SELECT 'r' AS resource_id, 'h0' AS holder_code")
    store.execute("INSERT INTO quality.resource_measure VALUES ('r', 'h0', 'd', 1, 0, 0)")
    store.execute(
        "INSERT INTO catalog.content_table BY NAME SELECT 't' AS table_id, 'r' AS resource_id, 'h0' AS holder_code, "
        "TRUE AS has_header, 0 AS unnamed_column_count, $rows AS data_row_count, $repeated AS duplicate_row_count, "
        "$ragged AS ragged_row_count",
        {"rows": rows, "repeated": repeated, "ragged": ragged},
    )
    models = ("content_table_measure", "share_measure", "measure", "resource_score")
    for model in models:
        store.execute(f"DELETE FROM quality.{model}")
        store.execute(f"INSERT INTO quality.{model} {all_tables()[f'quality.{model}'].model}")
    measured = store.execute("SELECT rule_code, numerator, denominator FROM quality.measure").fetchall()
    assert {rule: (met, of) for rule, met, of in measured if rule in found} == found
    scored = store.execute(
        "SELECT score_pct FROM quality.resource_score WHERE dimension_code = '03' AND assessed_weight > 0"
    ).fetchall()
    met, of = found["content_rows_not_repeated"]
    # 0303 is all that is assessed of accuracy here; a share is cut off to a hundredth of a per cent.
    assert [score for (score,) in scored] == ([Decimal(met * 10_000 // of) / 100] if of > 1 else [])
    for name in (*models, "resource_measure"):
        store.execute(f"DELETE FROM quality.{name}")
    store.execute("DELETE FROM catalog.content_table")
