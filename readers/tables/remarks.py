"""Rows below a header that are no records: repeated headers, totals, notes, signatures, examples, numbers of columns.

Their words stand in policy/table_word.csv. A row is set aside only where nothing in it can be a record's own, and each is told in a note.
Does not belong here: what a header is (`table.py`).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from readers.headings import heading_key
from readers.shapes import Column, Layout

#: Of rows that were set aside a note names so many, and their number.
_NAMED = 5
_SHOWN_CHARS = 80
#: Longer text is a record's, or a note that its first word tells.
_TOTAL_CHARS = 40

WORDS = {
    "header": "重复的表头 repeated headers",
    "title": "各段的标题 titles of parts of the table",
    "total": "合计、小计 totals",
    "note": "备注 notes",
    "signature": "填表、审核、日期等 signatures",
    "example": "填写示例 examples",
    "required": "填写要求 what must be filled",
    "numbers": "栏号 numbers of columns",
}

_TEXTS = frozenset({"text", "code", "date"})
_COUNT = re.compile(r"共?[\d,.%]+[项条个行]?")
_NUMBER_OF_COLUMN = re.compile(r"[(\[]?(\d{1,3})[)\]]?|([甲乙丙丁戊己庚辛壬癸])")
_CIRCLED = {chr(0x2460 + n): str(n + 1) for n in range(20)}
_HEAVENLY = "甲乙丙丁戊己庚辛壬癸"


class Cell(NamedTuple):
    """A filled cell of a row: its position, and its trimmed text."""

    position: int
    text: str

    @property
    def key(self) -> str:
        """The text as `heading_key` gives it, as far as words are looked for in it."""
        return heading_key(self.text[: 2 * _TOTAL_CHARS])


def filled(cells: Sequence[str]) -> list[Cell]:
    """The cells of a row that have text."""
    return [Cell(position, cell.strip()) for position, cell in enumerate(cells) if cell and not cell.isspace()]


class Remarks:
    """Tells rows that are no records, and keeps count of them for the notes.

    mapped: positions of columns. texts: of those that say what a record is: text, codes and dates. fields: of those of fields, where any
    word may be a field's name. keys: of those that identify a record. required: of texts that no record goes without. first: of the first
    heading.
    """

    def __init__(self, layout: Layout) -> None:
        self.words = layout.words
        self.under(())
        self._told: dict[str, list[str]] = {}
        self._counts: dict[str, int] = {}
        words = self.words
        self._opens = {
            role: re.compile(
                rf"(?:{'|'.join(map(re.escape, sorted(found, key=len, reverse=True)))})\d*(?=$|[:：、.．(（)）\]】\s])",
                re.IGNORECASE,
            )
            for role in ("note", "signature", "example")
            if (found := words.get(role))
        }
        # All that most rows are asked: the last characters of totals (blanks may follow), and what opens a note or a signature.
        ends = {ending for word in words.get("total", ()) for ending in (word[-1], word[-1].upper())}
        self._ends = frozenset(ends | set(")）]】:： \t\r\n\u00a0\u3000"))
        # The example of our own template, which may be sorted to anywhere among the records.
        marks = "|".join(map(re.escape, words.get("example_row", ()))) or "(?!)"
        self._own_example = re.compile(rf"[\[【(（]\s*(?:{marks})\s*[\]】)）]", re.IGNORECASE)
        opening = [self._opens[role].pattern for role in ("note", "signature") if role in self._opens]
        opening.append(self._own_example.pattern)
        self._opening = re.compile("|".join(opening), re.IGNORECASE)

    def under(self, columns: Sequence[Column | None], first: int = 0) -> None:
        """Go by the columns of a header, whose first heading stands at position `first`."""

        def where(holds: Callable[[Column], bool]) -> frozenset[int]:
            return frozenset(position for position, column in enumerate(columns) if column and holds(column))

        self.mapped = where(lambda _: True)
        self.texts = where(lambda column: column.value_type in _TEXTS and not column.of_field)
        self.fields = where(lambda column: column.of_field)
        self.keys = where(lambda column: column.is_key and column.value_type in _TEXTS)
        self.required = where(lambda column: column.is_required and column.value_type in _TEXTS)
        self.first = first

    def role(self, row: Sequence[Cell], *, is_before_records: bool) -> str | None:
        """Why a row is no record; None for a record."""
        first = row[0]
        if self._own_example.match(first.text):
            return "example"
        if is_before_records and (found := self._under_header(row)):
            return found
        if self.fields and any(cell.position in self.fields for cell in row):
            return None  # any of the words may be the name of a field
        if any(cell.text[-1] in self._ends for cell in row) and self._is_total(row):
            return "total"
        if self._opening.match(first.text) is None:
            return None
        if self._is("note", first) and len(row) == 1:
            return "note"
        signed = sum(self._is("signature", cell) for cell in row)
        # A name stands in the cell beside `填表人：`, or in the same; without a colon it may be a record's own.
        has_colon = ":" in first.text or "：" in first.text
        if self._is("signature", first) and 2 * signed >= len(row) and (has_colon or first.position not in self.mapped):
            return "signature"
        return None

    def may_tell(self, texts: Sequence[str]) -> bool:
        """Whether a row of such filled cells below the first record needs to be looked at closely: few do."""
        return self._opening.match(texts[0].lstrip()) is not None or not self._ends.isdisjoint(
            [text[-1] for text in texts]
        )

    def _is(self, role: str, cell: Cell) -> bool:
        return role in self._opens and self._opens[role].match(cell.text) is not None

    def _under_header(self, row: Sequence[Cell]) -> str | None:
        keys = [cell.key for cell in row]
        if len(row) > 1 and all(key.strip("()[]【】") in self.words.get("required", ()) for key in keys):
            return "required"
        examples = self.words.get("example", frozenset())
        if any(self._is_example(cell) for cell in row) or row[0].key.strip("()[]【】") in examples:
            return "example"
        return "numbers" if len(row) >= 3 and _is_numbering(keys) else None

    def _is_example(self, cell: Cell) -> bool:
        opened = self._opens.get("example")
        match = opened.match(cell.text.lstrip("(（[【")) if opened else None
        if match is None:
            return False
        after = cell.text.lstrip("(（[【")[match.end() :]
        return after[:1] in (":", "：") or (cell.text[:1] in "(（[【" and after[:1] in tuple(")）]】"))

    def _is_total(self, row: Sequence[Cell]) -> bool:
        totals = self.words.get("total", frozenset())
        others = [cell for cell in row if cell.position in self.texts and not _COUNT.fullmatch(cell.text)]
        first = row[0]
        for cell in row:
            if cell.key.strip("()[]【】") in totals and (
                cell is first or cell.position in self.keys or not self._is_whole(row)
            ):
                return len([other for other in others if other is not cell]) <= 1
        # `示例市城管局小计`: where the row says nothing else.
        name = first.key
        return (
            first.position <= self.first
            and len(name) <= _TOTAL_CHARS
            and any(name.endswith(total) for total in totals if len(total) > 1 and not total.isascii())
            and all(other is first for other in others)
            and (len(row) > 1 or first.position not in self.required)
        )

    def _is_whole(self, row: Sequence[Cell]) -> bool:
        return self.required <= {cell.position for cell in row}

    def set_aside(self, role: str, place: str, row: Sequence[Cell]) -> None:
        """Put a row on record that was none."""
        self._counts[role] = self._counts.get(role, 0) + 1
        told = self._told.setdefault(role, [])
        if len(told) < _NAMED:
            text = " ".join(cell.text for cell in row)
            told.append(f"{place} “{text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + '…'}”")

    def notes(self, place: str) -> Iterator[str]:
        """What was set aside, a note for each reason."""
        for role, told in self._told.items():
            count = self._counts[role]
            yield f"{place}: {count} 行不作为记录：{WORDS[role]}, no records, rows: {count}: {'；'.join(told)}"


def _is_numbering(keys: Sequence[str]) -> bool:
    """Whether texts number columns in turn: (1) (2) (3), or 甲 乙 1 2 as statistics do."""
    letters, digits = 0, 0
    for key in keys:
        match = _NUMBER_OF_COLUMN.fullmatch(_CIRCLED.get(key, key))
        if match is None:
            return False
        if match[2]:
            if digits or match[2] != _HEAVENLY[letters]:
                return False
            letters += 1
        else:
            digits += 1
            if int(match[1]) != digits:
                return False
    return True
