"""Who may say what, in a home: what two deliverers say of one resource, and what `status` tells of who spoke for whom."""

import pytest
from docx import Document

from pipelines.cli.console import authority_lines
from tests.homes import ask, deliver_files, lake_of, name_authorities, one, run_home
from warehouse.asking.status import status
from warehouse.publish.letter import publish_letter
from warehouse.store.home import Home
from warehouse.trace.proof import prove

PORTAL, UNIT, STRANGER = "11990100000000101X", "11990100000000202X", "11990100000000303X"
ORGANISATIONS = (
    f"organisation_code,name,level,district_code,unit_kind,valid_from\n{UNIT},甲局,市,990100,行政单位,2024-01-01\n"
)
CATALOGUE = "信息资源代码,信息资源名称,信息资源提供方\nR-1,{0}资源,甲局\n{0}-2,另一资源,甲局\n"
COSTS = "holder_code,resource_code,voucher_no,line_no,cost_kind,phase,amount_cny,posted_date\n{0},R-1,记-1,1,采集,开发,{1},2026-05-31\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("authority")
    home = Home(folder / "home")
    name_authorities(home, data_authority=PORTAL)
    for number, (deliverer, kind, text) in enumerate(
        (
            (PORTAL, "organisations", ORGANISATIONS),
            (PORTAL, "catalog", CATALOGUE.format("门户")),
            (UNIT, "catalog", CATALOGUE.format("自有")),
            (UNIT, "costs", COSTS.format(UNIT, "100.00")),
            (PORTAL, "costs", COSTS.format(UNIT, "900.00")),
            (STRANGER, "costs", COSTS.format(UNIT, "5.00")),
        ),
        start=1,
    ):
        file = folder / f"{number}.csv"
        file.write_text(text, "utf-8")
        deliver_files(home, [file], deliverer, kind, f"2026-06-{number:02d}")
    run_home(home)
    return home


def test_of_a_resource_from_its_unit_and_a_portal_the_unit_s_own_stands(home: Home) -> None:
    standing = ask(home, "SELECT resource_code, title, deliverer_code FROM catalog.resource ORDER BY ALL")
    assert standing == [("R-1", "自有资源", UNIT), ("自有-2", "另一资源", UNIT), ("门户-2", "另一资源", PORTAL)]
    found = (
        "SELECT holder_code, resource_code, title, deliverer_code, other_deliverer_code FROM catalog.gathered_resource"
    )
    assert ask(home, found) == [(UNIT, "R-1", "门户资源", PORTAL, UNIT)]
    assert one(home, "SELECT sum(rejected_count) FROM landing.delivery_outcome WHERE kind = 'catalog'") == 0
    told = "SELECT holder_code, found_count, contains(message_zh, $p) FROM registry.register_finding WHERE finding_kind = $k"
    assert ask(home, told, p=PORTAL, k="gathered_beside_own") == [(UNIT, 1, True)]


def test_one_cost_stands_and_the_others_are_told_to_both(home: Home) -> None:
    assert ask(home, "SELECT deliverer_code, CAST(amount_cny AS VARCHAR) FROM delivered.cost") == [(UNIT, "100.00")]
    figures = status(lake_of(home))
    assert figures["unauthorised"] == [{"deliverer": STRANGER, "kind": "costs", "holder": UNIT, "records": 1}]
    assert figures["contested_lines"] == [
        {"rule": "voucher_conflict", "deliverer": PORTAL, "other": UNIT, "records": 1}
    ]
    assert figures["unnamed_authorities"] == ["finance_authority"]
    text = "\n".join(authority_lines(figures))
    assert all(word in text for word in (STRANGER, UNIT, PORTAL, "finance_authority", "authority_unit.csv"))


def test_the_letter_to_a_unit_tells_who_spoke_for_it(home: Home) -> None:
    word, page = publish_letter(lake_of(home), UNIT)
    text = page.read_text("utf-8")
    assert all(told in text for told in (STRANGER, "costs", "因无权而拒收"))
    cells = {cell.text for table in Document(str(word)).tables for row in table.rows for cell in row.cells}
    assert {STRANGER, "costs", "1"} <= cells


def test_what_is_said_of_them_is_proven(home: Home) -> None:
    tables = ("landing.speaker", "landing.unauthorised", "landing.contested_line", "catalog.gathered_resource")
    proofs = list(prove(lake_of(home), rows=5, seed=1, tables=tables))
    assert [(proof.table, proof.failures) for proof in proofs] == [(table, ()) for table in tables]
    assert [proof.sampled for proof in proofs] == [0, 1, 1, 1]
