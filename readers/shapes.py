"""What all readers share: the layout of a kind of delivery, and the shape in which records leave a reader.

Does not belong here: any format, and recognising one (`readers/records.py`).
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from unicodedata import normalize

import msgspec
import pyarrow as pa

from readers.policy import PolicySet

#: A record as a reader gives it. All text; `record_key` and `body` may be NULL.
RECORD_SCHEMA = pa.schema(
    [
        pa.field("source_pointer", pa.string(), nullable=False),
        pa.field("record_key", pa.string()),
        pa.field("raw", pa.string(), nullable=False),
        pa.field("body", pa.string()),
    ]
)
BATCH_RECORDS = 10_000

#: The kind whose records are resources, with fields of the kind FIELD_KIND.
CATALOG = "catalog"
FIELD_KIND = "catalog.field"

_IGNORED = re.compile(r"[\s_\-*:]+")
_encode = msgspec.json.Encoder(order="sorted", decimal_format="number").encode


@dataclass(frozen=True)
class DeliveredFile:
    """A file of a delivery: its name (never trusted for the format), its hash and where it lies."""

    name: str
    sha256: str
    path: Path


class Column(NamedTuple):
    """A canonical column of a kind. `name`: its key in a body; a field column's lacks the `field_` prefix."""

    name: str
    kind: str
    label_zh: str
    value_type: str
    is_key: bool

    @property
    def of_field(self) -> bool:
        return self.kind == FIELD_KIND


@dataclass(frozen=True)
class Layout:
    """The columns that a kind of delivery has, and the headings under which they come.

    headings: heading as `heading_key` gives it, to its column. canonical: those of them that are names or
    labels, not synonyms.
    """

    kind: str
    columns: tuple[Column, ...]
    headings: Mapping[str, Column]
    canonical: frozenset[str]

    @classmethod
    def of(cls, policy: PolicySet, kind: str) -> "Layout":
        """The layout of a kind, from the lists delivery_column and heading_synonym; names win over synonyms.

        Raises:
            KeyError: the policy has no column of that kind.
        """
        kinds = (CATALOG, FIELD_KIND) if kind == CATALOG else (kind,)
        columns: dict[tuple[str, str], Column] = {}
        headings: dict[str, Column] = {}
        for entry in policy.current("delivery_column"):
            row = entry.body
            if row["kind"] not in kinds:
                continue
            name = row["column"].removeprefix("field_") if row["kind"] == FIELD_KIND else row["column"]
            column = Column(name, row["kind"], row["label_zh"], row["value_type"], row["is_key"] == "yes")
            columns[row["kind"], row["column"]] = column
            for heading in (row["column"], row["label_zh"], row["label_en"]):
                headings.setdefault(heading_key(heading), column)
        if not columns:
            raise KeyError(kind)
        canonical = frozenset(headings)
        for entry in policy.current("heading_synonym"):
            column = columns.get((entry.body["kind"], entry.body["column"]))
            if column is not None:
                headings.setdefault(heading_key(entry.body["heading"]), column)
        return cls(kind, tuple(columns.values()), headings, canonical)

    def column(self, heading: str) -> Column | None:
        """The column that a heading names, or None."""
        return self.headings.get(heading_key(heading))

    def is_canonical(self, heading: str) -> bool:
        """Whether a heading is a column's own name or label, not a synonym."""
        return heading_key(heading) in self.canonical

    def nearest(self, heading: str, besides: Collection[Column] = ()) -> str | None:
        """The Chinese label of the column, none of `besides`, that has the heading most like this, if any."""
        headings = [key for key, column in self.headings.items() if column not in besides]
        found = get_close_matches(heading_key(heading), headings, n=1, cutoff=0.6)
        return self.headings[found[0]].label_zh if found else None

    def record_key(self, body: Mapping[str, Any]) -> str | None:
        """What identifies a record in its delivery: its key columns joined by `|`; None if all are empty.

        For a catalogue: the identifier, else the landing page, else provider and title.
        """
        if self.kind == CATALOG:
            alone = body.get("identifier") or body.get("landing_page")
            if alone:
                return alone
            parts = [body.get("provider_name", ""), body.get("title", "")]
        else:
            parts = [body.get(column.name, "") for column in self.columns if column.is_key]
        return "|".join(parts) if any(parts) else None


class Record(NamedTuple):
    """A record before it is encoded: pointer, text as delivered, body (None if it could not be parsed)."""

    pointer: str
    raw: str
    body: dict[str, Any] | None


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


def heading_key(heading: str) -> str:
    """A heading without what does not tell headings apart: width, case, spaces, `_`, `-`, `*` and colon."""
    return _IGNORED.sub("", normalize("NFKC", heading)).casefold()


def json_text(value: object) -> str:
    """JSON in canonical form: keys sorted, compact, not escaped; equal content gives equal text."""
    return _encode(value).decode()


def record_batches(records: Iterable[Record], layout: Layout) -> Iterator[pa.RecordBatch]:
    """Encode records into batches of RECORD_SCHEMA."""
    records = iter(records)
    while portion := list(islice(records, BATCH_RECORDS)):
        yield pa.record_batch(
            [
                pa.array([record.pointer for record in portion], pa.string()),
                pa.array([layout.record_key(record.body or {}) for record in portion], pa.string()),
                pa.array([record.raw for record in portion], pa.string()),
                pa.array(
                    [None if record.body is None else json_text(record.body) for record in portion],
                    pa.string(),
                ),
            ],
            schema=RECORD_SCHEMA,
        )
