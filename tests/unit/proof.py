"""That every number of a document is a figure of its report, or follows from its figures as it says: reckoned anew, by other means."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from zipfile import ZipFile

from lxml import etree  # type: ignore[attr-defined]

from warehouse.publish.report.blocks import Block, figures_of
from warehouse.publish.report.edition import Check, Report
from warehouse.publish.report.figures import Cell, CheckAmount, CheckTally, Figure
from warehouse.publish.report.notes_document import BASIS

#: A number as documents write it, with its commas and cents.
_NUMBER = re.compile(r"-?\d+(?:,\d{3})*(?:\.\d+)?")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
#: What is derived, in fractions.
_RECKONED: Mapping[str, Callable[[Sequence[Fraction]], Fraction]] = {
    "sum": lambda of: Fraction(sum(of)),
    "difference": lambda of: of[0] - of[1],
    "size of difference": lambda of: max(of[0] - of[1], of[1] - of[0]),
    "share": lambda of: _two_places(100 * of[0] / of[1]),
    "growth": lambda of: _two_places(100 * (of[0] - of[1]) / max(of[1], -of[1])),
    "size of growth": lambda of: abs(_two_places(100 * (of[0] - of[1]) / of[1])),
}


def _two_places(value: Fraction) -> Fraction:
    """Half away from zero, in whole numbers."""
    sign = -1 if value < 0 else 1
    return Fraction(sign * ((abs(value) * 200 + 1) // 2), 100)


def prove(figure: Figure, report: Report) -> None:
    """Insist that a figure stands in the report or follows from what does."""
    if figure.how == "rows":
        assert figure.value == len(figure.of)
        assert all(map(_is_in(report), figure.of))
        return
    parts = [_value(part, report) for part in figure.of]
    if None in parts:
        assert figure.value is None
        return
    known = [Fraction(part) for part in parts if part is not None]
    if figure.how == "as it stands":
        (value,) = known
    elif figure.how in ("share", "growth", "size of growth") and known[1] == 0:
        assert figure.value is None
        return
    else:
        value = _RECKONED[figure.how](known)
    assert figure.value is not None
    assert Fraction(figure.value) == value, figure


def _value(part: Figure | Cell | CheckAmount | CheckTally | Check, report: Report) -> Decimal | None:
    if isinstance(part, Figure):
        prove(part, report)
        return part.value
    assert _is_in(report)(part)
    if isinstance(part, CheckTally):
        return Decimal(vars(part.counts)[part.name])
    if isinstance(part, CheckAmount):
        return Decimal(getattr(part.check, part.side))
    assert isinstance(part, Cell)
    row = dict(zip((column.name for column in part.page.columns), part.page.rows[part.row], strict=True))
    found = row[part.column]
    return None if found is None else Decimal(found)


def _is_in(report: Report) -> Callable[[object], bool]:
    def found(part: object) -> bool:
        if isinstance(part, Cell):
            return any(part.page is page for page in (*report.pages, *report.before)) and 0 <= part.row < len(
                part.page.rows
            )
        if isinstance(part, CheckTally):
            return part.counts is report.check_counts
        return (part.check if isinstance(part, CheckAmount) else part) in report.checks

    return found


def own_texts(report: Report) -> list[str]:
    """What a report says itself, and so a document may repeat, digits and all: names, codes, notes, titles, its days; the longest first."""
    edition = report.edition
    year, month = map(int, edition.period.split("-"))
    days = {f"{year}年{month}月{day}日" for day in (28, 29, 30, 31)}
    cells = {cell for page in report.pages for row in page.rows for cell in row if isinstance(cell, str)}
    pages = {
        text for page in report.pages for text in (page.title, page.note, *(column.label for column in page.columns))
    }
    keys = {part for page in report.pages for key in page.keys for part in key[1:]}
    checks = {
        text
        for of in report.checks
        for text in (of.form.upper(), of.name, of.entity_name, of.entity_code, of.let_pass_by)
    }
    mine = {f"{edition.scope.name}{year}年{month}月", f"第{edition.version}版", edition.scope.code}
    basis = {text for texts in BASIS.values() for text in texts}
    found = {*days, *cells, *pages, *keys, *checks, *mine, *basis, *report.notes}
    return sorted((text for text in found if re.search(r"\d", text)), key=len, reverse=True)


def numbers(text: str, own: Iterable[str]) -> list[Decimal]:
    """The numbers of a text, without those in what the report itself says, over ends of lines too."""
    squeezed = _squeezed(text)
    # Most of what a report says is in no line: the search that bears ends of lines is for what is.
    for known in own:
        if _squeezed(known) in squeezed:
            text = re.sub(r"\s*".join(map(re.escape, known)), "＿", text)
    return [Decimal(found.replace(",", "")) for found in _NUMBER.findall(text)]


def _squeezed(text: str) -> str:
    return "".join(text.split())


def shown(blocks: Sequence[Block]) -> set[Decimal]:
    """Every number that the figures of the blocks may be written as: as they are and in 万元."""
    values = {figure.value for figure in figures_of(blocks) if figure.value is not None}
    return values | {Decimal(int(100 * _two_places(Fraction(value) / 10_000))).scaleb(-2) for value in values}


def word_lines(file: Path) -> list[str]:
    """The paragraphs of a DOCX file, those in tables too, and what is said of its charts."""
    with ZipFile(file) as parts:
        tree = etree.fromstring(parts.read("word/document.xml"))
    lines = ["".join(node.text or "" for node in of.iter(f"{_W}t")) for of in tree.iter(f"{_W}p")]
    return [*lines, *(node.get("descr") for node in tree.iter() if etree.QName(node).localname == "docPr")]
