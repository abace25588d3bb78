"""What a document of a report is made of, whatever its format: headings, sentences, tables and charts.

Belongs here: the parts, and that no sentence has a number of its own: a template without digits, filled with figures of the report's
tables (`figures.py`) and with texts that the report carries. Does not belong here: what a document says (`sections.py`,
`brief_document.py` and its neighbours), and how a format shows it (`word_blocks.py`, `pdf_blocks.py`).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from string import Formatter

from warehouse.publish.report.figures import Figure
from warehouse.publish.word_document import plain

#: Digits of every script; Chinese ones count headings and paragraphs alone.
_DIGIT = re.compile(r"\d")


class Quote(str):
    """A text that the report carries, such as a unit's name or a period, and that may have digits."""

    def __new__(cls, text: object) -> "Quote":
        return super().__new__(cls, plain(text))


@dataclass(frozen=True)
class Sentence:
    """A sentence in its parts: words of the template, figures, quotes."""

    parts: tuple[str | Figure | Quote, ...]

    @property
    def text(self) -> str:
        return "".join(part.said if isinstance(part, Figure) else part for part in self.parts)


@dataclass(frozen=True)
class Heading:
    """level: 0 for the document's title, 1 for `一、`, 2 for `（一）`; the numbers are given by `numbered`."""

    level: int
    text: str


@dataclass(frozen=True)
class Line:
    """A line of its own below the title or at the end. style: `centred`, `left` or `right`."""

    sentence: Sentence
    style: str


@dataclass(frozen=True)
class Paragraph:
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class Grid:
    """A table. unit: of its amounts. widths: of the columns, relative. figures stand to the right, texts to the left."""

    caption: str
    unit: str
    heads: Sequence[str]
    widths: Sequence[float]
    rows: Sequence[Sequence[Figure | Quote | str]]


@dataclass(frozen=True)
class Bar:
    """A bar: from the end of the one before where it is a step, else from zero. falls: the step goes down."""

    label: str
    figure: Figure
    is_step: bool = False
    falls: bool = False


@dataclass(frozen=True)
class Chart:
    """Bars of amounts in 万元. across: they lie, for long names."""

    title: str
    bars: Sequence[Bar]
    across: bool = True

    @property
    def spoken(self) -> str:
        """What the chart shows, for who cannot see it."""
        return f"{self.title}：" + "，".join(f"{bar.label}{bar.figure.said}" for bar in self.bars)


@dataclass(frozen=True)
class NewPage:
    pass


Block = Heading | Line | Paragraph | Grid | Chart | NewPage


def sentence(template: str, /, **parts: Figure | Quote | str) -> Sentence:
    """A sentence: a template such as `期末原值{cost}。` filled.

    Args:
        parts: figures, quotes, and words of the program's own, which have no digits either.

    Raises:
        ValueError: a number stands in the template or in a word.
    """
    filled: list[str | Figure | Quote] = []
    for words, name, _, _ in Formatter().parse(template):
        filled += [words] if words else []
        filled += [parts[name]] if name else []
    for part in filled:
        if not isinstance(part, Figure | Quote) and _DIGIT.search(part):
            raise ValueError(f"{template}: a number that is not from a table 数字不来自报表: {part}")
    return Sentence(tuple(filled))


def listed(*clauses: Sentence | None) -> Sentence | None:
    """Clauses as one sentence, with commas between; None if none can be said."""
    said = [clause for clause in clauses if clause is not None]
    parts: list[str | Figure | Quote] = []
    for number, clause in enumerate(said, start=1):
        parts += [*clause.parts, "。" if number == len(said) else "，"]
    return Sentence(tuple(parts)) if said else None


def paragraph(*sentences: Sentence | None) -> Paragraph | None:
    """A paragraph of what can be said; None if nothing can."""
    said = tuple(of for of in sentences if of is not None)
    return Paragraph(said) if said else None


def numbered(blocks: Iterable[Block | None]) -> list[Block]:
    """The blocks that are there, their headings numbered as in government documents."""
    done: list[Block] = []
    above = below = 0
    for block in blocks:
        if isinstance(block, Heading) and block.level == 1:
            above, below = above + 1, 0
            block = Heading(1, f"{chinese_number(above)}、{block.text}")
        elif isinstance(block, Heading) and block.level == 2:
            below += 1
            block = Heading(2, f"（{chinese_number(below)}）{block.text}")
        if block is not None:
            done.append(block)
    return done


def chinese_number(number: int) -> str:
    """1 to 99 as 一 to 九十九."""
    digits = "〇一二三四五六七八九"
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else digits[tens]) + ("十" if tens else "") + (digits[ones] if ones or not tens else "")


def figures_of(blocks: Iterable[Block]) -> Iterator[Figure]:
    """Every figure that the blocks say."""
    for block in blocks:
        if isinstance(block, Paragraph | Line):
            said = block.sentences if isinstance(block, Paragraph) else (block.sentence,)
            yield from (part for one in said for part in one.parts if isinstance(part, Figure))
        elif isinstance(block, Grid):
            yield from (cell for row in block.rows for cell in row if isinstance(cell, Figure))
        elif isinstance(block, Chart):
            yield from (bar.figure for bar in block.bars)
