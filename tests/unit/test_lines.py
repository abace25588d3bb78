"""Delimited text is split into the records that its line ends say, and strays within lines end none."""

import pytest

from readers.lines import has_stray_returns, split


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ("a,b\r\n1,2\r\n", [["a", "b"], ["1", "2"]]),
        ("a,b\r1,2\r", [["a", "b"], ["1", "2"]]),
        # A cell that a program appended to lines of another's ends.
        ("a,b,c\r\n1,2,\r,3\n4,5,\r,6\n", [["a", "b", "c"], ["1", "2", "", "3"], ["4", "5", "", "6"]]),
        ("a,b\n1\r\r,2\n", [["a", "b"], ["1", "2"]]),
        ("a,b\n1,2\r", [["a", "b"], ["1", "2"]]),
        ("a,b\n1,2\n\r", [["a", "b"], ["1", "2"], []]),
        ('a,b\n"x\ry",2\n', [["a", "b"], ["x\ry", "2"]]),
    ],
)
def test_a_return_within_a_line_ends_no_record(text: str, records: list[list[str]]) -> None:
    found = list(split(text))
    assert [line.cells for line in found] == records
    assert "".join(line.text for line in found) == text
    assert has_stray_returns(text) == ("\n" in text and "\r" in text.replace("\r\n", ""))


def test_lines_are_counted_by_line_feeds() -> None:
    assert [(line.first, line.last) for line in split('a\r\n1,\r,2\n"x\ny"\n3\n')] == [(1, 1), (2, 2), (3, 4), (5, 5)]
