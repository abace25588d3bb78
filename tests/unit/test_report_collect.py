"""What is read of the checks of a report: each that failed with the decision that lets it pass, and how many ended otherwise."""

from collections.abc import Iterator

import duckdb
import pytest

from warehouse.publish.report.collect import read_checks
from warehouse.publish.report.edition import DRAFT, GOVERNMENT, Check, CheckCounts, Edition, Scope
from warehouse.tables.definitions import all_tables

TABLES = all_tables()
CITY = Scope("city", "city", "某市")


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """Two units of a city, one of them of an enterprise, with a check of each outcome."""
    with duckdb.connect() as connected:
        connected.execute("CREATE SCHEMA report")
        for name in ("report.placement", "report.form_check"):
            connected.execute(TABLES[name].ddl())
        for unit, kind in (("U1", GOVERNMENT), ("U2", GOVERNMENT), ("E1", "enterprise")):
            for level, code in (("city", "city"), ("unit", unit)):
                connected.execute(
                    "INSERT INTO report.placement (period, unit_code, report_kind, level, entity_code) VALUES ('2026-06', ?, ?, ?, ?)",
                    [unit, kind, level, code],
                )
        for number, (level, code, kind, state, decision) in enumerate([
            ("unit", "U1", GOVERNMENT, "failed", None),
            ("unit", "U2", GOVERNMENT, "let_pass", "DEC-1"),
            ("unit", "U2", GOVERNMENT, "passed", None),
            ("unit", "U1", GOVERNMENT, "not_compared", None),
            ("city", "city", GOVERNMENT, "passed", None),
            ("unit", "E1", "enterprise", "failed", None),
            ("city", "city", "enterprise", "passed", None),
        ]):  # fmt: skip
            connected.execute(
                "INSERT INTO report.form_check (period, form, check_code, report_kind, level, entity_code, row_code, check_name_zh, "
                "left_amount, right_amount, difference_amount, check_state, decision_id) "
                "VALUES ('2026-06', 'r1', ?, ?, ?, ?, '', '期末＝期初＋增减', 3, 1, 2, ?, ?)",
                [f"R1-{number}", kind, level, code, state, decision],
            )
        yield connected


def _edition(scope: Scope, kind: str = GOVERNMENT) -> Edition:
    return Edition("2026-06", scope, kind, "", 1, DRAFT, 7)


def test_what_failed_is_there_with_the_decision_that_lets_it_pass(connection: duckdb.DuckDBPyConnection) -> None:
    checks, counts = read_checks(connection, _edition(CITY))
    said = ("unit", "U1", "U1", "3.00", "1.00", "2.00", "")
    assert checks == [
        Check("r1", "R1-0", "期末＝期初＋增减", *said),
        Check("r1", "R1-1", "期末＝期初＋增减", "unit", "U2", "U2", *said[3:-1], "DEC-1"),
    ]
    assert counts == CheckCounts(passed=2, not_compared=1)


def test_a_unit_has_its_own_and_no_kind_of_report_has_anothers(connection: duckdb.DuckDBPyConnection) -> None:
    checks, counts = read_checks(connection, _edition(Scope("unit", "U2", "乙局")))
    assert [(check.entity_code, check.let_pass_by) for check in checks] == [("U2", "DEC-1")]
    assert counts == CheckCounts(passed=1, not_compared=0)
    checks, counts = read_checks(connection, _edition(CITY, "enterprise"))
    assert [check.entity_code for check in checks] == ["E1"]
    assert counts == CheckCounts(passed=1, not_compared=0)
