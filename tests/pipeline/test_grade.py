"""Grades and categories: what rules propose, what persons decide over it and for how long, what still needs a person, what may go out."""

import re
import shutil
from pathlib import Path

import dagster as dg
import openpyxl
import pytest
from typer.testing import CliRunner

from assets_defs.stage import asset_key
from pipelines.cli.app import app
from pipelines.run import run
from quality.checks import FINDINGS_CHECKS
from readers.policy.lists.classification import PROVISIONAL_GRADES
from tests.homes import ask, deliver_files, lake_of, name_authorities, run_home
from warehouse.publish.database import export_database
from warehouse.publish.workbook import publish_forms
from warehouse.store.home import Home
from warehouse.tables.definitions import all_tables
from warehouse.trace.column_grade import DoorError

#: What these tests look at.
STAGES = ("quality", "classification")
CATALOGUE = """\
信息资源代码,信息资源名称,信息资源提供方,信息资源摘要,共享类型,共享条件,是否向社会开放,开放条件,更新周期,信息项名称
1,公共停车场信息,甲局,说明,无条件共享,,无条件开放,,每日,停车场名称
1,,,,,,,,,联系电话
2,变电站名录,甲局,说明,有条件共享,,不开放,,每日,名称|别名
3,就诊记录汇总,甲局,说明,有条件共享,,不开放,,每日,就诊记录
4,绿地名录,甲局,说明,无条件共享,,无条件开放,,每日,绿地名称
5,走访情况,甲局,说明,无条件共享,,无条件开放,,每日,联系电话
5,,,,,,,,,走访印象
6,走访汇总,甲局,说明,无条件共享,,无条件开放,,每日,走访印象
6,,,,,,,,,某某
6,,,,,,,,,某乙
7,某某汇总,甲局,说明,无条件共享,,无条件开放,,每日,
"""

DECISIONS = """\
决定编号,事项对象,对象键,决定,理由,决定人,决定日期,到期日期
G-1,定级,甲局|1|联系电话,一般数据1级,单位公开电话,示例市数据资源局,2026-06-01,2026-12-31
G-2,定级,甲局|2|,重要数据,列入重要数据目录,示例市数据资源局,2026-06-02,
G-3,定级,甲局|3|就诊记录,general_2,已脱敏,示例市数据资源局,2026-01-01,2026-06-30
G-4,定级,甲局|4|没有的信息项,一般数据2级,审查,示例市数据资源局,2026-06-01,
G-5,定级,甲局|4|绿地名称,一般数据3级,起初,示例市数据资源局,2026-05-01,
G-6,定级,甲局|4|绿地名称,一般数据2级,复核,示例市数据资源局,2026-06-01,2026-07-02
G-7,定级,甲局|4|,一般数据4级,尚未生效,示例市数据资源局,2026-08-01,
G-8,定级,甲局|3|,符合,不是级别,示例市数据资源局,2026-06-01,
G-9,定级,甲局|2|名称|别名,一般数据3级,名称中有分隔符,示例市数据资源局,2026-06-01,
G-10,定级,甲局||走访印象,一般数据1级,各资源同名,示例市数据资源局,2026-06-01,
G-11,定级,甲局||联系电话,一般数据1级,低于规则,示例市数据资源局,2026-06-01,
G-12,定级,甲局||没有的名称,一般数据1级,找不到,示例市数据资源局,2026-06-01,
G-13,定级,甲局||某某,待定级,交回时尚未决定,示例市数据资源局,2026-06-01,
"""


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("decided")
    for name, text in (("catalogue", CATALOGUE), ("decisions", DECISIONS)):
        (folder / f"{name}.csv").write_text(text, "utf-8")
    home = Home(folder / "home")
    name_authorities(home, data_authority="数据局")
    deliver_files(home, [folder / "catalogue.csv"], "甲局", "catalog", "2026-07-01")
    deliver_files(home, [folder / "decisions.csv"], "数据局", "decisions", "2026-07-02")
    run_home(home, stages=STAGES)
    return home


FIELDS = (
    "SELECT s.resource_code, f.field_name, f.grade_basis, f.proposed_grade, f.grade, f.is_candidate, f.decision_id "
    "FROM classification.field_grade AS f JOIN catalog.resource AS s USING (resource_id) ORDER BY ALL"
)
RESOURCES = (
    "SELECT s.resource_code, g.grade_basis, g.proposed_grade, g.grade, g.grade_label, g.is_candidate, g.decision_id "
    "FROM classification.resource_grade AS g JOIN catalog.resource AS s USING (resource_id) ORDER BY ALL"
)
STATES = "SELECT decision_id, decision_state FROM classification.grade_decision ORDER BY ALL"
FINDINGS = (
    "SELECT s.resource_code, f.grade_finding, f.decision_id FROM classification.grade_finding AS f "
    "LEFT JOIN catalog.resource AS s USING (resource_id) ORDER BY ALL"
)


def test_a_decision_holds_over_what_rules_propose_and_both_are_shown(decided: Home) -> None:
    assert ask(decided, FIELDS) == [
        ("1", "停车场名称", "name_rule", "general_1", "general_1", False, None),
        ("1", "联系电话", "decision", "general_2", "general_1", False, "G-1"),
        ("2", "名称|别名", "decision", None, "general_3", False, "G-9"),
        ("3", "就诊记录", "name_rule", "general_4", "general_4", False, None),
        ("4", "绿地名称", "decision", "general_1", "general_2", False, "G-6"),
        # A decision on the name never lowers what a rule knows, and grades what none does, in all resources.
        ("5", "联系电话", "name_rule", "general_2", "general_2", False, None),
        ("5", "走访印象", "decision", None, "general_1", False, "G-10"),
        ("6", "某乙", "none", None, "ungraded", False, None),
        ("6", "某某", "none", None, "ungraded", False, None),
        ("6", "走访印象", "decision", None, "general_1", False, "G-10"),
    ]
    assert ask(decided, RESOURCES) == [
        ("1", "name_rule", "general_1", "general_1", "一般数据1级", False, None),
        ("2", "decision", "important", "important", "重要数据", False, "G-2"),
        ("3", "name_rule", "general_4", "general_4", "一般数据4级", False, None),
        ("4", "decision", "general_2", "general_2", "一般数据2级", False, "G-6"),
        ("5", "name_rule", "general_2", "general_2", "一般数据2级", False, None),
        ("6", "none", None, "ungraded", "待定级", False, None),
        ("7", "declared", None, "as_declared", "按声明（无信息项）", False, None),
    ]


def test_each_decision_has_a_state_on_the_date_of_the_latest_delivery(decided: Home) -> None:
    assert ask(decided, STATES) == [
        ("G-1", "in_force"),
        ("G-10", "in_force"),
        ("G-11", "in_force"),
        ("G-12", "no_subject"),
        ("G-2", "in_force"),
        ("G-3", "expired"),
        ("G-4", "no_subject"),
        ("G-5", "replaced"),
        ("G-6", "in_force"),
        ("G-7", "to_come"),
        ("G-8", "no_grade"),
        ("G-9", "in_force"),
    ]
    assert {str(day) for (day,) in ask(decided, "SELECT judged_date FROM classification.grade_decision")} == {
        "2026-07-02"
    }


def test_a_decision_says_how_many_fields_it_covers(decided: Home) -> None:
    covered = "SELECT decision_id, subject_scope, covered_field_count FROM classification.grade_decision"
    found = {decision: (scope, fields) for decision, scope, fields in ask(decided, covered)}
    assert {decision: found[decision] for decision in ("G-1", "G-2", "G-10", "G-11", "G-12")} == {
        "G-1": ("field", 1),
        "G-2": ("resource", 1),
        "G-10": ("name", 2),
        "G-11": ("name", 2),
        "G-12": ("name", 0),
    }


def test_what_is_not_graded_is_not_opened_and_stands_once_a_name(decided: Home) -> None:
    assert ask(decided, "FROM classification.ungraded_name ORDER BY ALL") == [
        ("甲局", "某乙", 1, 1, "走访汇总"),
        ("甲局", "某某", 1, 1, "走访汇总"),
    ]
    access = (
        "SELECT s.resource_code, a.open_access, a.share_access FROM classification.resource_access AS a "
        "JOIN catalog.resource AS s USING (resource_id) WHERE s.resource_code >= '5' ORDER BY ALL"
    )
    assert ask(decided, access) == [
        ("5", "conditional", "unconditional"),
        ("6", "none", "conditional"),
        ("7", "unconditional", "unconditional"),
    ]
    told = (
        "SELECT access_rule, message_zh FROM classification.access_finding WHERE grade IN ('ungraded', 'as_declared')"
    )
    assert ask(decided, told) == [("before_grading", "有信息项待定级，定级前不开放、有条件共享")]


def test_the_list_of_names_to_grade_comes_back_filled_in_and_grades_them(decided: Home, tmp_path: Path) -> None:
    shutil.copytree(decided.root, tmp_path / "home")
    home = Home(tmp_path / "home")
    written = CliRunner().invoke(app, ["ungraded", "--home", str(home.root)])
    assert written.exit_code == 0, written.output
    (file,) = (home.reports / "ungraded").glob("*.xlsx")
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    heads = {cell.value: column for column, cell in enumerate(sheet[1], 1)}
    shown = ("信息项名称", "信息项数", "资源数", "决定", "对象键")
    assert [sheet.cell(3, heads[head]).value for head in shown] == ["某某", 1, 1, "待定级", "甲局||某某"]
    assert [row[0].value for row in book["按声明"].iter_rows(min_row=3)] == ["7"]
    sheet.cell(3, heads["决定"], "一般数据1级")
    book.save(tmp_path / "filled.xlsx")
    deliver_files(home, [tmp_path / "filled.xlsx"], "甲局", "decisions", "2026-07-03", mode="incremental")
    run_home(home, stages=STAGES)
    # A row left undecided is rejected for nothing, and stays on the list.
    assert ask(home, "SELECT count(*) FROM landing.rejected_record") == [(0,)]
    assert [row[1:5] for row in ask(home, FIELDS) if row[0] == "6"] == [
        ("某乙", "none", None, "ungraded"),
        ("某某", "decision", None, "general_1"),
        ("走访印象", "decision", None, "general_1"),
    ]
    assert ask(home, "SELECT field_name FROM classification.ungraded_name") == [("某乙",)]


def test_what_needs_a_person_is_found_with_words_and_clause(decided: Home) -> None:
    assert ask(decided, FINDINGS) == [
        ("1", "rule_above_decision", "G-1"),
        ("3", "decision_expired", "G-3"),
        ("3", "decision_without_grade", "G-8"),
        ("4", "decision_to_come", "G-7"),
        ("4", "decision_without_subject", "G-4"),
        (None, "decision_without_subject", "G-12"),
        (None, "name_decision_below_rule", "G-11"),
    ]
    texts = ask(decided, "SELECT message_zh, message_en, mend_zh, mend_en, clause FROM classification.grade_finding")
    assert all(text and "{" not in text for row in texts for text in row)
    ((zh, en),) = ask(
        decided, "SELECT message_zh, message_en FROM classification.grade_finding WHERE decision_id = 'G-1'"
    )
    assert zh == "“联系电话”经决定 G-1 定为一般数据1级，而规则所提为一般数据2级（个人权益×一般危害）"
    assert en.startswith("“联系电话” is general data level 1 by decision G-1; rules propose general data level 2")


def test_time_passes_by_deliveries_and_a_withdrawn_confirmation_leaves_a_candidate(
    decided: Home, tmp_path: Path
) -> None:
    shutil.copytree(decided.root, tmp_path / "home")
    home = Home(tmp_path / "home")
    file = tmp_path / "decisions.csv"
    file.write_text("\n".join(line for line in DECISIONS.splitlines() if not line.startswith("G-2,")) + "\n", "utf-8")
    deliver_files(home, [file], "数据局", "decisions", "2026-08-01")
    run_home(home, stages=STAGES)
    states = dict(ask(home, STATES))
    assert "G-2" not in states
    assert (states["G-5"], states["G-6"], states["G-7"]) == ("replaced", "expired", "in_force")
    grades = {row[0]: row[1:] for row in ask(home, RESOURCES)}
    assert grades["2"] == ("name_rule", "important", "important", "重要数据（候选，须人工确认）", True, None)
    assert grades["4"][0:3] == ("decision", "general_1", "general_4")
    assert ("2", "candidate_unconfirmed", None) in ask(home, FINDINGS)


def test_checks_warn_with_counts_by_severity_and_kind(decided: Home) -> None:
    lake, tables = lake_of(decided), all_tables()
    grades = FINDINGS_CHECKS["grades_settled"].result(lake, asset_key(tables["classification.grade_finding"]))
    assert (grades.passed, grades.severity) == (False, dg.AssetCheckSeverity.WARN)
    counts = {name: value.value for name, value in (grades.metadata or {}).items()}
    assert counts == {
        "warn": 6,
        "warn: decision_expired": 1,
        "warn: decision_without_grade": 1,
        "warn: decision_without_subject": 2,
        "warn: name_decision_below_rule": 1,
        "warn: rule_above_decision": 1,
        "info": 1,
        "info: decision_to_come": 1,
    }
    access = FINDINGS_CHECKS["access_agrees"].result(lake, asset_key(tables["classification.access_finding"]))
    found = {name: value.value for name, value in (access.metadata or {}).items() if ": " in name}
    rules = "SELECT severity || ': ' || access_rule, count(*) FROM classification.access_finding GROUP BY ALL"
    assert found == dict(ask(decided, rules))
    assert access.passed == (not any(name.startswith("warn") for name in found))


def test_the_words_of_decisions_name_every_grade_by_label_and_code(decided: Home) -> None:
    words = ask(
        decided,
        "SELECT (body ->> '$.label'), (body ->> '$.code') FROM policy.entry WHERE list_name = 'code_value' "
        "AND (body ->> '$.code_list') = 'decision'",
    )
    grades = {grade for (grade,) in ask(decided, "SELECT entry_key FROM policy.entry WHERE list_name = 'grade_level'")}
    settled = grades - set(PROVISIONAL_GRADES)
    assert len(settled) == 6
    assert {(grade, grade) for grade in settled} <= set(words)
    assert settled <= {code for label, code in words if label != code}


@pytest.mark.long
def test_a_run_fails_where_a_door_would_let_too_much_out_and_goes_on_once_mended(decided: Home, tmp_path: Path) -> None:
    shutil.copytree(decided.root, tmp_path / "home")
    home = Home(tmp_path / "home")
    file, shipped = home.policy / "door_limit.csv", (home.policy / "door_limit.csv").read_text("utf-8")
    file.write_text(shipped.replace("workbook,general_2", "workbook,general_1"), "utf-8")
    catalogue = tmp_path / "catalogue.csv"
    catalogue.write_text(CATALOGUE.replace("绿地名录", "绿地名单"), "utf-8")
    deliver_files(home, [catalogue], "甲局", "catalog", "2026-07-03")
    checked = CliRunner().invoke(app, ["policy", "check", "--home", str(home.root)])
    assert checked.exit_code != 0
    assert "report.form_r1.closing_cost_cny" in str(checked.exception)
    outcome = run(home)
    assert not outcome.succeeded
    told = "\n".join(outcome.problems)
    for part in ("report.form_r1.closing_cost_cny", "landing.record.body", "workbook", "form_r1.toml"):
        assert part in told
    with pytest.raises(DoorError, match="workbook"):
        publish_forms(lake_of(home), [all_tables()["report.form_r1"]], "2026-06")
    file.write_text(shipped, "utf-8")
    run_home(home, stages=STAGES)
    assert ask(home, "SELECT count(*) FROM catalog.resource WHERE title = '绿地名单'") == [(1,)]
    file.write_text(shipped.replace("database,general_3", "database,general_1"), "utf-8")
    with pytest.raises(DoorError, match=r"landing\.record\.raw"):
        export_database(lake_of(home), tmp_path / "export.duckdb")
    assert not (tmp_path / "export.duckdb").exists()


def test_categories_name_rule_text_and_confidence(decided: Home) -> None:
    found = ask(
        decided,
        "SELECT s.resource_code, c.category_dimension, c.category, c.category_rule, c.shown_text, c.category_confidence_pct "
        "FROM classification.resource_category AS c JOIN catalog.resource AS s USING (resource_id) ORDER BY ALL",
    )
    assert [row[1:] for row in found if row[0] == "1"] == [
        ("business_use", "交通运输", "domain_transport_title", "公共停车场信息", 80),
        ("data_management", "每日更新", "cycle_daily", "daily", 100),
        ("data_object", "物品和设施", "object_thing_title", "公共停车场信息", 80),
        ("security", "L1 不敏感", "level_l1", "L1", 100),
    ]
    levels = "SELECT resource_id, zhejiang_level FROM classification.resource_grade WHERE zhejiang_level IS NOT NULL ORDER BY ALL"
    security = (
        "SELECT resource_id, left(category, 2) FROM classification.resource_category "
        "WHERE category_dimension = 'security' ORDER BY ALL"
    )
    assert ask(decided, security) == ask(decided, levels)


def test_each_category_rests_on_a_rule_that_matches_and_none_surer_does(city: Home) -> None:
    rules = {
        rule: (dimension, category, where, re.compile(pattern, re.IGNORECASE), int(sure))
        for rule, dimension, category, where, pattern, sure in ask(
            city,
            "SELECT (body ->> '$.rule_id'), (body ->> '$.dimension'), (body ->> '$.category'), (body ->> '$.looks_in'), "
            "(body ->> '$.pattern'), (body ->> '$.confidence_pct') FROM policy.entry WHERE list_name = 'category_rule'",
        )
    }
    titles = dict(ask(city, "SELECT resource_id, title FROM catalog.resource"))
    found = ask(
        city,
        "SELECT resource_id, category_dimension, category, category_rule, looks_in, shown_text, category_confidence_pct "
        "FROM classification.resource_category",
    )
    sure: dict[tuple[str, str, str], int] = {}
    for resource, dimension, category, rule, where, text, confidence in found:
        assert rules[rule][:3] == (dimension, category, where)
        assert rules[rule][3].search(text)
        assert rules[rule][4] == confidence
        sure[resource, dimension, category] = confidence
    assert {dimension for _, dimension, _ in sure} == {"data_management", "business_use", "security", "data_object"}
    for resource, title in titles.items():
        for dimension, category, where, pattern, confidence in rules.values():
            if where == "title" and pattern.search(title):
                assert sure[resource, dimension, category] >= confidence
