"""Rules of quality: what a predicate may be, and how the rules of policy become the models that count them."""

import re
from dataclasses import replace
from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import POLICY

from readers.policy.files import PolicySet, load
from readers.policy.predicates import PredicateError, predicate_fault, rendered, rule_tables
from readers.policy.problems import PolicyError
from tests.policies import put_policy
from warehouse.tables import rules as rule_models
from warehouse.tables.definitions import all_tables

TABLE = "catalog.resource"


@pytest.mark.parametrize(
    "text",
    [
        "title IS NOT NULL",
        "TITLE IS NULL OR Abstract = 'x'",
        "length(title) BETWEEN 2 AND 200",
        "regexp_matches(landing_page, '^https?://')",
        "share_type IN ('none', 'conditional')",
        "modified_date >= DATE '2020-01-01'",
        "delivery_date <= modified_date + max_lag_days",
        "try_cast(resource_code AS INTEGER) % 2 = 0",
        "CASE WHEN title LIKE 'a%' THEN abstract IS NULL ELSE TRUE END",
        "title = ' -- no remark'",
    ],
)
def test_a_predicate_is_taken(text: str) -> None:
    assert predicate_fault(text, TABLE) is None


@pytest.mark.parametrize(
    ("given", "rules"),
    [
        ({"share_met": "data_row_count - ragged_row_count", "share_of": "data_row_count"}, []),
        ({"share_met": "data_row_count"}, ["missing_value"]),
        ({"share_met": "data_row_count > 0", "share_of": "data_row_count"}, ["bad_predicate"]),
        ({"share_met": "no_such_count", "share_of": "data_row_count"}, ["bad_predicate"]),
        # A resource or a field is one; there is nothing behind it to count.
        ({"share_met": "field_count", "share_of": "field_count", "table_name": "catalog.resource"}, ["bad_value"]),
    ],
)
def test_a_share_is_a_count_of_a_count_behind_a_table(given: dict[str, str], rules: list[str]) -> None:
    entry = {
        **dict.fromkeys(("name_zh", "name_en", "needs_zh", "needs_en", "mend_zh", "mend_en", "source"), "x"),
        **{"rule_code": "whole", "table_name": "catalog.content_table", "indicator_code": "0202", "predicate": "TRUE"},
        **{"severity": "warn", "status": "proposal", **given},
    }
    lines = [f"{name} = '{value}'" for name, value in entry.items()]
    text = "\n".join(["[[rule]]", *lines, "threshold_pct = 95", "effective_from = 2025-01-01"])
    try:
        PolicySet.of_files({"quality/own.toml": text.encode()})
        found: list[str] = []
    except PolicyError as error:
        found = [problem.rule for problem in error.problems]
    assert found == rules


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("heading IS NULL", "heading"),
        ("other.title IS NULL", "other.title"),
        ("same_name_count = 1", "same_name_count"),  # a helper of another table
        ("title", "VARCHAR"),
        ("length(title)", "BIGINT"),
        ("title > 5 AND modified_date = 'never'", "DuckDB"),
        ("title IN (SELECT title FROM catalog.resource)", "values"),
        ("EXISTS (SELECT 1)", "SELECT"),
        ("title = (SELECT max(name) FROM catalog.organisation)", "SELECT"),
        ("count(*) > 1", "COUNT"),
        ("row_number() OVER () = 1", "ROW_NUMBER"),
        ("title IS NULL; DROP TABLE catalog.resource", "one expression"),
        ("title IS NULL FROM catalog.resource", "one expression"),
        ("title IS NULL, TRUE", "one expression"),
        ("title IS NULL) OR (TRUE", "SQL"),
        ("title IS NULL -- always", "comments"),
        ("title IS NULL /* always */", "comments"),
        ("title = $period", "$period"),
        ("title = ?", "?"),
        ("read_text('/etc/hostname') IS NULL", "READ_TEXT"),
        ("getenv('HOME') IS NULL", "GETENV"),
        ("current_date > modified_date", "CURRENT_DATE"),
        ("random() < 0.5", "RAND"),
        ("CAST(title AS INTEGER) = 1", "TRY_CAST"),
        ("regexp_matches(title, '(?=x)')", "DuckDB"),
        ("title IS NULL AS verdict", "AS"),
        ("*", "*"),
        ("", "one expression"),
    ],
)
def test_anything_else_is_refused(text: str, word: str) -> None:
    fault = predicate_fault(text, TABLE)
    assert fault is not None
    assert word.lower() in fault.en.lower()
    assert re.search("[\u4e00-\u9fff]", fault.zh)
    with pytest.raises(PredicateError):
        rendered(text, TABLE, "t")


#: Where a row comes from, and values that only a person judges.
UNJUDGED = {"delivery_id", "ordinal", "min_value", "max_value", "value_patterns", "top_values"}


def test_the_tables_that_rules_look_at_are_defined_and_those_of_the_models() -> None:
    with duckdb.connect() as connection:
        for stage in ("policy", "landing", "delivered", "catalog"):
            connection.execute(f"CREATE SCHEMA {stage}")
            for table in all_tables().of_stage(stage):
                connection.execute(table.ddl())
        for name, looked_at in rule_tables().items():
            own = {c.name: c.type for c in all_tables()[name].columns if c.name not in UNJUDGED}
            assert {**own, **looked_at.columns} == dict(looked_at.columns), name
            assert set(looked_at.columns) <= {c.name for c in all_tables()[name].columns}
            select = rule_models.expanded(f"/*+ table {name} */", rule_models.shipped_policy())
            found = {row[0]: row[1] for row in connection.execute(f"DESCRIBE {select}").fetchall()}
            assert {column: found[column] for column in looked_at.types} == dict(looked_at.types), name


_TEXT = st.none() | st.sampled_from(
    ["", "无", " n/a ", "none", "unconditional", "spreadsheet", "2", "http://a/b", "�", "char(2)", "人口"]
)
_VALUES = {
    "VARCHAR": _TEXT | st.text(max_size=12),
    "DATE": st.none() | st.dates(),
    "BIGINT": st.none() | st.integers(0, 5),
    "INTEGER": st.none() | st.integers(0, 800),
    "BOOLEAN": st.none() | st.booleans(),
}


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_the_bits_of_a_row_are_what_each_rule_says_alone(data: st.DataObject) -> None:
    """No predicate fails on any value; a rule that is met was assessed; one scan says what a query a rule says."""
    rules = rule_models.shipped_policy().on(date.max).of("quality_rule")
    for name, table in rule_tables().items():
        values = {column: data.draw(_VALUES[kind]) for column, kind in table.types.items()}
        row = ", ".join(f"CAST(${column} AS {kind}) AS {column}" for column, kind in table.types.items())
        model = str(all_tables()[MEASURES[name]].model)
        cut = model.index("FROM (")
        bits = re.sub(r"^\s*t\.\w+,\n", "", model[:cut].partition("SELECT")[2], flags=re.MULTILINE)
        with duckdb.connect() as connection:
            found = connection.execute(f"SELECT {bits} FROM (SELECT {row}) AS t", values).fetchone()
            assert found is not None
            assessed, met = found
            assert met & ~assessed == 0
            own = sorted((r for r in rules if r.body["table_name"] == name), key=lambda rule: rule.entry_key)
            for number, rule in enumerate(own):
                asked = f"SELECT coalesce({rule.body.get('needs', 'TRUE')}, FALSE), coalesce({rule.body['predicate']}, FALSE)"
                needs, holds = connection.execute(f"{asked} FROM (SELECT {row}) AS t", values).fetchall()[0]
                assert (bool(assessed >> number & 1), bool(met >> number & 1)) == (needs, needs and holds), (
                    rule.entry_key
                )
            assert assessed < 1 << len(own)


MEASURES = {
    "catalog.resource": "quality.resource_measure",
    "catalog.resource_field": "quality.field_measure",
    "catalog.content_table": "quality.content_table_measure",
    "catalog.content_column": "quality.content_column_measure",
    "landing.delivery_outcome": "quality.delivery_measure",
}


def test_a_changed_rule_changes_the_model_that_counts_it_and_no_other() -> None:
    shipped = load(POLICY)
    rules = [
        replace(rule, body={**rule.body, "predicate": "title = 'x'"}) if rule.entry_key == "core_elements" else rule
        for rule in shipped.lists["quality_rule"]
    ]
    changed = PolicySet({**shipped.lists, "quality_rule": tuple(rules)})
    before, after = all_tables().under(shipped), all_tables().under(changed)
    assert {n for n in before if before[n].model != after[n].model} == {"quality.resource_measure"}
    reworded = [replace(rule, body={**rule.body, "name_zh": "新"}) for rule in shipped.lists["quality_rule"]]
    again = all_tables().under(PolicySet({**shipped.lists, "quality_rule": tuple(reworded)}))
    assert {n for n in before if before[n].model != again[n].model} == set()
    assert {n: t.model for n, t in before.items()} == {n: t.model for n, t in all_tables().items()}


def test_a_version_of_a_rule_has_its_own_bit_and_is_in_force_from_its_day() -> None:
    shipped = load(POLICY)
    (rule,) = [rule for rule in shipped.lists["quality_rule"] if rule.entry_key == "core_elements"]
    day = rule.effective_from.replace(year=2030)
    later = replace(
        rule,
        effective_from=day,
        body={**rule.body, "predicate": "title = 'later'", "effective_from": f"{day}"},
    )
    policy = PolicySet({**shipped.lists, "quality_rule": (*shipped.lists["quality_rule"], later)})
    tables = all_tables().under(policy)
    model = str(tables["quality.resource_measure"].model)
    assert "'later'" in model
    assert rendered(rule.body["predicate"], TABLE, "t") in model
    bits = {}
    for judged in ("2029-12-31", "2030-01-01"):
        with duckdb.connect() as connection:
            put_policy(connection, policy.entries)
            connection.execute("CREATE SCHEMA delivered; CREATE SCHEMA quality")
            connection.execute(tables["delivered.horizon"].ddl())
            connection.execute("INSERT INTO delivered.horizon VALUES ($day, 'd')", {"day": judged})
            for name in ("quality.indicator", "quality.rule"):
                connection.execute(f"CREATE TABLE {name} AS {tables[name].model}")
            found = connection.execute("SELECT rule_bit FROM quality.rule WHERE rule_code = 'core_elements'").fetchall()
            ((bits[judged],),) = found
    for predicate, bit in zip((rule.body["predicate"], later.body["predicate"]), bits.values(), strict=True):
        assert f"({rendered(predicate, TABLE, 't')}) THEN {bit} " in model
    assert bits["2030-01-01"] > bits["2029-12-31"]


def test_a_policy_without_rules_on_a_table_still_has_a_model() -> None:
    shipped = load(POLICY)
    rules = tuple(rule for rule in shipped.lists["quality_rule"] if rule.body["table_name"] == TABLE)
    tables = all_tables().under(PolicySet({**shipped.lists, "quality_rule": rules}))
    assert "0\n        AS BIGINT" in str(tables["quality.field_measure"].model)
    assert tables["quality.field_measure"].inputs == ("catalog.resource_field",)
