"""What a summary leaves out and what persons correct of it: assets counted twice by decision, and corrections of totals."""

import pytest

from tests.landing import name_authorities
from tests.world import HOLDER, World

FINANCE = "11990100000000299X"
#: A unit of the same department as HOLDER, and one of another.
NEAR, FAR = "11990100000000300X", "11990100000000301X"
ORGANISATIONS = "organisation_code,name,level,district_code,department_code,unit_kind,accounting_system,valid_from\n"
COSTS = "resource_code,voucher_no,line_no,cost_kind,phase,amount_cny,posted_date,available_date,life_months\n"
DECISIONS = "decision_id,subject_kind,subject_key,decision,reason,decided_by,decided_at,expires_at\n"
CORRECTIONS = (
    "correction_no,period,report_kind,level,entity_code,correction_count,correction_cost_cny,"
    "correction_amortisation_cny,correction_impairment_cny,reason,decided_by,decided_at\n"
)


def _unit(world: World, code: str, resources: dict[str, int]) -> None:
    """Deliver what makes cards of resources, each with a cost over 100 months from 2026-01 on."""
    world.deliver("authorisations", "legal_basis,document_no,valid_from\n办法第八条,1,2020-01-02\n", deliverer=code)
    catalog = [f"{name},资源{code}{name},{code},无条件共享" for name in resources]
    world.deliver("catalog", "\n".join(["identifier,title,provider_code,share_type", *catalog]), deliverer=code)
    papers = [f"{name},{word},符合,证{name}{word},2020-01-02" for name in resources for word in ("控制", "效益")]
    heads = "resource_code,criterion,statement,document_no,issued_date"
    world.deliver("evidence", "\n".join([heads, *papers]), deliverer=code)
    lines = [f"{name},{name},1,采集,开发,{cost}.00,2026-01-10,2026-01-10,100" for name, cost in resources.items()]
    world.deliver("costs", COSTS + "\n".join(lines), deliverer=code)


def _decided(world: World, number: str, pair: str, word: str = "符合", day: str = "2026-07-05", **more: str) -> None:
    row = f"{number},重复计量,{pair},{word},同一平台,示例市财政局,{day},{more.pop('expires', '')}\n"
    world.deliver("decisions", DECISIONS + row, "2026-07-20", deliverer=more.pop("deliverer", FINANCE))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("summaries"))
    name_authorities(world.connection, {"finance_authority": FINANCE})
    rows = [
        f"{FINANCE},示例市财政局,市,990100,,行政单位,政府会计,2020-01-01",
        f"{HOLDER},甲局,市,990100,,行政单位,政府会计,2020-01-01",
        f"{NEAR},甲局信息中心,市,990100,{HOLDER},事业单位,政府会计,2020-01-01",
        f"{FAR},乙局,市,990100,,行政单位,政府会计,2020-01-01",
    ]
    world.deliver("organisations", ORGANISATIONS + "\n".join(rows), "2020-02-02", deliverer=FINANCE)
    _unit(world, HOLDER, {"A": 1000, "B": 2000, "C": 3000, "D": 4000, "E": 5000})
    _unit(world, NEAR, {"A2": 1000, "B2": 2000, "D2": 4000})
    _unit(world, FAR, {"A3": 1000, "C3": 3000, "D3": 4000, "E3": 5000})
    # A is A2's, in one department, and A3's beside: left out once in each summary.
    _decided(world, "1", f"{HOLDER}|A|{NEAR}|A2")
    _decided(world, "2", f"{HOLDER}|A|{FAR}|A3")
    # The last word on two cards counts, whichever is named first.
    _decided(world, "3", f"{HOLDER}|B|{NEAR}|B2")
    _decided(world, "4", f"{NEAR}|B2|{HOLDER}|B", "不符合", "2026-07-06")
    # Only where both are: C and C3 are of two departments.
    _decided(world, "5", f"{FAR}|C3|{HOLDER}|C")
    # D, D2 and D3 in a ring: none of them would stand.
    _decided(world, "6", f"{HOLDER}|D|{NEAR}|D2")
    _decided(world, "7", f"{NEAR}|D2|{FAR}|D3")
    _decided(world, "8", f"{FAR}|D3|{HOLDER}|D")
    # Expired before the period ended.
    _decided(world, "9", f"{HOLDER}|E|{FAR}|E3", day="2026-02-01", expires="2026-06-30")
    # What does nothing.
    _decided(world, "10", f"{HOLDER}|X|{FAR}|E3")
    _decided(world, "11", f"{HOLDER}|E|{HOLDER}|E")
    _decided(world, "12", f"{HOLDER}|E|{FAR}|E3", "放行", day="2026-01-01")
    decision = "13,报表审核,r1|cost_roll|2026-06|city|,放行,尾差,示例市财政局,2026-07-05,\n"
    world.deliver("decisions", DECISIONS + decision, "2026-07-20", deliverer=FINANCE)
    told = [
        f"G1,2026-06,行政事业性国有资产,主管部门,{HOLDER},-1,-100.00,-6.00,,重复填报,财政局,2026-07-10",
        "G2,2026-06,行政事业性国有资产,全市,,,50.00,,,漏报补计,财政局,2026-07-10",
        f"G3,2026-06,企业国有资产,主管部门,{HOLDER},,9.00,,,报告写错,财政局,2026-07-10",
        f"G4,2026-05,行政事业性国有资产,主管部门,{HOLDER},,7.00,,,上月,财政局,2026-07-10",
    ]
    world.deliver("corrections", CORRECTIONS + "\n".join(told), "2026-07-20", deliverer=FINANCE)
    own = f"G5,2026-06,行政事业性国有资产,主管部门,{HOLDER},,-1000.00,,,自行更正,甲局,2026-07-10\n"
    world.deliver("corrections", CORRECTIONS + own, "2026-07-20")
    world.build()
    return world


def test_a_card_that_is_another_s_is_left_out_once_where_a_summary_has_both(world: World) -> None:
    found = world.ask(
        "SELECT level, entity_code, from_code, from_resource_code, document_no, eliminated_count, eliminated_cost_cny "
        "FROM report.elimination WHERE elimination_kind = 'double_count' AND level IN ('department', 'city')"
    )
    assert sorted((*row[:4], row[4], row[5], f"{row[6]}") for row in found) == [
        ("city", "city", HOLDER, "A", "1", 1, "1000.00"),
        ("city", "city", FAR, "C3", "5", 1, "3000.00"),
        ("department", HOLDER, HOLDER, "A", "1", 1, "1000.00"),
    ]


def test_what_does_nothing_is_a_finding_with_its_decision(world: World) -> None:
    found = world.ask("SELECT decision_id, finding_kind, meant_name FROM registry.unclear_decision")
    assert sorted(found, key=lambda row: int(row[0])) == [
        ("6", "double_count_left_out", None),
        ("7", "double_count_left_out", None),
        ("8", "double_count_left_out", None),
        ("10", "double_count_unknown", None),
        ("11", "double_count_unknown", None),
        ("12", "decision_unsuited", None),
        ("13", "check_unknown", "r1|cost_rolls"),
    ]


def test_a_correction_changes_the_summary_of_its_entity_and_of_all_above_and_no_cell_else(world: World) -> None:
    found = world.ask(
        "SELECT level, entity_code, closing_cost_cny, eliminated_cost_cny, corrected_count, corrected_cost_cny, "
        "corrected_carrying_cny, summary_count, summary_cost_cny FROM report.form_r1 "
        "WHERE report_kind = 'government' AND level <> 'unit'"
    )
    government = {row[:2]: (*(f"{amount}" for amount in row[2:]),) for row in found}
    assert government["department", HOLDER] == ("22000.00", "1000.00", "-1", "-100.00", "-94.00", "6", "20900.00")
    assert government["department", FAR] == ("13000.00", "0.00", "0", "0.00", "0.00", "4", "13000.00")
    assert government["district", "990100"] == ("35000.00", "4000.00", "-1", "-100.00", "-94.00", "9", "30900.00")
    assert government["tier", "own_level"] == government["district", "990100"]
    assert government["city", "city"] == ("35000.00", "4000.00", "-1", "-50.00", "-44.00", "9", "30950.00")


def test_a_correction_of_an_entity_that_the_report_has_not_stands_at_no_level(world: World) -> None:
    assert world.ask(
        "SELECT correction_no, level, entity_code, reason FROM report.correction WHERE level IN ('unplaced', 'department') ORDER BY ALL"
    ) == [("G1", "department", HOLDER, "重复填报"), ("G3", "unplaced", HOLDER, "报告写错")]


def test_a_unit_does_not_correct_totals(world: World) -> None:
    assert world.ask("SELECT rule FROM landing.unauthorised WHERE kind = 'corrections'") == [("not_authorised",)]
