"""What all readers share: the layout of a kind of delivery, and the shape in which records leave a reader.

Does not belong here: any format, and recognising one (`readers/records.py`).
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pyarrow as pa

from readers.headings import heading_key, undecorated
from readers.kinds import CATALOG, FIELD_KIND, KINDS
from readers.money import MoneyUnits
from readers.values import Notation

if TYPE_CHECKING:
    # A process that reads files is given layouts and reads no policy: the import would take it 0.15 s.
    from readers.policy.files import PolicyOnDay

#: A record as a reader gives it. All text; `record_key`, `body` and `violations` may be NULL. `kind` is that of the delivery, but
#: FIELD_KIND for a row of a field list. The hashes are SHA-256 in hexadecimal, of the text as delivered and of its canonical form.
#: That is, of JSON, its value with sorted keys and no white space between: the hash is blind to these two and how a character or an
#: exponent is written, and to nothing else. Of RDF it is the text, which is canonical. Of tables it is the body: the order of columns,
#: white space around cells, empty cells, which synonym heads a column, and the notation of dates, amounts and integers make no
#: difference. Where there is no body it is the text as delivered. `keyed` has hashes under the secret of a home, as JSON, of what may not
#: be shown; it is no part of the body, so that all else is equal wherever the same bytes are read.
RECORD_SCHEMA = pa.schema(
    [
        pa.field("kind", pa.string(), nullable=False),
        pa.field("source_pointer", pa.string(), nullable=False),
        pa.field("record_key", pa.string()),
        pa.field("raw", pa.string(), nullable=False),
        pa.field("body", pa.string()),
        pa.field("violations", pa.string()),
        pa.field("raw_hash", pa.string(), nullable=False),
        pa.field("canonical_hash", pa.string(), nullable=False),
        pa.field("keyed", pa.string()),
    ]
)
BATCH_RECORDS = 10_000
BATCH_CHARS = 16 << 20
#: Characters of a value that a violation shows.
SHOWN_CHARS = 200

#: The key of a body under which stands, by column, what was delivered as a date, month, amount or integer and is none: under the
#: column's own name stands nothing then, so that no model takes it for a value.
UNREAD = "unread"
#: Longer text is no heading of ours: likeness is not looked for.
_HEADING_CHARS = 40

_encode = msgspec.json.Encoder(order="sorted", decimal_format="number").encode


@dataclass(frozen=True)
class DeliveredFile:
    """A file of a delivery: its name (never trusted for the format), its hash and where it lies.

    resource_code: of the resource whose content it is, where the delivery says so.
    """

    name: str
    sha256: str
    path: Path
    resource_code: str | None = None


class Column(NamedTuple):
    """A canonical column of a kind. `name`: its key in a body; a field column's lacks the `field_` prefix."""

    name: str
    kind: str
    label_zh: str
    value_type: str
    is_key: bool
    is_required: bool = False

    @property
    def of_field(self) -> bool:
        return self.kind == FIELD_KIND

    @property
    def heading(self) -> str:
        """Its name in policy/delivery_column.csv, and so the English heading."""
        return f"field_{self.name}" if self.of_field else self.name


#: In place of a unit of money: neither the heading nor the column's own name says one (金额), so that the table must.
UNSAID = "?"


class Meaning(NamedTuple):
    """What a heading means: a column, if any, and the unit of money that the heading names, as in 金额（万元）.

    unit: UNSAID for amounts under a name without any. sign: 1 or -1 if it is a part of the column, which is the sum of its parts
    (期末余额 借方, 期末余额 贷方); else 0.
    """

    column: Column | None
    unit: str | None = None
    sign: int = 0


class BareCell(NamedTuple):
    """A cell of a table without a header: the column that it means, and the pattern of its text."""

    column: Column
    pattern: re.Pattern[str]


def notation_of(policy: "PolicyOnDay") -> Notation:
    """How values are written, as far as policy says it: the city's zone, and units of money."""
    zones = [entry.body["value"] for entry in policy.of("reading_setting") if entry.body["name"] == "city_time_zone"]
    units = policy.of("money_unit")
    factors = {
        heading_key(entry.body["unit"]): Decimal(entry.body["factor"]) if "factor" in entry.body else None
        for entry in units
    }
    return Notation(ZoneInfo(zones[0]) if zones else None, money=MoneyUnits(factors))


@dataclass(frozen=True)
class Layout:
    """The columns that a kind of delivery has, and the headings under which they come.

    headings: heading as `heading_key` gives it, to its column. canonical: those of them that are names or
    labels, not synonyms. field_headings: what headings mean in a list of fields (信息项), before `headings`. bare: the
    forms of tables without a header, by name. notation: the city's time zone and units of money. words: by role, those that mark a row
    as no record, or a heading as one to be filled. holder_headings: headings that look like the holder. signs: headings of parts of a
    column, which are summed, to 1 or -1. told: is given each header as it is understood: its place, and its headings with their columns.
    """

    kind: str
    columns: tuple[Column, ...]
    headings: Mapping[str, Column]
    canonical: frozenset[str]
    field_headings: Mapping[str, Column] = field(default_factory=dict)
    bare: Mapping[str, tuple[BareCell, ...]] = field(default_factory=dict)
    notation: Notation = field(default_factory=Notation)
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)
    holder_headings: frozenset[str] = frozenset()
    signs: Mapping[str, int] = field(default_factory=dict)
    told: Callable[[str, Sequence[tuple[str, Column | None]]], None] | None = None

    @classmethod
    def of(cls, policy: "PolicyOnDay", kind: str) -> "Layout":
        """The layout of a kind, from the policy lists of how tables are read; names win over synonyms.

        Raises:
            KeyError: the policy has no column of that kind.
        """
        kinds = (CATALOG, FIELD_KIND) if kind == CATALOG else (kind,)
        columns: dict[tuple[str, str], Column] = {}
        headings: dict[str, Column] = {}
        for entry in policy.of("delivery_column"):
            row = entry.body
            if row["kind"] not in kinds:
                continue
            name = row["column"].removeprefix("field_") if row["kind"] == FIELD_KIND else row["column"]
            column = Column(
                name,
                row["kind"],
                row["label_zh"],
                row["value_type"],
                row["is_key"] == "yes",
                row["is_required"] == "yes",
            )
            columns[row["kind"], row["column"]] = column
            for heading in (row["column"], row["label_zh"], row["label_en"]):
                headings.setdefault(heading_key(heading), column)
        if not columns:
            raise KeyError(kind)
        canonical = frozenset(headings)
        field_headings = {key: column for key, column in headings.items() if column.of_field}
        for entry in policy.of("heading_synonym"):
            column = columns.get((entry.body["kind"], entry.body["column"]))
            if column is not None:
                headings.setdefault(heading_key(entry.body["heading"]), column)
                if column.of_field:
                    field_headings.setdefault(heading_key(entry.body["heading"]), column)
        signs: dict[str, int] = {}
        for entry in policy.of("column_part"):
            column = columns.get((entry.body["kind"], entry.body["column"]))
            key = heading_key(entry.body["heading"])
            if column is not None and headings.setdefault(key, column) is column:
                signs[key] = -1 if entry.body["sign"] == "-" else 1
        bare: dict[str, dict[int, BareCell]] = {}
        for entry in policy.of("bare_table"):
            row = entry.body
            if row["kind"] == kind:
                cell = BareCell(columns[kind, row["column"]], re.compile(row["pattern"]))
                bare.setdefault(row["form"], {})[int(row["position"])] = cell
        forms = {form: tuple(cell for _, cell in sorted(cells.items())) for form, cells in bare.items()}
        words: dict[str, set[str]] = {}
        for entry in policy.of("table_word"):
            words.setdefault(entry.body["role"], set()).add(heading_key(entry.body["word"]))
        return cls(
            kind,
            tuple(columns.values()),
            headings,
            canonical,
            field_headings,
            forms,
            notation_of(policy),
            {role: frozenset(found) for role, found in words.items()},
            frozenset(heading_key(entry.body["heading"]) for entry in policy.of("holder_heading")),
            signs,
        )

    def meaning(self, heading: str, *, of_field: bool = False) -> Meaning:
        """What a heading names. A unit of money beside it is none of its name, nor is what says that it must be filled (必填).

        of_field: it stands in a list of fields.
        """
        key = heading_key(heading)
        column = self._known(key, of_field)
        if column is None and len(key) <= _HEADING_CHARS:
            key = undecorated(key, self.words.get("required", frozenset()))
            column = self._known(key, of_field)
        if column is not None and column.value_type != "amount":
            return Meaning(column)
        if key in self.signs:
            return Meaning(column, None, self.signs[key])
        if column is not None and key == heading_key(column.heading):
            return Meaning(column)
        if column is None and (len(key) > _HEADING_CHARS or key in self._amounts):
            return Meaning(self._amounts.get(key), UNSAID)
        if (found := self.notation.money.of_heading(key)) is None:
            return Meaning(column)
        name, unit = found
        if column:
            return Meaning(column, unit)
        part = self._amounts.get(name)
        return Meaning(part, unit, self.signs.get(name, 0)) if part else Meaning(None)

    def column(self, heading: str, *, of_field: bool = False) -> Column | None:
        """The column that a heading names, or None. of_field: it stands in a list of fields."""
        return self.meaning(heading, of_field=of_field).column

    def _known(self, key: str, of_field: bool) -> Column | None:
        return (self.field_headings.get(key) if of_field else None) or self.headings.get(key)

    @cached_property
    def _amounts(self) -> Mapping[str, Column]:
        """The columns of amounts by their headings without unit: 金额 for 金额（元）."""
        amounts = {key: column for key, column in self.headings.items() if column.value_type == "amount"}
        found = ((self.notation.money.of_heading(key), column) for key, column in amounts.items())
        return {**{of[0]: column for of, column in found if of}, **amounts}

    def is_canonical(self, heading: str) -> bool:
        """Whether a heading is a column's own name or label, not a synonym."""
        return undecorated(heading_key(heading), self.words.get("required", frozenset())) in self.canonical

    def nearest(self, heading: str, besides: Collection[Column] = ()) -> Column | None:
        """The column, none of `besides`, that has the heading most like this, if any."""
        key = heading_key(heading)
        if len(key) > _HEADING_CHARS:
            return None
        headings = [known for known, column in self.headings.items() if column not in besides]
        found = get_close_matches(key, headings, n=1, cutoff=0.6)
        return self.headings[found[0]] if found else None

    def record_key(self, body: Mapping[str, Any], kind: str | None = None) -> str | None:
        """What identifies a record in its delivery: its key columns joined by `|`, then its accounting period if its kind has
        one; None if all are empty.

        For a catalogue: the identifier, else the landing page, else provider and title. For a row of a field list
        (`kind` is FIELD_KIND): `field|`, what it says of the resource, and the names of the field.
        """
        if kind == FIELD_KIND:
            of = body.get("identifier") or "|".join(filter(None, (body.get("provider_name"), body.get("title"))))
            names = [body["fields"][0].get(name, "") for name in ("name", "english_name")] if body.get("fields") else []
            return f"field|{of}|{'|'.join(names)}" if of and any(names) else None
        if self.kind == CATALOG:
            alone = body.get("identifier") or body.get("landing_page")
            if alone:
                return alone
            parts = [body.get("provider_name", ""), body.get("title", "")]
        else:
            parts = [body.get(column.name, "") for column in self.columns if column.is_key]
            if (posted := KINDS[self.kind].period_column) and any(parts):
                parts.append(body.get(posted, "")[: len("YYYY-MM")])
        return "|".join(parts) if any(parts) else None


class Violation(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the standard of a format finds wrong with a record.

    rule: slug, with the severity, words and mend in policy/rejection_rule.csv; none of the model's own rules
    (missing_value and so on). column: place in the record (JSON pointer) or canonical column, "" for the whole
    record. value: what stands there, shortened. expected: what should, for `{expected}` in the words of the
    rule. message_zh, message_en: words of a validator that has its own; both or neither.
    """

    rule: str
    column: str
    value: str | None = None
    expected: str | None = None
    message_zh: str | None = None
    message_en: str | None = None


class Record(NamedTuple):
    """A record before it is encoded: pointer, text as delivered, body (None if it could not be parsed).

    kind: None is that of the layout. canonical: its canonical form, if that is not the body. keyed: hashes under a home's secret, if any.
    """

    pointer: str
    raw: str
    body: dict[str, Any] | None
    violations: Sequence[Violation] = ()
    kind: str | None = None
    canonical: bytes | None = None
    keyed: dict[str, Any] | None = None


@dataclass(frozen=True)
class Reading:
    """A file split into records. `batches` (RECORD_SCHEMA) are gone through once, and may raise Unreadable.

    encoding: of delimited text and JSON, None for workbooks. notes: what a person should know, in Chinese and
    English; whole when `batches` has ended.
    """

    format: str
    encoding: str | None
    batches: Iterator[pa.RecordBatch]
    notes: list[str] = field(default_factory=list)


def json_text(value: object) -> str:
    """JSON in canonical form: keys sorted, compact, not escaped; equal content gives equal text."""
    return _encode(value).decode()


def shown(value: object) -> str:
    """A value as a violation shows it: text as it is, anything else as JSON, cut after SHOWN_CHARS."""
    text = value if isinstance(value, str) else json_text(value)
    return text if len(text) <= SHOWN_CHARS else text[: SHOWN_CHARS - 1] + "…"


def violations_text(violations: Sequence[Violation]) -> str | None:
    """The violations of a record as it keeps them: of each rule and place the first; None if there are none."""
    if not violations:
        return None
    first: dict[tuple[str, str], Violation] = {}
    for violation in violations:
        first.setdefault((violation.rule, violation.column), violation)
    return json_text(list(first.values()))


def record_batches(records: Iterable[Record], layout: Layout) -> Iterator[pa.RecordBatch]:
    """Encode records into batches of RECORD_SCHEMA, of BATCH_RECORDS records or about BATCH_CHARS of text."""
    rows: list[tuple[str | bytes | None, ...]] = []
    chars = 0
    for record in records:
        # Encoded at once, so that no batch of parsed bodies is kept for the garbage collector to go through.
        rows.append(_row(record, layout))
        chars += len(record.raw)
        if len(rows) == BATCH_RECORDS or chars > BATCH_CHARS:
            yield _batch(rows)
            rows, chars = [], 0
    if rows:
        yield _batch(rows)


def _row(record: Record, layout: Layout) -> tuple[str | bytes | None, ...]:
    """A record in the order of RECORD_SCHEMA; text may be UTF-8."""
    pointer, text, body, violations, kind, canonical, keyed = record
    raw = text.encode()
    raw_hash = _hash(raw)
    start = kind or layout.kind, pointer
    if body is None:
        return *start, None, raw, None, violations_text(violations), raw_hash, raw_hash, None
    encoded = _encode(body)
    return (
        *start,
        layout.record_key(body, kind),
        raw,
        encoded,
        violations_text(violations),
        raw_hash,
        _hash(canonical or encoded),
        _encode(keyed) if keyed else None,
    )


def _batch(rows: Sequence[tuple[str | bytes | None, ...]]) -> pa.RecordBatch:
    return pa.record_batch([text_array(column) for column in zip(*rows, strict=True)], schema=RECORD_SCHEMA)


def text_array(values: Sequence[str | bytes | None]) -> pa.StringArray:
    """Texts as an Arrow array; bytes are UTF-8."""
    # pa.array would import all of pandas wherever that is installed, which takes as long as reading 15,000 records.
    texts = [value.encode() if isinstance(value, str) else value or b"" for value in values]
    ends = np.cumsum([len(text) for text in texts], dtype=np.int32)
    offsets = pa.py_buffer(np.concatenate([np.zeros(1, np.int32), ends]).tobytes())
    missing = [value is None for value in values]
    valid = pa.py_buffer(np.packbits(np.logical_not(missing), bitorder="little").tobytes()) if any(missing) else None
    return pa.StringArray.from_buffers(len(values), offsets, pa.py_buffer(b"".join(texts)), valid)


def _hash(data: bytes) -> str:
    # DuckDB's own sha256 took nine times as long.
    return sha256(data).hexdigest()
