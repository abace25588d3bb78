"""Policy files: what they say is kept to the line, and what is wrong with them is said all at once."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from reading import POLICY

from readers.policy import ENTRY_SCHEMA, LISTS, PolicyError, PolicySet, load

PARAMETER = "name,value,unit,note,source,status,effective_from\n"
RATE = "rate,3,pct,,财办〔2025〕1号,official,2025-01-01\n"


def policy_of(**texts: str) -> PolicySet:
    return PolicySet.of_files({f"{name}.csv": text.encode() for name, text in texts.items()})


def problems_of(**texts: str | bytes) -> list[tuple[str, int, str]]:
    files = {f"{name}.csv": text if isinstance(text, bytes) else text.encode() for name, text in texts.items()}
    with pytest.raises(PolicyError) as caught:
        PolicySet.of_files(files)
    for problem in caught.value.problems:
        assert all(problem[2:])  # every word of it is there, in both languages
        assert str(problem) in str(caught.value)
    return [(problem.file, problem.line, problem.rule) for problem in caught.value.problems]


def test_the_shipped_policy_is_read_to_the_line() -> None:
    policy = load(POLICY)
    assert policy.entries.schema == ENTRY_SCHEMA
    rows = policy.entries.to_pylist()
    assert len(rows) == sum(len(file.read_text("utf-8").splitlines()) - 1 for file in POLICY.glob("*.csv"))
    for row in rows:
        name, _, line = row["source_pointer"].rpartition(":")
        assert (POLICY / name).read_text("utf-8").splitlines()[int(line) - 1] == row["raw"]
        assert name == row["source_file"] == f"{row['list_name']}.csv"
        body = json.loads(row["body"])
        assert list(body) == sorted(body)
        assert all(isinstance(value, str) and value for value in body.values())
        assert row["entry_key"] == "|".join(body[column] for column in LISTS[row["list_name"]].key)
        assert (row["status"], row["source"]) == (body["status"], body["source"])
        assert row["effective_from"].isoformat() == body["effective_from"]
    assert len({(row["list_name"], row["entry_key"], row["effective_from"]) for row in rows}) == len(rows)


def test_an_entry_is_what_the_row_says() -> None:
    policy = policy_of(parameter="\ufeff" + PARAMETER + '\nrate, 3 ,pct,"a, ""b""\nc",来源,official,2025-01-01\r\n')
    (entry,) = policy.lists["parameter"]
    assert entry.body == {
        "name": "rate",
        "value": "3",
        "unit": "pct",
        "note": 'a, "b"\nc',  # columns that the list does not ask for are kept
        "source": "来源",
        "status": "official",
        "effective_from": "2025-01-01",
    }
    assert (entry.entry_key, entry.effective_from, entry.source_pointer) == (
        "rate",
        date(2025, 1, 1),
        "parameter.csv:3",
    )
    assert entry.raw == 'rate, 3 ,pct,"a, ""b""\nc",来源,official,2025-01-01'


def test_other_files_are_ignored(tmp_path: Path) -> None:
    (tmp_path / "parameter.csv").write_text(PARAMETER + RATE, "utf-8")
    (tmp_path / "__init__.py").write_text("x", "utf-8")
    (tmp_path / "parameter.csv.bak").write_text("x", "utf-8")
    assert list(load(tmp_path).lists) == ["parameter"]


def test_the_hash_of_a_list_follows_what_it_says_and_nothing_else() -> None:
    before = policy_of(parameter=PARAMETER + RATE, owed_delivery=OWED)
    moved = policy_of(parameter=PARAMETER + "\n\n" + RATE, owed_delivery=OWED)
    changed = policy_of(parameter=PARAMETER + RATE.replace("3", "4"), owed_delivery=OWED)
    assert before.list_hash("parameter") == moved.list_hash("parameter") != changed.list_hash("parameter")
    assert before.list_hash("owed_delivery") == changed.list_hash("owed_delivery")
    assert before.list_hash("no_such_list") == policy_of().list_hash("parameter")


OWED = "unit_kind,kind,source,status,effective_from\ninstitution,catalog,意见,proposal,2025-01-01\n"


def test_the_entry_in_force_is_the_latest() -> None:
    policy = policy_of(parameter=PARAMETER + RATE.replace("2025", "2026").replace("3", "4") + RATE)
    assert [entry.body["value"] for entry in policy.current("parameter")] == ["4"]
    assert len(policy.lists["parameter"]) == 2


def change(old: str, new: str) -> Callable[[str], str]:
    def changed(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return changed


@pytest.mark.parametrize(
    ("mend", "line", "rule"),
    [
        (change("official", "rumour"), 2, "bad_status"),
        (change("2025-01-01", "2025/1/1"), 2, "bad_date"),
        (change("2025-01-01", "2025-02-30"), 2, "bad_date"),
        (change(",official", ""), 2, "ragged_row"),
        (change("pct,", "pct,,"), 2, "ragged_row"),
        (change("rate", " "), 2, "missing_value"),
        (change("财办〔2025〕1号", ""), 2, "missing_value"),
        (change("value", "amount"), 1, "missing_column"),
        (change("note", "unit"), 1, "duplicate_column"),
        (change(RATE, RATE + RATE), 3, "duplicate_key"),
        (change("3", '"3'), 2, "bad_csv"),
    ],
)
def test_a_bad_row_is_named(mend: Callable[[str], str], line: int, rule: str) -> None:
    assert problems_of(parameter=mend(PARAMETER + RATE)) == [("parameter.csv", line, rule)]


def test_bad_files_are_named() -> None:
    assert problems_of(tax_rate=PARAMETER) == [("tax_rate.csv", 0, "unknown_list")]
    assert problems_of(parameter=(PARAMETER + RATE).encode("gb18030")) == [("parameter.csv", 2, "bad_encoding")]
    assert {rule for _, _, rule in problems_of(parameter="")} == {"missing_column"}


PROVENANCE = "source,status,effective_from\n"
GRADE_RULE = f"rule_id,pattern,impact_object,harm_degree,category,is_personal,is_sensitive,{PROVENANCE}"
COLUMN = "kind,column,label_zh,label_en,value_type,is_required,is_key,is_strict,code_list,example,note_zh," + PROVENANCE


@pytest.mark.parametrize("pattern", ["(?=姓名)", "(?!x)", "(?<=x)y", "(?<!x)y", r"(a)\1", "(?P=n)", "[", "a++", "("])
def test_a_pattern_that_the_store_cannot_run_is_refused(pattern: str) -> None:
    row = f"r1,{pattern},o,h,,yes,no,来源,proposal,2025-01-01\n"
    assert problems_of(grade_rule=GRADE_RULE + row) == [("grade_rule.csv", 2, "bad_pattern")]


@pytest.mark.parametrize("pattern", ["", "^姓名$|e-?mail", r"(?i)passport\d{1,3}", "(?:a|b)+?"])
def test_other_patterns_are_taken(pattern: str) -> None:
    row = f'r1,"{pattern}",o,h,,yes,no,来源,proposal,2025-01-01\n'
    policy_of(grade_rule=GRADE_RULE + row)


def test_all_problems_are_listed() -> None:
    found = problems_of(
        parameter=PARAMETER + RATE.replace("official", "rumour") + RATE.replace("rate", ""),
        delivery_column=COLUMN + "costs,phase,阶段,phase,colour,maybe,no,yes,no_such_list,,,来源,proposal,2025-01-01\n"
        "costs,cost_kind,类别,cost kind,code,yes,no,yes,no_such_list,,,来源,proposal,2025-01-01\n",
        code_value="code_list,label,code,name_zh,name_en,source,status,effective_from\n",
        heading_synonym="kind,heading,column,source,status,effective_from\ncosts,费用,fee,来源,proposal,2025-01-01\n",
    )
    assert found == [
        ("delivery_column.csv", 2, "bad_value"),
        ("delivery_column.csv", 2, "bad_value"),
        ("delivery_column.csv", 3, "unknown_reference"),
        ("heading_synonym.csv", 2, "unknown_reference"),
        ("parameter.csv", 2, "bad_status"),
        ("parameter.csv", 3, "missing_value"),
    ]


def test_a_rule_that_keeps_records_apart_cannot_be_made_to_warn() -> None:
    header = "rule,severity,message_zh,message_en,mend_zh,mend_en,source,status,effective_from\n"
    row = "{},{},说明,message,改正,mend,x,proposal,2025-01-01\n"
    assert problems_of(
        rejection_rule=header
        + row.format("duplicate_identifier", "warn")
        + row.format("missing_value", "warn")
        + row.format("no_identity", "reject")
        + row.format("bad_date", "ignore")
    ) == [("rejection_rule.csv", 2, "bad_value"), ("rejection_rule.csv", 5, "bad_value")]
