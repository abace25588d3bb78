"""A city's own form is a table by its policy, or is refused by file, place and rule, and nothing else goes with it."""

import os
from pathlib import Path

import pytest

from pipelines.definitions import build_definitions
from readers.policy.files import load
from tests.own_forms import FILES, NAME, TABLE, put, refusals, shipped_copy, take
from tests.reference_facts import METHODS
from warehouse.resource import LakeResource
from warehouse.store.home import Home
from warehouse.store.lake import Lake
from warehouse.tables.definitions import all_tables
from warehouse.tables.own_forms import home_tables, own_tables, refused_forms, standing
from warehouse.tables.own_source import OWN, REFERENCE

SQL, TOML = f"forms/{NAME}.sql", f"forms/{NAME}.toml"
LARGEST = "CAST(coalesce(max(s.closing_cost_cny), 0) AS DECIMAL(20, 2)) AS largest_card_cny"
FROM = "FROM valuation.snapshot AS s"
CHECK = """
[[check]]
check_code = "sums"
check_kind = "within"
name_zh = "合计"
name_en = "sums"
left = "closing_cost_cny"
right = "largest_card_cny"
"""


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    return shipped_copy(tmp_path / "policy")


def test_no_shipped_table_or_form_is_called_as_one_of_a_city() -> None:
    assert not [table for table in all_tables().values() if table.name.startswith(OWN)]
    assert own_tables(all_tables()) == []


def test_a_home_without_own_forms_has_the_shipped_tables_and_reads_no_policy_for_it(policy: Path) -> None:
    (policy / "code_value.csv").write_text("no policy", "utf-8")
    assert home_tables(policy) is all_tables()
    assert refused_forms(policy) == ()


def test_the_table_is_what_the_files_say(policy: Path) -> None:
    put(policy)
    found = standing(load(policy))
    assert found.refused == ()
    assert found.policy is load(policy)
    assert set(found.tables) - set(all_tables()) == {TABLE}
    table = found.tables[TABLE]
    assert (table.label, table.key, table.partition) == (
        "主管部门数据资产表（自有）",
        ("period", "entity_code"),
        "period",
    )
    assert [(c.name, c.type) for c in table.columns][-2:] == [
        ("closing_cost_cny", "DECIMAL(20,2)"),
        ("largest_card_cny", "DECIMAL(20,2)"),
    ]
    assert table.columns[4] == next(c for c in all_tables()["report.form_r1"].columns if c.name == "closing_cost_cny")
    assert table.columns[5].zh == "该部门原值最大的一张卡片的原值"
    assert table.inputs == ("valuation.snapshot", "catalog.roll_up")
    assert list(found.tables).index(TABLE) > list(found.tables).index("catalog.roll_up")
    # The same files make the same object, in whatever home.
    assert home_tables(policy) is found.tables


def test_the_sql_is_an_entry_of_policy_that_holds_as_long_as_its_form(policy: Path) -> None:
    put(policy)
    (entry,) = load(policy).lists["report_model"]
    assert (entry.entry_key, entry.source_file, entry.status) == (NAME, SQL, "proposal")
    assert entry.effective_from.isoformat() == "2025-01-01"
    assert entry.body["sql"] == entry.raw == (FILES / f"{NAME}.sql").read_text("utf-8")


def test_homes_in_one_process_have_each_its_own(tmp_path: Path) -> None:
    one, other = Home(tmp_path / "one").create(), Home(tmp_path / "other").create()
    put(one.policy)
    assert TABLE in Lake(one).tables
    assert TABLE not in Lake(other).tables
    take(one.policy)
    assert Lake(one).tables is all_tables()


def test_dagster_has_it_in_the_home_that_has_it(tmp_path: Path) -> None:
    home, other = Home(tmp_path / "one").create(), Home(tmp_path / "other").create()
    put(home.policy)
    graph = build_definitions(LakeResource(home=str(home.root))).resolve_asset_graph()
    nodes = {key.to_user_string(): node for key, node in ((n.key, n) for n in graph.asset_nodes)}
    node = nodes["report/own_department"]
    assert {key.to_user_string() for key in node.parent_keys} == {
        "valuation/snapshot", "catalog/roll_up", "policy/report_form", "policy/report_sheet", "policy/report_column",
    }  # fmt: skip
    assert node.group_name == "report"
    without = build_definitions(LakeResource(home=str(other.root))).resolve_asset_graph()
    assert "report/own_department" not in {n.key.to_user_string() for n in without.asset_nodes}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (FROM, "FROM read_csv('/etc/passwd') AS s", (SQL, 0, "model_construct")),
        (FROM, "FROM '/etc/passwd' AS s", (SQL, 0, "model_sql")),
        (FROM, "FROM glob('*') AS s", (SQL, 0, "model_construct")),
        (LARGEST, "CAST(length(getenv('HOME')) AS DECIMAL(20, 2)) AS largest_card_cny", (SQL, 0, "model_construct")),
        (LARGEST, "CAST(year(now()) AS DECIMAL(20, 2)) AS largest_card_cny", (SQL, 0, "model_construct")),
        (LARGEST, "CAST(year(current_date) AS DECIMAL(20, 2)) AS largest_card_cny", (SQL, 0, "model_construct")),
        (LARGEST, "CAST(random() AS DECIMAL(20, 2)) AS largest_card_cny", (SQL, 0, "model_construct")),
        (FROM, "FROM valuation.snapshots AS s", (SQL, 9, "own_input")),
        (FROM, "FROM landing.record AS s", (SQL, 9, "own_input")),
        (FROM, "FROM audit.materialization AS s", (SQL, 9, "own_input")),
        (FROM, "FROM policy.entry AS s", (SQL, 9, "own_input")),
        (FROM, "FROM valuation.reference_value AS s", (SQL, 9, "own_input")),
        (FROM, "FROM valuation.method_spread AS s", (SQL, 9, "own_input")),
        (FROM, "FROM report.form_check AS s", (SQL, 9, "own_input")),
        (FROM, "FROM report.own_department AS s", (SQL, 9, "own_input")),
        (FROM, "FROM snapshot AS s", (SQL, 0, "model_sql")),
        ("s.closing_count > 0", "s.no_such_column > 0", (SQL, 0, "model_sql")),
        ("GROUP BY r.entity_code", "GROUP BY r.entity_code;", (SQL, 0, "model_statement")),
        ("GROUP BY r.entity_code", "GROUP BY r.entity_code; DROP TABLE catalog.roll_up", (SQL, 0, "model_statement")),
        ("GROUP BY r.entity_code", "GROUP BY r.entity_code) TO '/tmp/x' --", (SQL, 16, "model_sql")),
        ("GROUP BY r.entity_code", "GROUP BY r.entity_code LIMIT 1", (SQL, 0, "model_construct")),
        ("SELECT\n    $period AS period", "SELECT\n    FROM WHERE", (SQL, 3, "model_sql")),
        ("WHERE s.period = $period", "WHERE s.period = $month", (SQL, 0, "model_parameter")),
        (LARGEST, "CAST(max(s.closing_cost_cny) / 3 AS DECIMAL(20, 2)) AS largest_card_cny", (SQL, 0, "model_float")),
        (LARGEST, "max(s.closing_count) AS largest_card_cny", (SQL, 0, "model_type")),
        ("AS largest_card_cny", "AS largest_count", (TOML, 6, "own_column")),
        ("largest_card_cny", "largest_date", (TOML, 42, "own_suffix")),
        ('largest_card_cny"', 'opening_cost_cny"', (TOML, 6, "own_column")),
        ('number_format = "count"', 'number_format = "count"\ncolumn_type = "BIGINT"', (TOML, 32, "own_column_known")),
        ('key_columns = "period;entity_code"', 'key_columns = "entity_code"', (TOML, 6, "own_key")),
        ('key_columns = "period;entity_code"', 'key_columns = "period;unit_code"', (TOML, 6, "own_key")),
        ('grain_en = "one row a period and department"\n', "", (TOML, 6, "own_definition")),
        ('table = "report.own_department"', 'table = "report.form_r1"', (TOML, 6, "own_table")),
        ('workbook = "own_department"', 'workbook = "form_r1"\nposition = 99', (TOML, 6, "own_sheet")),
        ('order_by = "entity_code"', 'order_by = "unit_code"', (TOML, 16, "own_shown")),
        ('meaning_en = "cost of', f'{CHECK}#', (TOML, 42, "own_column")),
        ("    $period AS period,\n", "", (TOML, 6, "own_key")),
    ],
)  # fmt: skip
def test_what_breaks_a_rule_is_named_and_the_form_left_out(
    policy: Path, before: str, after: str, expected: tuple[str, int, str]
) -> None:
    changes = [(before, after)] if not after.endswith("position = 99") else [(before, after), ("position = 1\n", "")]
    put(policy, *changes)
    assert refusals(policy) == [expected]
    found = standing(load(policy))
    assert found.tables is all_tables()
    for name, entries in found.policy.lists.items():
        assert not [entry for entry in entries if entry.body.get("form") == NAME], name
    assert found.policy.lists["report_form"] == load(shipped_copy(policy.parent / "shipped")).lists["report_form"]


def test_checks_need_the_columns_of_the_model_of_checks(policy: Path) -> None:
    put(policy)
    with (policy / TOML).open("a", encoding="utf-8") as file:
        file.write(CHECK)
    assert refusals(policy) == [(TOML, 50, "own_check")]
    found = standing(load(policy))
    assert NAME not in str(found.tables.under(found.policy)["report.form_check"].model)


def test_a_form_that_has_them_is_checked(policy: Path) -> None:
    put(
        policy,
        (
            "    r.entity_code,\n",
            "    'government' AS report_kind,\n    r.level,\n    r.entity_code,\n",
        ),
        ("GROUP BY r.entity_code", "GROUP BY r.level, r.entity_code"),
        ('"period;entity_code"', '"period;report_kind;level;entity_code"'),
    )
    with (policy / TOML).open("a", encoding="utf-8") as file:
        file.write(CHECK)
    assert refusals(policy) == []
    found = standing(load(policy))
    assert TABLE in found.tables.under(found.policy)["report.form_check"].inputs


@pytest.mark.parametrize("name", ["own_", "own_Department", "own_a b", "department", "own_" + "a" * 60, "own_部门"])
def test_names_follow_one_rule(policy: Path, name: str) -> None:
    put(policy, ("own_department", name), name=name)
    # A table's name is judged with all other policy.
    (policy / "forms" / f"{name}.toml").unlink()
    assert refusals(policy) == [(f"forms/{name}.sql", 0, "own_name")]


def test_a_form_and_its_sql_go_together(policy: Path) -> None:
    put(policy)
    (policy / SQL).unlink()
    assert refusals(policy) == [(TOML, 6, "own_no_model")]
    put(policy)
    (policy / TOML).unlink()
    assert refusals(policy) == [(SQL, 0, "own_no_form")]


def test_a_link_or_what_is_no_file_is_no_sql(policy: Path, tmp_path: Path) -> None:
    put(policy)
    elsewhere = tmp_path / "elsewhere.sql"
    (policy / SQL).rename(elsewhere)
    (policy / SQL).symlink_to(elsewhere)
    assert refusals(policy) == [(TOML, 6, "own_no_model")]
    (policy / SQL).unlink()
    os.mkfifo(policy / SQL)
    assert refusals(policy) == [(TOML, 6, "own_no_model")]
    (policy / SQL).unlink()
    (policy / SQL).mkdir()
    assert refusals(policy) == [(TOML, 6, "own_no_model")]


def test_bytes_that_are_no_text_are_no_sql(policy: Path) -> None:
    put(policy)
    (policy / SQL).write_bytes("-- 部门\nSELECT 1".encode("gb18030"))
    assert refusals(policy) == [(SQL, 0, "own_encoding")]
    (policy / SQL).write_text("SELECT 1 --" + "x" * 200_000, "utf-8")
    assert refusals(policy) == [(SQL, 0, "own_encoding")]
    (policy / SQL).write_bytes(b"")
    assert refusals(policy) == [(SQL, 0, "model_statement")]


def test_another_layout_of_a_refused_table_goes_with_it(policy: Path) -> None:
    put(policy, (FROM, "FROM landing.record AS s"))
    (policy / "forms" / "second.toml").write_text(
        f'source = "a test"\nstatus = "proposal"\neffective_from = 2025-01-01\n[[form]]\ntable = "{TABLE}"\ntitle_zh = "另一版式"\n',
        "utf-8",
    )
    found = standing(load(policy))
    assert "second" not in {form.body["form"] for form in found.policy.lists["report_form"]}


def test_a_policy_that_cannot_be_read_has_no_own_tables(policy: Path) -> None:
    put(policy)
    (policy / "code_value.csv").write_text("no policy", "utf-8")
    assert home_tables(policy) is all_tables()


def test_the_tables_of_reference_values_are_those_of_the_methods() -> None:
    assert {f"valuation.{name}" for name in METHODS} == REFERENCE
