"""The rows of a policy file: the lines of a CSV file, or the entries of a TOML file, with line and raw text.

Does not belong here: what a row must be (`files.py`, `lists/`).
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import PurePosixPath
from typing import NamedTuple

from readers.lines import Line, LongCellError, OpenQuoteError, split, without_line_end
from readers.policy.lists import LISTS
from readers.policy.lists.shape import PROVENANCE, ListShape
from readers.policy.problems import Problem


class Row(NamedTuple):
    """An entry as it stands in a file: `line` where it begins."""

    line: int
    cells: Mapping[str, str]
    raw: str


def csv_rows(name: str, shape: ListShape, data: bytes, problems: list[Problem]) -> Iterator[Row]:
    lines = _lines(name, data, problems)
    if lines is None:
        return
    header = [cell.strip() for cell in lines[0].cells] if lines else []
    wrong = list(_header_problems(name, shape, header))
    problems += wrong
    for line in lines[1:] if not wrong else ():
        if len(line.cells) != len(header):
            problems.append(
                Problem.of(name, line.first, "ragged_row", cells=len(line.cells), columns=len(header)),
            )
        else:
            yield Row(line.first, _cells(header, line), without_line_end(line.text))


def toml_rows(name: str, data: bytes, heads: Mapping[str, str], problems: list[Problem]) -> dict[str, list[Row]]:
    """The `[[head]]` entries of a TOML file by list. Each is read for itself, so that its line is known.

    What stands before the first of them holds for all that do not say otherwise; an entry of a list of forms is of the form that the file
    is called after, and one of a list with places has the next one where it gives none.

    Args:
        heads: the list of each head.
    """
    found: dict[str, list[Row]] = {of: [] for of in heads.values()}
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        problems.append(Problem.of(name, data.count(b"\n", 0, error.start) + 1, "bad_encoding"))
        return found
    starts = [match.start() for match in re.finditer(r"^[ \t]*\[\[", text, re.MULTILINE)]
    common: dict[str, str] = {}
    for start, end in pairwise([0, *starts, len(text)]):
        line, block = text.count("\n", 0, start) + 1, text[start:end]
        try:
            read = tomllib.loads(block)
        except tomllib.TOMLDecodeError as error:
            at = re.search(r"at line (\d+)", str(error))
            place = line + (int(at[1]) - 1 if at else block.rstrip().count("\n"))
            problems.append(Problem.of(name, place, "bad_toml", reason=error))
            continue
        known = {head: read.pop(head) for head in heads if isinstance(read.get(head), list)}
        entries = [(heads[head], entry) for head, of_head in known.items() for entry in of_head]
        told = [read, *(entry for _, entry in entries)]
        stray = [key for of in told for key, value in of.items() if isinstance(value, dict | list)]
        problems += [Problem.of(name, line, "unknown_entry", key=key, heads=_told(heads)) for key in stray]
        if stray:
            continue
        common |= _texts(read)
        # Remarks between entries belong to none of them.
        raw = re.sub(r"(\n[ \t]*(#[^\n]*)?)+$", "", block)
        for of, entry in entries:
            cells = {**common, **_texts(entry)}
            if "form" in LISTS[of].columns:
                cells.setdefault("form", PurePosixPath(name).stem)
            if "position" in LISTS[of].columns:
                cells.setdefault("position", str(len(found[of]) + 1))
            found[of].append(Row(line, cells, raw))
    return found


def _texts(entry: Mapping[str, object]) -> dict[str, str]:
    return {column: str(value).strip() for column, value in entry.items()}


def _told(heads: Iterable[str]) -> str:
    return ", ".join(f"[[{head}]]" for head in heads)


def _lines(name: str, data: bytes, problems: list[Problem]) -> list[Line] | None:
    try:
        return [line for line in split(data.decode("utf-8-sig")) if line.cells]
    except UnicodeDecodeError as error:
        problems.append(Problem.of(name, data.count(b"\n", 0, error.start) + 1, "bad_encoding"))
    except (OpenQuoteError, LongCellError) as error:
        problems.append(Problem.of(name, error.line, "bad_csv"))
    return None


def _cells(header: list[str], line: Line) -> dict[str, str]:
    return {column: cell.strip() for column, cell in zip(header, line.cells, strict=True)}


def _header_problems(name: str, shape: ListShape, header: list[str]) -> Iterator[Problem]:
    for column in (*shape.key, *shape.filled, *shape.optional, *PROVENANCE):
        if column not in header:
            yield Problem.of(name, 1, "missing_column", column=column)
    for column in sorted(set(header)):
        if header.count(column) > 1:
            yield Problem.of(name, 1, "duplicate_column", column=column)
