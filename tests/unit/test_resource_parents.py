"""Derived resources point at those that they come from: the card shows them, and their cost is not capitalised in it again."""

import pytest

from tests.world import HOLDER, World

CODES = ("source", "raw", "derived", "apart")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = World(tmp_path_factory.mktemp("parents"))
    world.cards(CODES)
    rows = [
        # The same 50,000.00 in the parent and, a month later, in what is derived from it, and in what is not.
        "source,source,1,采集,开发,50000.00,2026-01-10,2026-01-10,50",
        "raw,raw,1,采集,开发,600.00,2026-01-10,2026-01-10,60",
        "derived,derived,1,加工,开发,50000.00,2026-02-10,2026-02-10,50",
        "derived,derived,2,加工,开发,1200.00,2026-02-11,2026-02-11,12",
        "apart,apart,1,加工,开发,50000.00,2026-02-12,2026-02-12,50",
    ]
    costs = "resource_code,voucher_no,line_no,cost_kind,phase,amount_cny,posted_date,available_date,life_months"
    world.deliver("costs", "\n".join([costs, *rows]), "2026-06-30")
    evidence = "resource_code,criterion,statement,document_no,issued_date,parent_codes"
    world.deliver("evidence", f"{evidence}\nderived,控制,符合,证加工,2026-01-30,source；unknown\n", "2026-06-30")
    catalog = "identifier,title,provider_code,related_identifier\n"
    world.deliver("catalog", f"{catalog}source,资源source,{HOLDER},raw\n", "2026-06-30")
    world.build()
    return world


def test_parents_are_named_in_the_catalogue_or_in_evidence(world: World) -> None:
    assert world.ask(
        "SELECT s.resource_code, p.resource_code, n.named_in FROM registry.resource_parent AS n "
        "JOIN catalog.resource AS s USING (resource_id) JOIN catalog.resource AS p ON p.resource_id = n.parent_id ORDER BY ALL"
    ) == [("derived", "source", "evidence"), ("source", "raw", "catalog")]


def test_a_card_shows_its_parents(world: World) -> None:
    assert world.ask(
        "SELECT c.resource_code, f.field_value FROM registry.card_field AS f JOIN registry.asset_card AS c USING (card_id) "
        "WHERE f.card_field = 'parent' ORDER BY ALL"
    ) == [("derived", "source 资源source"), ("source", "raw 资源raw")]


def test_the_cost_of_a_parent_is_held_in_what_evidence_says_is_derived_from_it(world: World) -> None:
    assert world.ask(
        "SELECT resource_code, line_no, other_resource_code, is_holding FROM valuation.cost_control "
        "WHERE finding_kind = 'parent_cost_again'"
    ) == [("derived", 1, "source", True)]
    # The derivation's own cost stands: five months of twelve.
    assert world.values("derived")["closing_cost"] == "1200.00"
    assert world.values("derived")["closing_amortisation"] == "500.00"
    assert world.values("apart")["closing_cost"] == "50000.00"
