"""The cells of XLSX: shared strings, styles, and the rows of a sheet as they are met, so that no sheet is held whole.

Belongs here: a cell's text as people see it, and what its text does not show: errors, formulas that were never computed, what is struck
out. No library gives these: as text they lose what is beyond nine decimals, and the formats. Does not belong here: which sheets there are
(`xlsx_file.py`), what a number format means (`number_format.py`).
"""

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from xml.etree import ElementTree
from xml.parsers import expat

from readers.money import MoneyUnits
from readers.tables.cells import Fault
from readers.tables.header import Row
from readers.tables.number_format import BUILT_IN, Shown, Style, shown_by, written
from readers.tables.workbook import hidden_rows

_CHUNK_BYTES = 1 << 18
#: A number of at most so many digits is exact, and written as it stands.
_EXACT_DIGITS = 15
# Characters that XML cannot hold are written so.
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


NO_STYLES: Sequence[Style] = ()
_PLAIN = Style()


def styles(archive: zipfile.ZipFile, part: str, money: MoneyUnits) -> list[Style]:
    """The styles that cells name by number."""
    root = ElementTree.fromstring(archive.read(part))  # noqa: S314 - the parser bounds what entities expand to, and fetches none
    codes: dict[int, str] = dict(BUILT_IN)
    for item in root.iterfind("{*}numFmts/{*}numFmt"):
        codes[int(item.get("numFmtId", "0"))] = item.get("formatCode", "")
    struck = [
        any(strike.get("val", "1") not in ("0", "false") for strike in font.iterfind("{*}strike"))
        for font in root.iterfind("{*}fonts/{*}font")
    ]
    known: dict[int, Shown] = {}
    found = []
    for style in root.iterfind("{*}cellXfs/{*}xf"):
        number, font = int(style.get("numFmtId", "0")), int(style.get("fontId", "0"))
        shown = known.setdefault(number, shown_by(codes.get(number, ""), money))
        found.append(Style(shown, font < len(struck) and struck[font]))
    return found


def shared_strings(archive: zipfile.ZipFile, part: str) -> list[str]:
    """The texts that cells name by number; how they are pronounced is none of them."""
    strings: list[str] = []
    texts: list[str] = []
    inside = {"t": False, "rPh": False}

    def start(name: str, _: Mapping[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "si":
            texts.clear()
        elif local in inside:
            inside[local] = True

    def end(name: str) -> None:
        local = name.rpartition(":")[2]
        if local == "si":
            strings.append(_unescaped("".join(texts)))
        elif local in inside:
            inside[local] = False

    def characters(text: str) -> None:
        if inside["t"] and not inside["rPh"]:
            texts.append(text)

    parser = _parser(start, end, characters)
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    return strings


class SheetRows:
    """The rows of a sheet. `notes`: what is said of the sheet, whole when the rows have been gone through."""

    def __init__(
        self, archive: zipfile.ZipFile, part: str, strings: Sequence[str], styles: Sequence[Style], day_0: date
    ) -> None:
        self.notes: list[str] = []
        self._archive, self._part = archive, part
        self._strings, self._styles, self._day_0 = strings, styles, day_0
        self._columns: dict[str, int] = {}

    def rows(self) -> Iterator[Row]:
        """The rows in their order; of empty ones between them the first.

        Raises:
            ExpatError, ValueError, IndexError, zipfile.BadZipFile, zlib.error, EOFError: the sheet is damaged.
        """
        found: list[Row] = []
        hidden: list[int] = []
        parser = self._row_parser(found, hidden)
        last = 0
        with self._archive.open(self._part) as stream:
            while True:
                chunk = stream.read(_CHUNK_BYTES)
                parser.Parse(chunk, not chunk)
                for row in found:
                    if row.first > last + 1:
                        yield Row(last + 1, last + 1, [])
                    last = row.first
                    yield row
                found.clear()
                if not chunk:
                    break
        if hidden:
            self.notes.append(hidden_rows(hidden))

    def _row_parser(self, found: list[Row], hidden: list[int]) -> expat.XMLParserType:
        """A parser that puts each row into `found` when it ends, and the numbers of hidden ones that have cells into `hidden`."""
        columns, position_of, cell_of = self._columns, self._position, self._cell
        cells: list[str] = []
        faults: dict[int, Fault] = {}
        texts: list[str] = []
        number = position = 0
        attributes: Mapping[str, str] = {}
        is_hidden = is_text = has_formula = is_phonetic = False

        def start(name: str, given: Mapping[str, str]) -> None:
            nonlocal number, position, attributes, is_hidden, is_text, has_formula, is_phonetic
            if name == "c":
                attributes, has_formula = given, False
                texts.clear()
                if reference := given.get("r"):
                    letters = reference.rstrip("0123456789")
                    position = columns[letters] if letters in columns else position_of(letters)
                else:
                    position += 1
            elif name in ("v", "t"):
                is_text = not is_phonetic
            elif name == "f":
                has_formula = True
            elif name == "row":
                number = int(given.get("r", number + 1))
                is_hidden = given.get("hidden") in ("1", "true")
                position = -1
            elif name == "rPh":
                is_phonetic = True
            elif ":" in name:
                start(name.rpartition(":")[2], given)

        def end(name: str) -> None:
            nonlocal cells, faults, is_text, is_phonetic
            if name in ("v", "t"):
                is_text = False
            elif name == "c":
                text, fault = cell_of("".join(texts), attributes, has_formula)
                if text or fault:
                    if position >= len(cells):
                        cells += [""] * (position + 1 - len(cells))
                    cells[position] = text
                    if fault:
                        faults[position] = fault
            elif name == "row":
                if cells and is_hidden:
                    hidden.append(number)
                found.append(Row(number, number, cells, faults=faults))
                cells, faults = [], {}
            elif name == "rPh":
                is_phonetic = False
            elif ":" in name:
                end(name.rpartition(":")[2])

        def characters(text: str) -> None:
            if is_text:
                texts.append(text)

        return _parser(start, end, characters)

    def _position(self, letters: str) -> int:
        number = 0
        for letter in letters.upper():
            if not "A" <= letter <= "Z":
                raise ValueError(f"a cell in column {letters}")
            number = number * 26 + ord(letter) - 64
        return self._columns.setdefault(letters, number - 1)

    def _cell(self, value: str, attributes: Mapping[str, str], has_formula: bool) -> tuple[str, Fault | None]:
        """The text of a cell, and what is wrong with it."""
        type_ = attributes.get("t", "n")
        if type_ == "s":
            text, fault = self._strings[int(value)] if value else "", None
        elif type_ == "e":
            text, fault = "", Fault("error_cell", value)
        elif type_ in ("n", "d") and not value and has_formula:
            text, fault = "", Fault("no_value")
        elif type_ == "b":
            text, fault = "true" if value == "1" else "false" if value else "", None
        elif type_ == "n" and value:
            return self._number(value, attributes)
        else:
            text, fault = _unescaped(value), None
        return (text, self._struck(attributes, text)) if fault is None else (text, fault)

    def _number(self, value: str, attributes: Mapping[str, str]) -> tuple[str, Fault | None]:
        style = self._style(attributes)
        if style.shown is _PLAIN.shown or style.shown == _PLAIN.shown:
            if value.isascii() and value.isdigit() and len(value) <= _EXACT_DIGITS:
                text, fault = value, None
            else:
                text, fault = written(float(value), style.shown, self._day_0)
        else:
            text, fault = written(float(value), style.shown, self._day_0)
        return text, fault or (Fault("struck_out", text) if style.is_struck else None)

    def _struck(self, attributes: Mapping[str, str], text: str) -> Fault | None:
        return Fault("struck_out", text) if text and "s" in attributes and self._style(attributes).is_struck else None

    def _style(self, attributes: Mapping[str, str]) -> Style:
        number = int(attributes.get("s", "0"))
        return self._styles[number] if number < len(self._styles) else _PLAIN


def _parser(
    start: Callable[[str, Mapping[str, str]], None], end: Callable[[str], None], characters: Callable[[str], None]
) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: object) -> None:
    raise ValueError("a DOCTYPE in a workbook")


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text
