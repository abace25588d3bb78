"""Opening and sharing: never wider than what is declared, what the grade allows or what confidentiality leaves; contradictions by rule."""

import csv
import re
import shutil
from pathlib import Path

import pytest

from tests.homes import ask, deliver_files, run_home
from warehouse.store.home import Home

#: From closed to open.
#: What these tests look at.
STAGES = ("classification",)
ORDER = ("none", "conditional", "unconditional")

CATALOGUE = """\
信息资源代码,信息资源名称,信息资源提供方,信息资源摘要,共享类型,共享条件,是否向社会开放,开放条件,更新周期,信息项名称
1,公共停车场信息,甲局,说明,无条件共享,,无条件开放,,每日,停车场名称
2,就诊记录汇总,甲局,说明,无条件共享,,无条件开放,,每日,就诊记录
3,涉密工程名录,甲局,说明,有条件共享,,有条件开放,,每日,工程名称
4,非涉密工程名录,甲局,说明,不予共享,,不开放,,每日,工程名称
5,信访事项,甲局,说明,不予共享,依据《信访工作条例》,不开放,依法予以保密,每日,事项名称
6,绿地名录,甲局,说明,,,,,每日,绿地名称
7,绿道名录,甲局,说明,不共享,按主管部门要求,禁止开放,尚在整理,每日,绿道名称
8,绿道台账,甲局,说明,无条件共享,,无条件开放,不属于国家秘密、工作秘密和商业秘密,每日,绿道名称
8,,,,,,,,,商业秘密说明
9,走访台账,甲局,说明,无条件共享,,无条件开放,,每日,绿道名称
9,,,,,,,,,走访印象
"""


@pytest.fixture(scope="module")
def seven(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("seven")
    file = folder / "catalogue.csv"
    file.write_text(CATALOGUE, "utf-8")
    home = Home(folder / "home")
    deliver_files(home, [file], "甲局", "catalog", "2026-07-01")
    run_home(home, stages=STAGES)
    return home


def test_the_narrowest_of_declaration_grade_and_confidentiality_holds(seven: Home) -> None:
    found = ask(
        seven,
        "SELECT s.resource_code, a.open_limit, a.open_access, a.share_limit, a.share_access, a.confidential_term "
        "FROM classification.resource_access AS a JOIN catalog.resource AS s USING (resource_id) ORDER BY ALL",
    )
    (health,) = {row[1:5] for row in found if row[0] == "2"}
    assert health[0] != "unconditional"
    assert [row for row in found if row[0] != "2"] == [
        ("1", "unconditional", "unconditional", "unconditional", "unconditional", None),
        ("3", "none", "none", "none", "none", "state_secret"),
        ("4", "unconditional", "none", "unconditional", "none", None),
        ("5", "none", "none", "conditional", "none", "kept_by_law"),
        ("6", "unconditional", None, "unconditional", None, None),
        ("7", "unconditional", "none", "unconditional", "none", None),
        ("8", "none", "none", "conditional", "conditional", "trade_secret"),
        ("9", "none", "none", "conditional", "conditional", None),
    ]
    # A field is closed for its own name; the others show what could be opened without it.
    fields = (
        "SELECT f.field_name, f.open_limit FROM classification.field_access AS f "
        "JOIN catalog.resource AS s USING (resource_id) WHERE s.resource_code >= '8' ORDER BY s.resource_code, f.field_no"
    )
    assert ask(seven, fields) == [
        *(("绿道名称", "unconditional"), ("商业秘密说明", "none"), ("绿道名称", "unconditional"), ("走访印象", "none"))
    ]


def test_contradictions_name_rule_words_mend_and_clause(seven: Home) -> None:
    found = ask(
        seven,
        "SELECT s.resource_code, f.access_rule, f.message_zh, f.message_en, f.mend_zh, f.clause "
        "FROM classification.access_finding AS f JOIN catalog.resource AS s USING (resource_id) ORDER BY 1, 2",
    )
    rules = [(code, rule) for code, rule, *_ in found]
    assert rules == [
        ("2", "open_above_limit"),
        ("2", "share_above_limit"),
        ("3", "confidential_open"),
        ("3", "share_above_limit"),
        ("4", "could_be_open"),
        ("4", "unshared_without_basis"),
        ("8", "confidential_open"),
        ("9", "before_grading"),
    ]
    assert not any("{" in text for row in found for text in row)
    words = {(code, rule): (zh, en) for code, rule, zh, en, *_ in found}
    assert words["3", "confidential_open"] == (
        "文字表明“国家秘密”，却声明有条件开放",
        "the record speaks of “国家秘密” and is declared conditional opening",
    )
    assert all(clause.startswith(("意见第", "国发")) for *_, clause in found)


def test_no_resource_and_no_field_is_wider_than_anything_allows(city: Home) -> None:
    limits = {(row["door"], row["grade"]): row["access_limit"] for row in _list(city, "access_limit")}
    terms = [
        (re.compile(row["pattern"].replace(r"\p{Han}", "一-鿿")), re.compile(row["not_pattern"]), row)
        for row in _list(city, "confidential_term")
    ]

    def spoken_of(*texts: str) -> list[dict[str, str]]:
        return [row for pattern, denied, row in terms if any(pattern.search(denied.sub("", text)) for text in texts)]

    names: dict[str, list[str]] = {}
    for resource, name in ask(city, "SELECT resource_id, coalesce(field_name, '') FROM catalog.resource_field"):
        names.setdefault(resource, []).append(name)
    resources = ask(
        city,
        "SELECT a.resource_id, g.grade, s.title, coalesce(s.share_condition, ''), coalesce(s.open_condition, ''), "
        "s.open_type, a.open_access, s.share_type, a.share_access FROM classification.resource_access AS a "
        "JOIN classification.resource_grade AS g USING (resource_id) JOIN catalog.resource AS s USING (resource_id)",
    )
    assert len(resources) == len(ask(city, "FROM catalog.resource"))
    secret, seen = {}, set()
    for resource, grade, title, share_condition, open_condition, opened, open_access, shared, share_access in resources:
        spoken = spoken_of(title, share_condition, open_condition, *names.get(resource, ()))
        secret[resource] = bool(spoken_of(title, share_condition, open_condition))
        for door, declared, access in (("open", opened, open_access), ("share", shared, share_access)):
            allowed = [
                limits[door, grade],
                *(row[f"{door}_limit"] for row in spoken),
                *([declared] if declared else []),
            ]
            narrowest = min(allowed, key=ORDER.index)
            assert access == (narrowest if declared or narrowest == "none" else None)
            seen.add((door, access))
    assert seen >= {(door, access) for door in ("open", "share") for access in ORDER}
    fields = ask(
        city,
        "SELECT f.resource_id, coalesce(f.field_name, ''), f.grade, f.open_access, r.declared_open_type "
        "FROM classification.field_access AS f "
        "JOIN classification.resource_access AS r USING (resource_id)",
    )
    assert len(fields) == len(ask(city, "FROM classification.field_grade"))
    for resource, name, grade, access, declared in fields:
        is_secret = secret[resource] or spoken_of(name)
        allowed = [limits["open", grade], *(["none"] if is_secret else []), *([declared] if declared else [])]
        narrowest = min(allowed, key=ORDER.index)
        assert access == (narrowest if declared or narrowest == "none" else None)


def test_an_officer_narrows_a_limit_without_code(seven: Home, tmp_path: Path) -> None:
    shutil.copytree(seven.root, tmp_path / "home")
    home = Home(tmp_path / "home")
    file = home.policy / "access_limit.csv"
    file.write_text(
        file.read_text("utf-8").replace("open,general_1,unconditional", "open,general_1,conditional"), "utf-8"
    )
    run_home(home, stages=STAGES)
    sql = (
        "SELECT s.resource_code, a.open_access FROM classification.resource_access AS a "
        "JOIN catalog.resource AS s USING (resource_id) WHERE s.resource_code = '1'"
    )
    assert (ask(seven, sql), ask(home, sql)) == ([("1", "unconditional")], [("1", "conditional")])
    findings = "SELECT count(*) FROM classification.access_finding WHERE access_rule = 'open_above_limit'"
    assert ask(home, findings)[0][0] == ask(seven, findings)[0][0] + 1


def _list(home: Home, name: str) -> list[dict[str, str]]:
    with (home.policy / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
