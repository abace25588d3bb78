"""`warehouse.publish.csv_file`: what a spreadsheet reads of a CSV file is what stood in the table."""

import csv
from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from warehouse.publish.csv_file import defused, write_csv_file


@given(st.text(st.sampled_from("=+-@\t\r\n '＝a1中\u3000"), max_size=6))
def test_no_text_begins_a_formula(text: str) -> None:
    safe = defused(text)
    assert safe in (text, f"'{text}")
    assert not safe.lstrip(" \u3000").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))


def test_a_negative_number_is_no_formula_and_what_only_begins_as_one_is() -> None:
    assert [defused(text) for text in ("-5.00", "-5+2", "@x", "1", "")] == ["-5.00", "'-5+2", "'@x", "1", ""]


def test_headings_and_cells_are_written_for_a_spreadsheet(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    write_csv_file(file, ["=1+1", "名称"], [(Decimal("-1E+3"), True), ('=HYPERLINK("x")', None), (7, False)])
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(file.read_text("utf-8-sig").splitlines())) == [
        ["'=1+1", "名称"], ["-1000", "是"], ["'=HYPERLINK(\"x\")", ""], ["7", "否"],
    ]  # fmt: skip
