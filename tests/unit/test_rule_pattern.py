"""Names matched by text where a rule's pattern is text: the same as matching the pattern as a regular expression."""

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warehouse.tables.definitions import all_tables

PIECES = st.sampled_from(
    ["姓名", "^姓名$", "^Name", "name$", "e-?mail", "", "^", "$", "(a|b)c", "[ab]", r"a\.b", "A.b", "x{2}", "é", "ß"]
)
NAMES = st.text(alphabet="姓名nNaAmMeE-ilbcxX.|É$^ß", max_size=8) | st.sampled_from(
    ["姓名", "申请人姓名", "Name", "my name", "e-mail", "EMAIL"]
)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for stage in ("catalog", "classification"):
            connection.execute(f"CREATE SCHEMA {stage}")
        for name in (
            "catalog.resource_field",
            "catalog.content_evidence",
            "classification.rule_grade",
            "classification.grade_decision",
        ):
            connection.execute(all_tables()[name].ddl())
        yield connection


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    patterns=st.lists(st.lists(PIECES, min_size=1, max_size=3).map("|".join), min_size=1, max_size=3),
    names=st.lists(st.none() | NAMES, max_size=6),
)
def test_text_is_found_as_the_pattern_finds_it(
    connection: duckdb.DuckDBPyConnection, patterns: list[str], names: list[str | None]
) -> None:
    connection.execute("DELETE FROM catalog.resource_field; DELETE FROM classification.rule_grade")
    for rank, pattern in enumerate(patterns):
        connection.execute(
            "INSERT INTO classification.rule_grade (rule_id, rule_kind, pattern, grade_rank) VALUES (?, 'name_rule', ?, ?)",
            [f"rule {rank}", pattern, rank],
        )
    for number, name in enumerate(names):
        connection.execute(
            "INSERT INTO catalog.resource_field (resource_id, field_no, field_name) VALUES ('r', ?, ?)", [number, name]
        )
    connection.execute(
        f"CREATE OR REPLACE TABLE classification.rule_pattern AS {all_tables()['classification.rule_pattern'].model}"
    )
    found = connection.execute(
        f"SELECT field_no, rule_id FROM ({all_tables()['classification.field_grade'].model}) ORDER BY ALL"
    ).fetchall()
    expected = connection.execute(
        "SELECT f.field_no, max_by(g.rule_id, g.grade_rank) FROM catalog.resource_field AS f "
        "JOIN classification.rule_grade AS g ON regexp_matches(coalesce(f.field_name, ''), g.pattern, 'i') GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    assert found == expected
