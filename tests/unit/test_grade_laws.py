"""Laws of grades, over the models with the shipped policy: a field that is added never lowers a resource; what fields come to together."""

from collections.abc import Iterator, Sequence

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading import POLICY

from readers.policy.files import load
from tests.policies import put_policy
from warehouse.tables.definitions import all_tables

MODELS = ("rule_grade", "name_match", "field_grade", "aggregation_grade", "resource_grade")
GIVEN = (
    "delivered.horizon",
    "catalog.resource",
    "catalog.resource_field",
    "catalog.content_table",
    "catalog.content_evidence",
    "classification.grade_decision",
)
#: Names of every weight, and of none.
NAMES = st.sampled_from(
    ["停车场名称", "姓名", "联系电话", "家庭住址", "出生日期", "电子邮箱", "民族", "身份证号", "指纹", "经度", "纬度", "纳税额", "变电站",
     "某某"]
)  # fmt: skip


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for stage in ("delivered", "catalog", "classification"):
            connection.execute(f"CREATE SCHEMA {stage}")
        for name in GIVEN:
            connection.execute(all_tables()[name].ddl())
        put_policy(connection, load(POLICY).entries)
        connection.execute("INSERT INTO delivered.horizon VALUES (DATE '2026-06-30', 'd')")
        for name in MODELS[:1]:
            connection.execute(f"CREATE TABLE classification.{name} AS {all_tables()[f'classification.{name}'].model}")
        yield connection


def grades(
    connection: duckdb.DuckDBPyConnection, resources: Sequence[Sequence[str]], rows: int | None = None
) -> list[tuple[int, str, str | None]]:
    """Rank, basis and rule of resources with these fields each, and this many rows of content."""
    for name in ("catalog.resource", "catalog.resource_field", "catalog.content_table"):
        connection.execute(f"DELETE FROM {name}")
    for number, fields in enumerate(resources):
        connection.execute("INSERT INTO catalog.resource (resource_id, title) VALUES (?, '名录')", [f"{number:03}"])
        if rows is not None:
            connection.execute(
                "INSERT INTO catalog.content_table (table_id, resource_id, data_row_count) VALUES (?, ?, ?)",
                [f"{number:03}", f"{number:03}", rows],
            )
        for place, name in enumerate(fields, 1):
            connection.execute(
                "INSERT INTO catalog.resource_field (resource_id, field_no, field_name) VALUES (?, ?, ?)",
                [f"{number:03}", place, name],
            )
    for name in MODELS[1:]:
        model = all_tables()[f"classification.{name}"].model
        connection.execute(f"CREATE OR REPLACE TABLE classification.{name} AS {model}")
    found = connection.execute(
        "SELECT grade_rank, grade_basis, rule_id FROM classification.resource_grade ORDER BY resource_id"
    ).fetchall()
    assert len(found) == len(resources)
    return found


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fields=st.lists(NAMES, min_size=1, max_size=8), rows=st.sampled_from([None, 0, 99_999, 100_000, 10_000_000]))
def test_a_grade_never_falls_when_a_field_is_added(
    connection: duckdb.DuckDBPyConnection, fields: list[str], rows: int | None
) -> None:
    found = grades(connection, [fields[:count] for count in range(len(fields) + 1)], rows)
    ranks = [rank for rank, _, _ in found]
    assert ranks == sorted(ranks)
    highest = dict(
        connection.execute(
            "SELECT resource_id, max(grade_rank) FROM classification.field_grade GROUP BY resource_id"
        ).fetchall()
    )
    for number, (rank, basis, _) in enumerate(found):
        own = highest.get(f"{number:03}", 0)
        assert rank >= own
        # What raised it is named where it raised, and there alone.
        assert (basis == "aggregation") == (rank > own)


@pytest.mark.parametrize(
    ("fields", "rows", "expected"),
    [
        (["姓名", "联系电话", "家庭住址"], None, (2, "name_rule", "pi_name")),
        (["姓名", "联系电话", "家庭住址", "出生日期"], None, (3, "aggregation", "many_personal")),
        # Twice the same kind is one kind.
        (["联系电话", "手机号", "移动电话", "联系方式"], None, (2, "name_rule", "pi_phone")),
        (["经度", "纬度"], 10_000_000, (2, "name_rule", "geo_fine")),
        (["经度", "姓名"], None, (3, "aggregation", "position_with_identity")),
        (["姓名"], 99_999, (2, "name_rule", "pi_name")),
        (["姓名"], 100_000, (3, "aggregation", "personal_at_scale")),
        (["身份证号"], 9_999_999, (3, "name_rule", "pi_id_number")),
        (["身份证号"], 10_000_000, (6, "aggregation", "personal_at_great_scale")),
        # What nobody knows holds back what is known to be less, and hides nothing that is more.
        (["停车场名称", "某某"], None, (4, "none", None)),
        (["身份证号", "某某"], None, (4, "none", None)),
        (["指纹", "某某"], None, (5, "name_rule", "pi_biometric")),
        ([], None, (0, "declared", None)),
    ],
)
def test_what_fields_come_to_together(
    connection: duckdb.DuckDBPyConnection, fields: list[str], rows: int | None, expected: tuple[int, str, str | None]
) -> None:
    assert grades(connection, [fields], rows) == [expected]
