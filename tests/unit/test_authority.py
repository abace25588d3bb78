"""Who may say what: a record is taken from whom policy lets say it, on the delivery's date, and rejected else."""

from collections.abc import Iterator, Mapping

import duckdb
import pytest

from tests.landing import bring, built, empty_landing, name_authorities
from warehouse.intake.landing_models import portion_of
from warehouse.tables.definitions import all_tables

#: A department and its unit, a stranger, and who is named for all.
BUREAU, UNIT, STRANGER, FINANCE, DATA = (f"{n}2990100000000{n}00X" for n in range(1, 6))
ORGANISATION = {
    "name": "单位", "level": "市", "district_code": "990100", "unit_kind": "事业单位", "valid_from": "2024-01-01",
}  # fmt: skip
#: A sound record of each kind about the unit's asset.
ABOUT_UNIT: Mapping[str, Mapping[str, str]] = {
    "organisations": ORGANISATION | {"organisation_code": UNIT, "parent_code": STRANGER},
    "authorisations": {"holder_code": UNIT, "legal_basis": "依据", "document_no": "1", "valid_from": "2024-01-01"},
    "evidence": {
        "holder_code": UNIT, "resource_code": "R", "criterion": "控制", "statement": "符合", "document_no": "1",
        "issued_date": "2025-06-30",
    },
    "reviews": {
        "holder_code": UNIT, "resource_code": "R", "review_kind": "安全审查", "result": "通过", "issued_date": "2025-06-30",
        "document_no": "1",
    },
    "costs": {
        "holder_code": UNIT, "resource_code": "R", "voucher_no": "记-1", "line_no": "1", "cost_kind": "采集", "phase": "开发",
        "amount_cny": "100.00", "posted_date": "2026-01-15",
    },
    "events": {
        "holder_code": UNIT, "resource_code": "R", "event_kind": "处置", "event_date": "2026-03-20", "document_no": "1",
    },
    "ledger": {
        "holder_code": UNIT, "period": "2026-01", "account_code": "1701", "opening_cny": "0.00", "debit_cny": "0.00", "credit_cny": "0.00",
        "closing_cny": "0.00",
    },
    "decisions": {
        "decision_id": "D-1", "subject_kind": "定级", "subject_key": f"{UNIT}|R|", "decision": "一般数据1级", "reason": "因为",
        "decided_by": "会议", "decided_at": "2026-01-01",
    },
}  # fmt: skip


@pytest.fixture
def city() -> Iterator[duckdb.DuckDBPyConnection]:
    """A city that has named its authorities: the unit is the bureau's until 1 July 2026, and the stranger's from then on."""
    with empty_landing() as connection:
        name_authorities(connection, {"finance_authority": FINANCE, "data_authority": DATA})
        tree = [
            {"organisation_code": BUREAU},
            {"organisation_code": STRANGER},
            {"organisation_code": UNIT, "parent_code": BUREAU},
            {"organisation_code": UNIT, "parent_code": STRANGER, "valid_from": "2026-07-01"},
        ]
        bring(connection, "organisations", FINANCE, [ORGANISATION | one for one in tree])
        yield connection


def rejected(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    """Who tried to say something of which kind, and for whom; all that is rejected is, for that reason alone."""
    built(connection)
    rules = connection.execute("SELECT DISTINCT rule FROM landing.rejected_record").fetchall()
    assert rules in ([], [("not_authorised",)]), connection.execute("FROM landing.rejected_record").fetchall()
    return connection.execute(
        "SELECT deliverer_code, kind, holder_code FROM landing.unauthorised ORDER BY ALL"
    ).fetchall()


def test_what_an_agency_says_of_another_is_rejected_and_names_both(city: duckdb.DuckDBPyConnection) -> None:
    names = {bring(city, kind, STRANGER, [body], "2026-05-01") for kind, body in ABOUT_UNIT.items()}
    assert rejected(city) == [(STRANGER, kind, UNIT) for kind in sorted(ABOUT_UNIT)]
    for message_zh, message_en, mend_zh, mend_en in city.execute(
        "SELECT message_zh, message_en, mend_zh, mend_en FROM landing.rejected_record"
    ).fetchall():
        assert all(STRANGER in text and UNIT in text for text in (message_zh, message_en))
        assert all("authority_unit.csv" in text for text in (mend_zh, mend_en))
    outcomes = city.execute(
        "SELECT delivery_id, in_count, accepted_count, rejected_count FROM landing.delivery_outcome WHERE kind IN "
        "(SELECT kind FROM landing.unauthorised) AND deliverer_code = $who",
        {"who": STRANGER},
    ).fetchall()
    assert {name for name, *counts in outcomes if counts == [1, 0, 1]} == names


def test_a_unit_its_department_and_the_authorities_say_it(city: duckdb.DuckDBPyConnection) -> None:
    for number, deliverer in enumerate((UNIT, BUREAU, FINANCE, DATA)):
        for kind, body in ABOUT_UNIT.items():
            own = {"voucher_no": f"记-{number}"} if kind == "costs" else {}
            if kind != "organisations":
                bring(city, kind, deliverer, [{**body, **own}], "2026-05-01")
    assert rejected(city) == []


def test_subordination_is_that_of_the_delivery_s_date(city: duckdb.DuckDBPyConnection) -> None:
    for deliverer in (BUREAU, STRANGER):
        for day in ("2026-06-30", "2026-07-01"):
            bring(city, "ledger", deliverer, [ABOUT_UNIT["ledger"]], day)
    rejected(city)
    names = city.execute("SELECT delivery_id FROM landing.unauthorised ORDER BY ALL").fetchall()
    assert names == [(f"ledger-{BUREAU}-default-2026-07-01",), (f"ledger-{STRANGER}-default-2026-06-30",)]


def test_the_holder_of_a_manifest_is_no_other_than_one_in_a_record(city: duckdb.DuckDBPyConnection) -> None:
    unnamed = {name: value for name, value in ABOUT_UNIT["costs"].items() if name != "holder_code"}
    bring(city, "costs", STRANGER, [unnamed], "2026-05-01", holder=UNIT)
    bring(city, "costs", UNIT, [unnamed], "2026-05-01")
    assert rejected(city) == [(STRANGER, "costs", UNIT)]


def test_a_superior_s_superior_speaks_too_and_units_above_each_other_end(city: duckdb.DuckDBPyConnection) -> None:
    above, below = ORGANISATION | {"organisation_code": "甲"}, ORGANISATION | {"organisation_code": "丙"}
    between = ORGANISATION | {"organisation_code": "乙", "parent_code": "甲"}
    tree = [above | {"parent_code": "丙"}, between, below | {"parent_code": "乙"}]
    bring(city, "organisations", DATA, tree)
    bring(city, "costs", "甲", [{**ABOUT_UNIT["costs"], "holder_code": "丙"}], "2026-05-01")
    assert rejected(city) == []


def test_nobody_but_a_named_authority_makes_itself_a_superior(city: duckdb.DuckDBPyConnection) -> None:
    bring(city, "organisations", STRANGER, [ABOUT_UNIT["organisations"]])
    bring(city, "costs", STRANGER, [ABOUT_UNIT["costs"]], "2026-05-01")
    assert rejected(city) == [(STRANGER, "costs", UNIT), (STRANGER, "organisations", UNIT)]


def test_a_release_is_the_operator_s_alone(city: duckdb.DuckDBPyConnection) -> None:
    release = {**ABOUT_UNIT["decisions"], "subject_kind": "交付", "subject_key": "a delivery", "decision": "放行"}
    for deliverer in (UNIT, FINANCE, "shuzhang"):
        bring(city, "decisions", deliverer, [release], mode="incremental")
    assert rejected(city) == [(UNIT, "decisions", ""), (FINANCE, "decisions", "")]


def test_catalogues_may_be_gathered(city: duckdb.DuckDBPyConnection) -> None:
    bring(city, "catalog", STRANGER, [{"identifier": "R", "title": "资源", "provider_code": UNIT}])
    assert rejected(city) == []


def test_what_policy_ends_on_a_day_ends_on_it(city: duckdb.DuckDBPyConnection) -> None:
    """A city that has its units alone deliver ledgers from July on, and lets one stranger speak for one unit."""
    entry = "INSERT INTO policy.authority BY NAME SELECT $key AS entry_key, $kind AS kind, $subject AS subject, $who AS who, "
    common = "'proposal' AS status, 'a test' AS source, "
    city.execute(
        "UPDATE policy.authority SET effective_to = DATE '2026-07-01' WHERE kind = 'ledger' AND who = 'superior'"
    )
    city.execute(
        f"{entry} false AS is_allowed, {common} DATE '2026-07-01' AS effective_from, false AS is_first_version",
        {"key": "ledger|all|superior", "kind": "ledger", "subject": "all", "who": "superior"},
    )
    city.execute(
        f"{entry} true AS is_allowed, {common} DATE '2025-01-01' AS effective_from, true AS is_first_version",
        {"key": "costs|unit|centre", "kind": "costs", "subject": UNIT, "who": "accounting_centre"},
    )
    name_authorities(city, {"accounting_centre": "核算中心"})
    for day in ("2026-06-30", "2026-07-01"):
        bring(city, "ledger", BUREAU, [{**ABOUT_UNIT["ledger"], "holder_code": BUREAU}, ABOUT_UNIT["ledger"]], day)
    for holder in (UNIT, BUREAU):
        bring(city, "costs", "核算中心", [{**ABOUT_UNIT["costs"], "holder_code": holder}], source=holder)
    assert rejected(city) == [(BUREAU, "ledger", UNIT), ("核算中心", "costs", BUREAU)]


def test_while_no_authority_is_named_the_first_to_deliver_organisations_is_theirs() -> None:
    with empty_landing() as connection:
        bring(connection, "organisations", FINANCE, [ORGANISATION | {"organisation_code": UNIT, "parent_code": BUREAU}])
        bring(connection, "organisations", STRANGER, [ABOUT_UNIT["organisations"]], "2026-01-02")
        bring(connection, "costs", BUREAU, [ABOUT_UNIT["costs"]], "2026-05-01")
        bring(connection, "ledger", FINANCE, [ABOUT_UNIT["ledger"]], "2026-05-01")
        assert rejected(connection) == [(STRANGER, "organisations", UNIT), (FINANCE, "ledger", UNIT)]


def test_an_organisation_that_was_deleted_or_rejected_makes_nobody_a_superior(city: duckdb.DuckDBPyConnection) -> None:
    city.execute("UPDATE policy.guard_limit SET value = 1")
    stays, goes, bad = (ORGANISATION | {"organisation_code": code, "parent_code": BUREAU} for code in "丁戊己")
    bring(city, "organisations", DATA, [stays, goes, bad | {"level": "no level"}])
    bring(city, "organisations", DATA, [stays], "2026-01-02")
    for holder in "丁戊己":
        bring(city, "costs", BUREAU, [{**ABOUT_UNIT["costs"], "holder_code": holder}], "2026-05-01", source=holder)
    built(city)
    assert city.execute("SELECT holder_code FROM landing.unauthorised ORDER BY 1").fetchall() == [("己",), ("戊",)]


def test_organisations_have_everything_built_and_a_cost_line_of_one_source_its_own() -> None:
    with empty_landing() as connection:
        bring(connection, "organisations", FINANCE, [ABOUT_UNIT["organisations"]])
        built(connection)
        name = bring(connection, "costs", UNIT, [ABOUT_UNIT["costs"]])
        assert portion_of(connection, all_tables(), {name}) is not None
        told = built(connection, {name})
        assert told == built(connection)
        again = bring(connection, "costs", UNIT, [ABOUT_UNIT["costs"]], source="another")
        assert portion_of(connection, all_tables(), {again}) is None
        tree = bring(connection, "organisations", FINANCE, [ABOUT_UNIT["organisations"]], "2026-01-02")
        assert portion_of(connection, all_tables(), {tree}) is None
