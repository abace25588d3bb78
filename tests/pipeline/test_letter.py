"""The quality letter says what the tables say, in both forms."""

import re
from decimal import Decimal
from zipfile import ZipFile

import docx
import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app
from tests.homes import ask, lake_of
from warehouse.publish.form_book import FIXED_TIME
from warehouse.publish.letter import MOST_EXAMPLES, NoSuchAgencyError, letter_of, letter_page, publish_letter
from warehouse.store.home import Home


@pytest.fixture(scope="module")
def holder(city: Home) -> str:
    """The one that breaks most."""
    sql = (
        "SELECT subject_key FROM quality.measure WHERE subject_kind <> 'delivery' AND NOT is_passed "
        "GROUP BY ALL ORDER BY count(*) DESC, 1 LIMIT 1"
    )
    return ask(city, sql)[0][0]


def test_its_figures_are_those_of_the_tables(city: Home, holder: str) -> None:
    letter = letter_of(lake_of(city), holder)
    measures = ask(
        city,
        "SELECT rule_code, numerator, denominator, is_passed FROM quality.measure "
        "WHERE subject_key = $holder AND numerator < denominator",
        holder=holder,
    )
    assert {(r.rule_code, r.met, r.assessed, r.is_passed) for r in letter.broken} == set(measures)
    assert [rule.is_passed for rule in letter.broken] == sorted(rule.is_passed for rule in letter.broken)
    assert letter.below == sum(not passed for *_, passed in measures) > 0
    for rule in letter.broken:
        assert 0 < len(rule.examples) <= min(rule.failing, MOST_EXAMPLES)
        assert rule.mend
    assert len(letter.scores) == 7
    assert letter.total == letter.scores[-1]
    total = ask(
        city,
        "SELECT score_pct FROM quality.score WHERE subject_kind = 'holder' AND subject_key = $holder AND dimension_code = 'all'",
        holder=holder,
    )
    assert letter.total is not None
    assert [(letter.total.score_pct,)] == total
    assert (
        letter.resource_count
        == ask(city, "SELECT count(*) FROM catalog.resource WHERE holder_code = $holder", holder=holder)[0][0]
    )


def test_document_and_page_say_the_same(city: Home, holder: str) -> None:
    letter = letter_of(lake_of(city), holder)
    word, page = publish_letter(lake_of(city), holder)
    document = docx.Document(str(word))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    said = "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])
    html = page.read_text("utf-8")
    for text in (
        letter.holder_name,
        *(rule.name for rule in letter.broken),
        *(rule.mend for rule in letter.broken),
        *(place for rule in letter.broken for *_, place in rule.examples),
        *(f"{score.score_pct}%" for score in letter.scores if score.score_pct is not None),
        *(message for _, _, message, _, _ in letter.contradictions),
    ):
        assert text in said
        assert text in html


def test_a_document_has_no_time_of_its_making(city: Home, holder: str) -> None:
    word, _ = publish_letter(lake_of(city), holder)
    with ZipFile(word) as parts:
        assert {part.date_time for part in parts.infolist()} == {FIXED_TIME.timetuple()[:6]}


def test_a_bar_is_as_long_as_the_score(city: Home, holder: str) -> None:
    letter = letter_of(lake_of(city), holder)
    drawn = re.findall(
        r'<rect x="90" y="3" width="([\d.]+)" height="16" fill="#(?:1f4e79|5b9bd5)"', letter_page(letter)
    )
    scores = [score.score_pct for score in letter.scores if score.score_pct is not None]
    assert [Decimal(width) for width in drawn] == [round(score * 420 / 100, 1) for score in scores]


def test_the_command_writes_a_letter_to_each_agency_that_has_to_mend(city: Home) -> None:
    result = CliRunner().invoke(app, ["quality", "report", "--home", str(city.root)])
    assert result.exit_code == 0, result.output
    below = ask(
        city,
        "SELECT count(DISTINCT m.subject_key) FROM quality.measure AS m "
        "SEMI JOIN catalog.resource AS s ON s.holder_code = m.subject_key WHERE NOT m.is_passed",
    )[0][0]
    assert len(result.output.split()) == 2 * below > 0
    with pytest.raises(NoSuchAgencyError, match="没有该单位"):
        publish_letter(lake_of(city), "nobody")
