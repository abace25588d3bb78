"""Policy files: what they say is kept to the line, and what is wrong with them is said all at once."""

import csv
import io
import json
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from reading import POLICY, shipped

from readers.policy.files import ENTRY_SCHEMA, PolicySet, load, policy_files
from readers.policy.lists import FOLDERS, LISTS
from readers.policy.lists.checks import MOST_LISTED
from readers.policy.predicates import rule_tables
from readers.policy.problems import PolicyError, Problem

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
    heads = {head for heads in FOLDERS.values() for head in heads}
    entries = sum(file.read_text("utf-8").count(f"[[{head}]]") for file in POLICY.glob("*/*.toml") for head in heads)
    assert len(rows) == entries + sum(len(file.read_text("utf-8").splitlines()) - 1 for file in POLICY.glob("*.csv"))
    for row in rows:
        name, _, line = row["source_pointer"].rpartition(":")
        first = int(line) - 1
        lines = (POLICY / name).read_text("utf-8").splitlines()[first : first + row["raw"].count("\n") + 1]
        assert "\n".join(lines) == row["raw"]
        assert name == row["source_file"]
        of_folder = FOLDERS.get(name.partition("/")[0], {}).values()
        assert name == f"{row['list_name']}.csv" or row["list_name"] in of_folder
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
    (tmp_path / "owed_delivery.csv").write_text(OWED, "utf-8")
    (tmp_path / "__init__.py").write_text("x", "utf-8")
    (tmp_path / "owed_delivery.csv.bak").write_text("x", "utf-8")
    assert list(load(tmp_path).lists) == ["owed_delivery"]


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
    assert [entry.body["value"] for entry in policy.on(date.max).of("parameter")] == ["4"]
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


@pytest.mark.parametrize(
    "pattern",
    ["(?=姓名)", "(?!x)", "(?<=x)y", "(?<!x)y", r"(a)\1", "(?P=n)", "[", "a++", "(", "{", r"\Qa.b\E", r"\101"],
)
def test_a_pattern_that_the_store_cannot_run_is_refused(pattern: str) -> None:
    row = f"r1,{pattern},o,h,,yes,no,来源,proposal,2025-01-01\n"
    assert problems_of(grade_rule=GRADE_RULE + row) == [("grade_rule.csv", 2, "bad_pattern")]


@pytest.mark.parametrize("pattern", ["x*", "^", "|姓名", "(姓名)?"])
def test_a_pattern_that_knows_every_name_is_refused(pattern: str) -> None:
    row = f'r1,"{pattern}",o,h,,yes,no,来源,proposal,2025-01-01\n'
    assert problems_of(grade_rule=GRADE_RULE + row) == [("grade_rule.csv", 2, "bad_pattern")]


@pytest.mark.parametrize("pattern", ["^姓名$|e-?mail", r"(?i)passport\d{1,3}", "(?:a|b)+?", r"[\d{}]\{", r"\p{Han}"])
def test_other_patterns_are_taken(pattern: str) -> None:
    row = f'r1,"{pattern}",o,h,,yes,no,来源,proposal,2025-01-01\n'
    policy_of(grade_rule=GRADE_RULE + row)


def test_all_problems_are_listed() -> None:
    found = problems_of(
        parameter=PARAMETER + RATE.replace("official", "rumour") + RATE.replace("rate", ""),
        delivery_column=COLUMN + "costs,stage,阶段,stage,colour,maybe,no,yes,no_such_list,,,来源,proposal,2025-01-01\n"
        "costs,sort,类别,sort,code,yes,no,yes,no_such_list,,,来源,proposal,2025-01-01\n",
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


def test_a_list_of_terms_that_is_not_there_is_named_with_the_one_that_is_near() -> None:
    files = {name: (POLICY / name).read_text("utf-8") for name in ("detector.csv", "detector_term.csv")}
    assert PolicySet.of_files({name: text.encode() for name, text in files.items()}).lists["detector"]
    files["detector.csv"] = files["detector.csv"].replace(",surname,", ",surnames,")
    with pytest.raises(PolicyError) as caught:
        PolicySet.of_files({name: text.encode() for name, text in files.items()})
    (problem,) = caught.value.problems
    line = next(n for n, row in enumerate(files["detector.csv"].splitlines(), start=1) if ",surnames," in row)
    assert (problem.file, problem.line, problem.rule) == ("detector.csv", line, "unknown_reference")
    assert "surnames" in problem.message_en
    assert problem.mend_en.endswith("did you mean 您是否要找: surname?")


def test_of_many_values_those_that_are_near_are_named_and_the_file_that_has_all() -> None:
    name = "control_finding_kind.csv"
    text = (POLICY / name).read_text("utf-8")
    assert PolicySet.of_files({name: text.encode()}).lists["control_finding_kind"]

    def mend(kind: str) -> str:
        with pytest.raises(PolicyError) as caught:
            PolicySet.of_files({name: text.replace("\nlife_missing,", f"\n{kind},").encode()})
        (problem,) = caught.value.problems
        assert kind in problem.message_zh
        return f"{problem.mend_zh} / {problem.mend_en}"

    near = mend("Life_mising")
    assert "是否为 life_missing" in near
    assert "perhaps life_missing" in near
    assert near.count("policy/control_finding_kind.csv") == 2
    assert len(near) < 400
    assert "是否为" not in mend("zzz")


@pytest.mark.parametrize("name", sorted(LISTS))
def test_no_message_lists_more_than_a_handful_of_values(name: str) -> None:
    shape = LISTS[name]
    for column, check in (*shape.checks.items(), *shape.values.items()):
        assert bool(check.where) == (len(check.among) > MOST_LISTED), column
        if check.where:
            with (POLICY.parent / check.where).open(encoding="utf-8", newline="") as file:
                shipped = {cell for row in csv.DictReader(file) for cell in row.values()}
            assert set(check.among) <= shipped


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


RULE = """\
[[rule]]
rule_code = "has_title"
table_name = "catalog.resource"
indicator_code = "0201"
name_zh = "有名称"
name_en = "has a title"
predicate = "title IS NOT NULL"
needs = "holder_code <> ''"
needs_zh = "持有单位"
needs_en = "a holder"
severity = "warn"
threshold_pct = 90
mend_zh = "补充"
mend_en = "add it"
source = "GB/T 36344"
status = "proposal"
effective_from = 2025-01-01
"""
INDICATOR = "indicator_code,dimension_code,name_zh,name_en,weight,why_not_zh,why_not_en,source,status,effective_from\n"


def rules_of(*texts: str, **others: str) -> PolicySet:
    files = {f"quality/{n}.toml": text.encode() for n, text in enumerate(texts)}
    return PolicySet.of_files(files | {f"{name}.csv": text.encode() for name, text in others.items()}, whole=True)


def rule_problems(*texts: str, **others: str) -> list[tuple[str, int, str]]:
    with pytest.raises(PolicyError) as caught:
        rules_of(*texts, **others)
    for problem in caught.value.problems:
        assert all(problem[2:])
    return [(problem.file, problem.line, problem.rule) for problem in caught.value.problems]


def test_a_rule_is_what_its_entry_says() -> None:
    text = "# 说明 remarks\n\n" + RULE + "\n# of the next\n" + RULE.replace("has_title", "has_name") + "\n\n"
    first, second = rules_of(text).lists["quality_rule"]
    assert (first.entry_key, first.source_pointer, first.raw) == ("has_title", "quality/0.toml:3", RULE.rstrip())
    assert (second.entry_key, second.source_pointer) == ("has_name", f"quality/0.toml:{3 + RULE.count(chr(10)) + 2}")
    assert first.body["threshold_pct"] == "90"
    assert (first.body["effective_from"], first.effective_from) == ("2025-01-01", date(2025, 1, 1))


@pytest.mark.parametrize(
    ("old", "new", "line", "rule"),
    [
        ('"title IS NOT NULL"', '"heading IS NOT NULL"', 3, "bad_predicate"),
        ('"title IS NOT NULL"', '"title IN (SELECT title FROM catalog.resource)"', 3, "bad_predicate"),
        ('"title IS NOT NULL"', '"title"', 3, "bad_predicate"),
        ("\"holder_code <> ''\"", '"count(*) > 1"', 3, "bad_predicate"),
        ("warn", "fatal", 3, "bad_value"),
        ("90", "101", 3, "bad_value"),
        ("90", "-1", 3, "bad_value"),
        ("has_title", "Has Title", 3, "bad_value"),
        ("catalog.resource", "catalog.nothing", 3, "bad_value"),
        ("2025-01-01", '"2025/1/1"', 3, "bad_date"),
        ('needs_en = "a holder"\n', "", 3, "missing_value"),
        ("threshold_pct = 90", "threshold_pct = ", 14, "bad_toml"),
        ('source = "GB/T 36344"', 'source = ["GB/T 36344"]', 3, "unknown_entry"),
        ("[[rule]]", "[[rules]]", 3, "unknown_entry"),
    ],
)
def test_a_bad_rule_is_named_by_file_and_line(old: str, new: str, line: int, rule: str) -> None:
    assert old in RULE
    assert rule_problems("\n\n" + RULE.replace(old, new, 1)) == [("quality/0.toml", line, rule)]


def test_rules_that_clash_are_named() -> None:
    assert rule_problems(RULE, RULE) == [("quality/1.toml", 1, "duplicate_key")]
    many = [RULE.replace("has_title", f"rule_{n}") for n in range(63)]
    assert rule_problems("\n".join(many)) == [("quality/0.toml", 62 * (RULE.count("\n") + 1) + 1, "too_many_rules")]


def test_an_indicator_without_a_rule_says_why() -> None:
    row = "{},02,名,name,1,{},{},x,proposal,2025-01-01\n"
    measured, silent = row.format("0201", "", ""), row.format("0202", "", "")
    explained = row.format("0202", "没有", "not there")
    assert rule_problems(RULE, quality_indicator=INDICATOR + measured + silent) == [
        ("quality_indicator.csv", 3, "no_rule")
    ]
    assert rules_of(RULE, quality_indicator=INDICATOR + measured + explained).lists
    assert rule_problems(RULE, quality_indicator=INDICATOR + explained) == [
        ("quality/0.toml", 1, "unknown_reference"),
    ]
    assert rule_problems(RULE, quality_indicator=INDICATOR + measured + row.format("0301", "没有", "none")) == [
        ("quality_indicator.csv", 3, "bad_value")
    ]
    # Some of the files of a policy, as a trace reads them, need not explain one another.
    PolicySet.of_files({"quality_indicator.csv": (INDICATOR + silent).encode()})


def test_the_list_that_the_rules_were_in_is_refused_in_a_folder_and_read_from_the_past() -> None:
    text = "rule_code,severity,source,status,effective_from\nknown_codes,warn,x,proposal,2025-01-01\n"
    assert rule_problems(RULE, quality_rule=text) == [("quality_rule.csv", 0, "moved_list")]
    (entry,) = policy_of(quality_rule=text).lists["quality_rule"]
    assert (entry.entry_key, entry.source_pointer) == ("known_codes", "quality_rule.csv:2")


def test_every_file_of_a_folder_is_toml_as_a_whole() -> None:
    files = [*POLICY.glob("*/*.toml")]
    assert files
    for file in files:
        assert tomllib.loads(file.read_text("utf-8")), file


FORM = """source = "a paper"
status = "proposal"
effective_from = 2025-01-01

[[form]]
table = "report.form_r1"
title_zh = "表"

[[column]]
column = "entity_name"
label_zh = "单位"
number_format = "text"

[[column]]
column = "closing_cost_cny"
label_zh = "原值"
number_format = "money"
status = "official"
# checks
"""
CHECK = """
[[check]]
check_code = "adds_up"
check_kind = "within"
name_zh = "相等"
name_en = "equal"
left = "closing_cost_cny"
right = "closing_cost_cny - closing_cots_cny"
"""


def test_what_stands_at_the_top_of_a_form_holds_for_its_entries_and_they_come_in_order() -> None:
    policy = PolicySet.of_files({"forms/x1.toml": FORM.encode()})
    (form,) = policy.lists["report_form"]
    assert (form.entry_key, form.status, form.source_pointer) == ("x1", "proposal", "forms/x1.toml:5")
    columns = policy.lists["report_column"]
    assert [(c.body["form"], c.body["position"], c.status, c.line) for c in columns] == [
        ("x1", "1", "proposal", 9),
        ("x1", "2", "official", 14),
    ]
    assert "report_check" not in policy.lists


@pytest.mark.parametrize(
    ("old", "new", "line", "rule"),
    [
        ('number_format = "text"', 'number_format = "euro"', 9, "bad_value"),
        ("[[column]]", "[[columns]]", 9, "unknown_entry"),
        ('label_zh = "原值"', "label_zh = ", 16, "bad_toml"),
        ('source = "a paper"', "", 5, "missing_value"),
        ('source = "a paper"', "source = []", 1, "unknown_entry"),
        ("# checks", CHECK, 20, "unknown_reference"),
    ],
)
def test_a_bad_form_is_named_by_file_and_line(old: str, new: str, line: int, rule: str) -> None:
    with pytest.raises(PolicyError) as caught:
        PolicySet.of_files({"forms/x1.toml": FORM.replace(old, new, 1).encode()})
    first = caught.value.problems[0]
    assert (first.file, first.line, first.rule) == ("forms/x1.toml", line, rule)


def test_every_indicator_of_the_standard_has_a_rule_or_a_reason() -> None:
    policy = load(POLICY)
    measured = {rule.body["indicator_code"] for rule in policy.on(date.max).of("quality_rule")}
    explained = {entry.entry_key for entry in policy.on(date.max).of("quality_indicator") if "why_not_zh" in entry.body}
    per_dimension = {"01": 6, "02": 2, "03": 5, "04": 2, "05": 3, "06": 2}
    assert measured | explained == {f"{d}{n:02}" for d, count in per_dimension.items() for n in range(1, count + 1)}
    assert not measured & explained
    assert {rule.body["table_name"] for rule in policy.on(date.max).of("quality_rule")} == set(rule_tables())
    assert {name for name in policy_files(POLICY) if name.startswith("quality/")} == {
        rule.source_file for rule in policy.lists["quality_rule"]
    }


#: What no column with a type takes, and one with words of its own not all of; patterns take nearly all.
WRONG = ("abc?", "-1.5x", "１２", "9" * 40, "infinity", "(")
#: Of named values what may stand in their column, and still be none of theirs.
WRONG_VALUES = {
    **dict.fromkeys(("plausible_year_first", "possible_year_first"), ("999", "19.5", "x")),
    **dict.fromkeys(("plausible_years_ahead", "possible_years_ahead"), ("-1", "1.5", "x")),
    **dict.fromkeys(("plausible_life_months", "possible_life_months"), ("0", "1.5", "x")),
    "default_life_months": ("0", "-12", "12.5", "abc", "99999"),
    "reconciliation_tolerance_cny": ("-0.01", "0.005", "abc"),
    "guard_deletion_share": ("-0.1", "1.1", "12.5", "0.12345"),
    "guard_recode_share": ("-0.1", "1.1", "12.5", "0.12345"),
    "guard_recode_count": ("0", "1.5", "-3"),
    "memo_review_months": ("0", "1201", "1.5"),
    "count_mend_days": ("0", "3661", "1.5"),
    "transfer_tolerance_days": ("-1", "3661", "1.5"),
    "type_share_pct": ("101", "-1", "9.5"),
    "shown_digits": ("0", "1001"),
    "shown_rows": ("0",),
    "shown_distinct": ("9999999",),
    **dict.fromkeys(LISTS["valuation_parameter"].values, ("-1", "101.5", "0.1234567", "99999")),
    "forecast_years": ("0", "1.5", "101"),
    "same_cost_min_cny": ("-1", "0.005", "x"),
    "same_cost_days": ("-1", "1.5", "367"),
    **dict.fromkeys(("same_content_min_rows", "near_duplicate_min_fields"), ("0", "1.5", "x")),
    "circular_sales_length": ("1", "8", "x"),
    **dict.fromkeys(("forecast_receipts_min_months", "circular_sales_months"), ("0", "1.5", "x")),
    **dict.fromkeys(("forecast_receipts_max_pct", "value_jump_max_pct"), ("-1", "1.5", "x")),
}


def problems_with(name: str, /, **cells: str) -> list[Problem]:
    """What is said of a file that has one shipped entry of a list, with other cells."""
    head = next(((folder, head) for folder, heads in FOLDERS.items() for head, of in heads.items() if of == name), None)
    file = f"{head[0]}/some.toml" if head else f"{name}.csv"
    entries = shipped().lists[name]
    wanted = next((entry for entry in entries if entry.body.get("name") == cells.get("name")), entries[0])
    shape = LISTS[name]
    body = dict.fromkeys((*shape.key, *shape.filled, *shape.optional), "") | dict(wanted.body) | cells
    if head:
        data = f"[[{head[1]}]]\n" + "".join(
            f"{column} = {json.dumps(value, ensure_ascii=False)}\n" for column, value in body.items()
        )
    else:
        text = io.StringIO()
        csv.writer(text).writerows([body.keys(), body.values()])
        data = text.getvalue()
    try:
        PolicySet.of_files({file: data.encode()})
    except PolicyError as error:
        return [problem for problem in error.problems if problem.file == file and problem.line]
    return []


@pytest.mark.parametrize("name", [name for name in LISTS if shipped().lists.get(name)])
def test_what_a_model_casts_the_loader_has_checked(name: str) -> None:
    """Every list, every column that has a type or a range: a wrong value is refused with file, line, rule and mend."""
    shape = LISTS[name]
    assert problems_with(name) == []
    typed = {column for column, type_ in shape.columns.items() if type_ != "VARCHAR"}
    assert typed <= shape.checks.keys()
    for column in (column for column in (*shape.checks, "status", "effective_from") if "pattern" not in column):
        refused = set()
        for wrong in WRONG:
            for problem in problems_with(name, **{column: wrong}):
                if f"“{wrong}”" in problem.message_zh:
                    refused.add(wrong)
                    assert problem.line > 0
                    assert problem.rule.startswith("bad_")
                    assert problem.mend_zh != "" != problem.mend_en
        assert refused == set(WRONG) if column in typed else refused, column
    for column in (column for column in shape.checks if "pattern" in column):
        assert [problem.rule for problem in problems_with(name, **{column: "("})] == ["bad_pattern"]


#: Values that a city may set and that are not shipped: a default life is what no standard says.
OPTIONAL_VALUES = {"default_life_months"}


@pytest.mark.parametrize(("name", "key"), [(name, key) for name, shape in LISTS.items() for key in shape.values])
def test_each_parameter_has_its_own_type_and_range(name: str, key: str) -> None:
    if key not in OPTIONAL_VALUES:
        assert problems_with(name, name=key) == []
    for wrong in WRONG_VALUES[key]:
        (problem,) = problems_with(name, name=key, value=wrong)
        assert (problem.rule, problem.line) == ("bad_value", 2)
        assert wrong in problem.message_zh


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        ({"value": "1.6"}, "1.6"),
        ({"value": "0.2"}, "0.2"),
        ({"lower_bound": "1.1"}, "1"),
        ({"lower_bound": "2"}, "2"),
        ({"upper_bound": "11"}, "11"),
        ({"upper_bound": "x"}, "x"),
    ],
)
def test_a_value_lies_within_its_bounds_and_the_bounds_are_bounds(cells: dict[str, str], wrong: str) -> None:
    (problem,) = problems_with("valuation_parameter", name="quality_factor", **cells)
    assert (problem.rule, problem.line) == ("bad_value", 2)
    assert f"“{wrong}”" in problem.message_zh
    assert problems_with("valuation_parameter", name="quality_factor", value="1.5") == []
    assert problems_with("valuation_parameter", name="discount_rate", value="") == []


@pytest.mark.parametrize("name", [name for name, shape in LISTS.items() if shape.needed])
def test_an_entry_that_models_need_must_be_there(name: str) -> None:
    files = {file: path.read_bytes() for file, path in policy_files(POLICY).items()}
    key = LISTS[name].needed[0]
    lines = files[f"{name}.csv"].decode("utf-8-sig").splitlines(keepends=True)
    files[f"{name}.csv"] = "".join(line for line in lines if not line.startswith(key.replace("|", ",") + ",")).encode()
    with pytest.raises(PolicyError) as caught:
        PolicySet.of_files(files, whole=True)
    assert (f"{name}.csv", "missing_entry") in {(problem.file, problem.rule) for problem in caught.value.problems}
    assert key in str(caught.value)


@pytest.mark.parametrize(
    ("code", "day", "refused"),
    [("one", "2025-01-01", False), ("two", "2025-01-01", True), ("one", "2026-01-01", True)],
)
def test_labels_that_differ_in_case_alone_say_the_same(code: str, day: str, refused: bool) -> None:
    head = "code_list,label,code,name_zh,name_en,source,status,effective_from\n"
    text = f"{head}open_type,PUBLIC,one,一,one,x,proposal,2025-01-01\nopen_type,public,{code},一,one,x,proposal,{day}\n"
    if refused:
        assert problems_of(code_value=text) == [("code_value.csv", 3, "twin_label")]
    else:
        PolicySet.of_files({"code_value.csv": text.encode()})


def test_what_typed_tables_stand_on_may_not_change() -> None:
    text = (POLICY / "delivery_column.csv").read_text("utf-8-sig")
    line = next(line for line in text.splitlines() if line.startswith("costs,amount_cny,"))
    for changed in (line.replace(",amount,", ",text,"), line.replace("yes,no,yes", "yes,no,no")):
        assert changed != line
        files = {file: path.read_bytes() for file, path in policy_files(POLICY).items()}
        files["delivery_column.csv"] = text.replace(line, changed).encode()
        with pytest.raises(PolicyError, match=r"delivery_column\.csv"):
            PolicySet.of_files(files)


def test_the_version_in_force_is_the_last_that_began_and_before_the_first_the_first() -> None:
    head = "name,value,unit,source,status,effective_from\n"
    rows = "".join(
        f"rate,{n},,x,proposal,{day}\n" for n, day in ((2, "2026-01-01"), (1, "2025-01-01"), (3, "2027-01-01"))
    )
    policy = PolicySet.of_files({"parameter.csv": (head + rows).encode()})
    days = {
        "2018-06-30": "1",
        "2025-01-01": "1",
        "2025-12-31": "1",
        "2026-01-01": "2",
        "2026-12-31": "2",
        "2027-01-01": "3",
    }
    for day, value in days.items():
        assert [entry.body["value"] for entry in policy.on(date.fromisoformat(day)).of("parameter")] == [value]
