"""Wrapped text is seen whole: a row is as high as its text needs, and a text that no row can show whole says that it was cut."""

import io
import unicodedata

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from warehouse.publish.sheets import Look, fitted, row_points, safe, set_up_print, write_across, write_row

#: Excel's highest row, in points.
HIGHEST = 409
TEXTS = st.text(st.sampled_from("字句，。 a1é\n"), max_size=3000) | st.text(max_size=300)


def needed(text: str, width: float) -> int:
    """Lines that a text takes in a column, broken anywhere."""
    per_line = [sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in part) for part in text.split("\n")]
    return sum(max(1, -(-chars // int(width))) for chars in per_line)


@given(TEXTS, st.integers(8, 140))
def test_every_line_of_what_is_shown_has_room(text: str, width: int) -> None:
    shown = fitted(text, width)
    points = row_points([shown], [width])
    assert needed(shown, width) * 15 <= points <= HIGHEST
    assert shown == text or (shown.endswith("…") and text.startswith(shown[:-1]))


def test_a_text_that_fits_is_never_cut() -> None:
    assert fitted("短\n句", 24) == "短\n句"
    assert fitted("字" * 200, 24) == "字" * 200


@pytest.mark.parametrize("width", [9, 24, 50])
def test_the_highest_cell_of_a_row_gives_its_height(width: int) -> None:
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept) as book:
        sheet = book.add_worksheet()
        write_row(sheet, 0, ["短", "很长的说明" * 20, 3], [width] * 3, Look(book))
        set_up_print(sheet, "甲 & 乙", header_rows=1)
    sheet = openpyxl.load_workbook(kept)["Sheet1"]
    assert sheet.row_dimensions[1].height == row_points([fitted("很长的说明" * 20, width)], [width])
    assert sheet["B1"].alignment.wrap_text
    setup = sheet.page_setup
    assert (setup.orientation, str(setup.paperSize), setup.fitToHeight) == ("landscape", "9", 0)
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.oddFooter
    assert sheet.oddFooter.left.text == "甲 && 乙"


@pytest.mark.parametrize("text", ["<r>1 < 2</r>", "<r><t>甲</t></r>", "甲\x00\x1b乙", "\ufffe", "字" * 300 + "&"])
def test_any_text_leaves_a_workbook_that_opens_and_shows_it(text: str) -> None:
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept) as book:
        sheet = book.add_worksheet()
        write_row(sheet, 0, [text], [50], Look(book))
        write_across(sheet, 1, 0, text, [50, 50], Look(book).plain)
        write_across(sheet, 2, 0, text, [50], Look(book).plain)
        set_up_print(sheet, text)
    sheet = openpyxl.load_workbook(kept)["Sheet1"]
    assert [sheet.cell(row, 1).value for row in (1, 2, 3)] == [safe(text)] * 3
    assert safe(text).rstrip() in (text, "甲��乙", "�")
    assert sheet.oddFooter
    assert sheet.oddFooter.left.text


def test_a_text_is_cut_where_a_cell_ends_and_not_before() -> None:
    assert safe("字" * 32_767) == "字" * 32_767
    assert safe("字" * 32_768) == "字" * 32_766 + "…"
    # Two units each.
    assert safe("𠮷" * 16_384) == "𠮷" * 16_383 + "…"
