"""A card says what the tables say, in the terminal, in a workbook and on a page; what is unknown stands as unknown."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from pipelines.cli.app import app
from tests.homes import ask, lake_of
from warehouse.asking.card import UNKNOWN, NoSuchCardError, card_of, cards_of_unit
from warehouse.publish.card_sheet import cards_page, write_cards
from warehouse.store.home import Home

#: A card that has been disposed of, and one that has amounts.
DISPOSED = (
    "SELECT card_id, recognised_date, disposed_date FROM registry.asset_card "
    "WHERE disposed_date > recognised_date ORDER BY ALL LIMIT 1"
)
VALUED = (
    "SELECT c.card_id, c.holder_code, c.resource_code, s.closing_cost_cny, s.closing_carrying_cny FROM valuation.snapshot AS s "
    "JOIN registry.asset_card AS c USING (card_id) WHERE s.closing_cost_cny > 1000 ORDER BY ALL LIMIT 1"
)


def test_a_card_is_found_by_number_and_by_holder_and_code(city: Home) -> None:
    card, holder, code, cost, carrying = ask(city, VALUED)[0]
    found = card_of(lake_of(city), card)
    assert found == card_of(lake_of(city), f"{holder}/{code}")
    (one,) = found.cards
    lines = dict(one.book_value.lines) if one.book_value else {}
    assert (lines["账面原值"][-1], lines["账面价值"][-1]) == (cost, carrying)
    told = {row[0] for row in ask(city, "SELECT card_field FROM registry.card_field WHERE card_id = $card", card=card)}
    assert {field.name for field in one.fields if field.value} == told
    assert {field.name for field in one.fields} > told


def test_a_wrong_number_names_those_that_are_near(city: Home) -> None:
    card = ask(city, VALUED)[0][0]
    with pytest.raises(NoSuchCardError, match=f"did you mean .*{card}"):
        card_of(lake_of(city), card[:-1])
    with pytest.raises(NoSuchCardError, match="no value of this month"):
        card_of(lake_of(city), card, "1999-01")


def test_the_status_of_a_card_is_that_of_the_day(city: Home) -> None:
    card, recognised, disposed = ask(city, DISPOSED)[0]
    day = timedelta(days=1)
    lake = lake_of(city)
    days = (recognised - day, recognised, disposed - day, disposed)
    states = [card_of(lake, card, as_of=one).cards[0].status for one in days]
    assert states == ["尚未确认", "在用", "在用", "已处置"]


def test_workbook_and_page_have_every_card_of_a_unit(city: Home, tmp_path: Path) -> None:
    holder = ask(city, "SELECT holder_code FROM registry.asset_card GROUP BY ALL ORDER BY count(*) DESC, 1 LIMIT 1")[0][
        0
    ]
    found = cards_of_unit(lake_of(city), holder)
    write_cards(found, tmp_path / "cards.xlsx")
    book = load_workbook(tmp_path / "cards.xlsx")
    assert len(book.sheetnames) == 1 + len(found.cards) > 2
    page = cards_page(found)
    assert re.findall(r'<section id="([^"]+)">', page) == [card.card_id for card in found.cards]
    unknown = sum(field.value is None for card in found.cards for field in card.fields)
    assert page.count(f">{UNKNOWN}</td>") == unknown > 0
    cells = [cell.value for sheet in book.worksheets[1:] for row in sheet.iter_rows() for cell in row]
    assert cells.count(UNKNOWN) == unknown


def test_the_command_says_what_is_missing_of_it(city: Home) -> None:
    for given in (
        ["card"],
        ["card", "x", "--unit", "y", "--all"],
        ["card", "--unit", "y", "--all"],
        ["card", "x", "--as-of", "y"],
    ):
        assert CliRunner().invoke(app, [*given, "--home", str(city.root)]).exit_code != 0
    card = ask(city, VALUED)[0][0]
    shown = CliRunner().invoke(app, ["card", card, "--home", str(city.root)])
    assert shown.exit_code == 0
