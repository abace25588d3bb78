"""Values grade: in a real store, evidence in delivered content raises a field and its resource, and a person has the last word."""

from pathlib import Path

from tests.homes import ask, deliver_files, lake_of, name_authorities, one, run_home
from warehouse.store.home import Home
from warehouse.trace.tracer import trace

#: What these tests look at.
STAGES = ("quality", "classification")
CATALOGUE = (
    "信息资源代码,信息资源名称,信息资源提供方,是否向社会开放,信息项名称,数据类型\n"
    "100/1,公共停车场信息,某市城管局,无条件开放,名称,字符型C\n"
    "100/1,公共停车场信息,某市城管局,无条件开放,备用一,字符型C\n"
)
#: Of a division that there is not, with its check digit.
INVENTED = "330199199001010011"


def test_values_raise_a_grade_and_a_person_has_the_last_word(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    name_authorities(home, data_authority="CG")

    def deliver(name: str, kind: str, day: str, text: str) -> None:
        (tmp_path / name).write_text(text, "utf-8")
        deliver_files(home, [tmp_path / name], "CG", kind, day)

    def resource() -> tuple[str, str]:
        ((grade, basis),) = ask(home, "SELECT grade, grade_basis FROM classification.resource_grade")
        return grade, basis

    deliver("目录.csv", "catalog", "2026-01-05", CATALOGUE)
    deliver("公共停车场信息.csv", "content", "2026-01-20", "名称,备用一\n" + f"甲,{INVENTED}\n" * 3)
    run_home(home, stages=STAGES)
    assert resource() == ("general_3", "value")
    assert ask(
        home,
        "SELECT field_name, rule_id, cell_label, is_sensitive FROM classification.field_grade WHERE grade_rank > 1",
    ) == [("备用一", "value.resident_id", "个人权益×严重危害", True)]
    assert one(home, "SELECT count(*) FROM classification.access_finding WHERE access_rule = 'open_above_limit'") == 1
    identity, holder = ask(home, "SELECT resource_id, holder_code FROM catalog.resource")[0]
    key = {"resource_id": identity, "field_no": "2"}
    found = trace(lake_of(home), "classification.field_grade", key, verify=True)
    assert found.verified, found.differences
    assert {source["file"] for source in found.sources} >= {"公共停车场信息.csv", "detector.csv"}
    deliver(
        "决定.csv",
        "decisions",
        "2026-02-01",
        "决定编号,事项对象,对象键,决定,理由,决定人,决定日期,到期日期\n"
        f"D1,定级,{holder}|100/1|备用一,一般数据1级,样例数据,某市数据局,2026-01-31,2026-12-31\n",
    )
    run_home(home, stages=STAGES)
    assert resource()[0] == "general_1"
    assert ("rule_above_decision",) in ask(home, "SELECT grade_finding FROM classification.grade_finding")


def test_a_personal_column_that_the_catalogue_does_not_list_counts_and_is_told(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").create()
    (tmp_path / "目录.csv").write_text(CATALOGUE.replace("备用一", "所属街道"), "utf-8")
    (tmp_path / "公共停车场信息.csv").write_text(
        "名称,联系邮箱\n" + "甲,a1@example.invalid\n乙,b2@example.invalid\n", "utf-8"
    )
    deliver_files(home, [tmp_path / "目录.csv"], "CG", "catalog", "2026-01-05")
    deliver_files(home, [tmp_path / "公共停车场信息.csv"], "CG", "content", "2026-01-20")
    run_home(home, stages=STAGES)
    assert ask(home, "SELECT grade, grade_basis, basis_name, rule_id FROM classification.resource_grade") == [
        ("general_2", "value", "联系邮箱", "value.email")
    ]
    assert one(home, "SELECT count(*) FROM classification.grade_finding WHERE grade_finding = 'unlisted_personal'") == 1
