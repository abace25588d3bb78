"""The header of a table whose headings the policy knows: where it is, which column each heading means, and in which unit of money.

Does not belong here: the rows below it (`table.py`, `remarks.py`), and headers of tables that nobody knows (`content_header.py`).
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, NamedTuple

from readers.headings import heading_key
from readers.problems import WARNING, Unreadable
from readers.shapes import Column, Layout, Meaning
from readers.tables.cells import Fault, plain

#: The header is looked for in this many rows; what stands above it (titles, units) is no record.
HEADER_SCAN_ROWS = 50
#: A row is a header if it names this many columns: one alone occurs in notes and in data.
HEADER_MIN_COLUMNS = 2
#: A table without a header is told by as many rows as this, or more.
BARE_MIN_ROWS = 2
#: Of headings that mean no column so many are compared with all that are known: one that is like another may be a slip.
COMPARED_HEADINGS = 50
#: A note names so many headings, and the number of the others.
_NAMED_HEADINGS = 10
#: Of a heading it shows as much.
_HEADING_CHARS = 40
#: Of what stands above a header, a note shows as much.
_NOTED_CHARS = 500
#: How a note of a heading goes on after its place.
_HEADING_NOTE = "模板中没有列"
#: How `distinct` tells a repeated heading.
_NUMBERED = re.compile(r"_\d+$")
#: Two tables side by side repeat so many headings.
_LEAST_REPEATED = 2

#: What a list of fields says of the resource, and no more than that: else it is a catalogue with fields.
_LINKS = frozenset({"identifier", "title", "provider_name", "provider_code"})
_FIELD_NAMES = frozenset({"name", "english_name"})
#: What a heading that looks like the holder may have meant, the best first.
_HOLDERS = ("provider_name", "holder_code", "organisation_code", "name", "provider_code")


class Row(NamedTuple):
    """A row: its first and last physical row or line (1-based), cells, and text with line ends (CSV).

    In JSON: its place in the array from 0, cells, the item's text, and by heading what is no plain value. faults: by position, what is
    wrong with a cell that its text does not show.
    """

    first: int
    last: int
    cells: Sequence[str]
    text: str = ""
    nested: Mapping[str, Any] = {}
    faults: Mapping[int, Fault] = {}

    @property
    def is_empty(self) -> bool:
        return not (any(map(str.strip, self.cells)) or self.nested or self.faults)


@dataclass(frozen=True)
class Header:
    """A header row. Per position: a heading that no other position has, the column it means, if any, and the unit that it names.

    lists_fields: the table is a list of fields, each row one field of a resource that is described elsewhere. signs: by position,
    1 or -1, of columns whose amounts are parts that are summed (借方, 贷方).
    """

    headings: tuple[str, ...]
    columns: tuple[Column | None, ...]
    lists_fields: bool = False
    units: tuple[str | None, ...] = ()
    signs: Mapping[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, cells: Sequence[str], layout: Layout) -> "Header":
        """Take a row as header. Of two headings for one column the canonical one is taken, else the first."""
        headings = distinct([plain(cell.strip()) for cell in cells])
        if layout.field_headings:
            found = cls._found(cells, layout, of_field=True)
            names = {column.name for column in found.columns if column and column.of_field}
            others = {column.name for column in found.columns if column and not column.of_field}
            if names & _FIELD_NAMES and others <= _LINKS and (others or len(names) > 1):
                return cls(headings, found.columns, lists_fields=True)
        found = cls._found(cells, layout)
        return cls(headings, found.columns, units=found.units, signs=found.signs)

    @staticmethod
    def _found(cells: Sequence[str], layout: Layout, *, of_field: bool = False) -> "_Found":
        nothing = Meaning(None)
        meanings = [layout.meaning(cell, of_field=of_field) if cell.strip() else nothing for cell in cells]
        # 类型 and 说明 mean a field's only beside its name.
        if not any(of.column and of.column.of_field and of.column.name in _FIELD_NAMES for of in meanings):
            meanings = [of if of.column and not of.column.of_field else nothing for of in meanings]
        chosen: dict[Column, int] = {}
        for position, (column, _, sign) in enumerate(meanings):
            if column is None or sign:
                continue
            if column not in chosen or (
                layout.is_canonical(cells[position]) and not layout.is_canonical(cells[chosen[column]])
            ):
                chosen[column] = position
        columns: list[Column | None] = [None] * len(meanings)
        for column, position in chosen.items():
            columns[position] = column
        signs: dict[int, int] = {}
        for position, (column, _, sign) in enumerate(meanings):
            if column and sign and column not in chosen:
                columns[position], signs[position] = column, sign
        return _Found(tuple(columns), tuple(of.unit for of in meanings), signs)

    @property
    def mapped_count(self) -> int:
        return len({column for column in self.columns if column is not None})

    @property
    def unmapped(self) -> list[str]:
        """Headings that mean no column."""
        pairs = zip(self.headings, self.columns, strict=True)
        return [heading for heading, column in pairs if column is None and not heading.startswith("_extra_")]

    def heading(self, position: int) -> str:
        """The heading at a position from 0; `_extra_N` (N from 1) where there is none."""
        return self.headings[position] if position < len(self.headings) else f"_extra_{position + 1}"


class _Found(NamedTuple):
    columns: tuple[Column | None, ...]
    units: tuple[str | None, ...]
    signs: Mapping[int, int]


class Found(NamedTuple):
    """A header among the first rows of a table: it stands in rows `start` to `end` (exclusive, from 0).

    bare: the table has no header, and is read in this form of the layout.
    """

    header: Header
    start: int
    end: int
    bare: str = ""


def find_header(rows: Sequence[Row], layout: Layout) -> Found | None:
    """The row, or two rows (groups above columns), that name most columns, the first of equals.

    The layout of 政务信息资源目录 has two: 共享属性 above 共享类型, 共享条件 and 共享方式. Where none is a header, all
    rows may have one of the layout's forms of a table without.
    """
    return _named(rows, layout) or _bare(rows, layout)


def _named(rows: Sequence[Row], layout: Layout) -> Found | None:
    best: Found | None = None
    for depth in (1, 2):
        for start in range(len(rows) - depth + 1):
            upper, lower = rows[start].cells, rows[start + depth - 1].cells
            # A cell of the first row of data may be called as a column is: one more does not make a second header row.
            more = depth if best and best.end - best.start == 1 else 1
            least = max(HEADER_MIN_COLUMNS, best.header.mapped_count + more if best else 0)
            # Rows of data below a header that names a column in each cell need no closer look.
            if sum(1 for up, low in zip_longest(upper, lower, fillvalue="") if up.strip() or low.strip()) < least:
                continue
            header = Header.of(_joined(upper, lower, layout) if depth > 1 else lower, layout)
            if header.mapped_count >= least:
                best = Found(header, start, start + depth)
    return best


def _joined(upper: Sequence[str], lower: Sequence[str], layout: Layout) -> list[str]:
    """The headings of a header of two rows: the lower one, with its group before it where that is what the policy knows (期末余额 借方)."""
    joined, group = [], ""
    for up, low in zip_longest(upper, lower, fillvalue=""):
        group = up if up.strip() else group
        if not low.strip():
            joined.append(up)
            continue
        name, unit = layout.notation.money.of_heading(heading_key(group)) or (group, "")
        whole = f"{name} {low}" + (f"({unit})" if unit else "")
        joined.append(whole if group.strip() and layout.meaning(whole).column else low)
    return joined


def _bare(rows: Sequence[Row], layout: Layout) -> Found | None:
    filled = [row.cells for row in rows if any(cell.strip() for cell in row.cells)]
    for name, form in layout.bare.items():
        if len(filled) >= BARE_MIN_ROWS and all(
            len(cells) == len(form)
            and all(of.pattern.fullmatch(cell.strip()) for of, cell in zip(form, cells, strict=True))
            for cells in filled
        ):
            columns = tuple(cell.column for cell in form)
            return Found(Header(tuple(column.label_zh for column in columns), columns), 0, 0, name)
    return None


def heading_notes(place: str, above: Sequence[Row], found: Found, layout: Layout) -> Iterator[str]:
    """What a person should know of a table: what is above its header, and headings that mean no column."""
    header = found.header
    _refuse_side_by_side(place, header, layout)
    if found.bare:
        order = "、".join(header.headings)
        yield f"{place}: 没有表头，按“{order}”的次序读取 no header row; read as the form {found.bare} of policy/bare_table.csv"
    titles = [cell.strip() for row in above for cell in row.cells if cell.strip()]
    if titles:
        text = " ".join(titles)
        text = text if len(text) <= _NOTED_CHARS else f"{text[:_NOTED_CHARS]}…"
        yield f"{place}: 表头之上的内容不作为记录 above the header, not taken as records: {text}"
    if header.lists_fields:
        yield f"{place}: 信息项清单，每行一个信息项 a list of fields, each row one field of a resource"
    taken = {column for column in header.columns if column}
    for heading in header.unmapped:
        if heading_key(heading) in layout.holder_headings and (meant := _holder(layout, taken)):
            yield f"{WARNING}{place}: {_holder_words(heading, meant)}"
    yield from (f"{place}: {note}" for note in _unmapped_notes(header.unmapped, layout, taken))


def _refuse_side_by_side(place: str, header: Header, layout: Layout) -> None:
    """Refuse two tables side by side: each row would be two records, and only the left one would be seen."""
    first: dict[str, int] = {}
    repeated: dict[str, None] = {}
    for position, heading in enumerate(header.headings):
        name = _NUMBERED.sub("", heading)
        if name in first and header.columns[first[name]] and not header.columns[position] and layout.column(name):
            repeated[name] = None
        first.setdefault(name, position)
    if len(repeated) >= max(_LEAST_REPEATED, header.mapped_count / 2):
        raise Unreadable("side_by_side", place, "、".join(list(repeated)[:5]))


def _holder(layout: Layout, taken: Collection[Column]) -> Column | None:
    """The column of the holder, if no heading says it yet."""
    of_holder = [column for name in _HOLDERS for column in layout.columns if column.name == name]
    return None if any(column in taken for column in of_holder) else next(iter(of_holder), None)


def _holder_words(heading: str, meant: Column) -> str:
    return (
        f"{_HEADING_NOTE}“{heading}”，它看起来是持有单位，未按持有单位读取；是否为“{meant.label_zh}”？"
        f" it looks like the holder, but was not read as such; did you mean “{meant.heading}”?"
    )


def _unmapped_notes(headings: Sequence[str], layout: Layout, taken: Collection[Column]) -> Iterator[str]:
    """What to say of headings that mean no column, which are kept: of one that is like a column that is not taken a note, and of all
    others one.
    """
    others = []
    for position, heading in enumerate(headings):
        nearest = layout.nearest(heading, besides=taken) if position < COMPARED_HEADINGS else None
        if nearest is None:
            others.append(heading)
            continue
        yield (
            f"{_HEADING_NOTE}“{shortened(heading)}”，原样保留 not in the template; kept as it is；"
            f"是否为“{nearest.label_zh}” did you mean “{nearest.label_zh}” ({nearest.heading})?"
        )
    if others:
        kept = "not in the template; kept as it is" if len(others) == 1 else "not in the template; kept as they are"
        yield f"{_HEADING_NOTE}{named(others)}，原样保留 {kept}"


def shortened(heading: str) -> str:
    """A heading as far as a note shows it."""
    return heading if len(heading) <= _HEADING_CHARS else f"{heading[:_HEADING_CHARS]}…"


def named(headings: Sequence[str]) -> str:
    """The first of some headings, and how many there are if they are not all."""
    text = "、".join(f"“{shortened(heading)}”" for heading in headings[:_NAMED_HEADINGS])
    return text if len(headings) <= _NAMED_HEADINGS else f"{text} 等 {len(headings):,} 列 / columns"


def untold(notes: Iterable[str], told: set[str]) -> Iterator[str]:
    """The notes, those of a heading only where `told` has it not yet; it has them then. A delivery has each once."""
    for note in notes:
        what = note.removeprefix(WARNING).partition(": ")[2]
        if what.startswith(_HEADING_NOTE):
            if note[: len(WARNING)] + what in told:
                continue
            told.add(note[: len(WARNING)] + what)
        yield note


def distinct(cells: Sequence[str]) -> tuple[str, ...]:
    """Headings, made distinct: a repeated one gets `_2`, `_3`; an empty one is `_extra_N`, N from 1."""
    taken: dict[str, None] = {}  # in order
    repeated: dict[str, int] = {}  # how far each was counted: one may stand there a hundred thousand times
    for position, cell in enumerate(cells, start=1):
        name = heading = " ".join(cell.split()) or f"_extra_{position}"
        count = repeated.get(heading, 1)
        while name in taken:
            count += 1
            name = f"{heading}_{count}"
        repeated[heading] = count
        taken[name] = None
    return tuple(taken)
