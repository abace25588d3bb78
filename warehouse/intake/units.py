"""Codes of units: which the delivered organisations know, and what looks wrong with one. It is said; nothing is refused for it.

Belongs here: what is known, what is in doubt, in words. Does not belong here: who may speak for whom (`landing.speaker`), and where
doubts are shown (receipts, the terminal).
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import NamedTuple

import duckdb
import polars as pl

from readers.near import near
from readers.policy.files import PolicyOnDay, PolicySet
from readers.profiling.detectors.checksums import credit_code
from warehouse import queries
from warehouse.intake.deliveries import OPERATOR, Delivery, Known
from warehouse.store.lake import Lake

#: The kind of delivery that says which units there are.
_ORGANISATIONS = "organisations"
#: A unit's own code is known by being delivered; the other side of an event may be anyone.
_OWN, _ANYONE = "organisation_code", "counterpart_code"
_CREDIT_CODE_LENGTH = 18
#: Of codes in doubt so many are named, with what may have been meant: that is looked for among all units.
_NAMED = 5
#: The codes of a city begin alike: one that is meant differs in a digit or two.
_ALIKE = 0.85
#: A code in a text, without a name behind it.
_IN_TEXT = re.compile(r"(?<![0-9A-Za-z])[0-9A-Z]{18}(?![0-9A-Za-z（])")

NOBODY_KNOWN = (
    "尚未接收组织机构，单位代码无从核对",
    "no organisations were taken in yet, so that codes of units cannot be checked",
)
_HAVE_DELIVERED = ("请主管部门交付组织机构", "have the organisations delivered")
_WAITING = (
    "组织机构待下次运行接收，单位代码届时核对，见回执",
    "organisations wait for the next run, which checks codes of units; see the receipts",
)


class Doubt(NamedTuple):
    """What looks wrong with codes of units, in words: in how many records, and where the first stands ("" where no record says it)."""

    message_zh: str
    message_en: str
    mend_zh: str
    mend_en: str
    records: int = 0
    file: str = ""
    place: str = ""


class Sender(NamedTuple):
    """Who sent a delivery, for whom, and of which day it is."""

    delivery_id: str
    deliverer_code: str
    holder_code: str | None
    delivery_date: date


class NamedCode(NamedTuple):
    """A code that records of a delivery name in a column: in how many, and where first."""

    delivery_id: str
    kind: str
    column: str
    code: str
    records: int
    file: str
    place: str


@dataclass(frozen=True)
class Units:
    """The units that are known.

    names: by code, of those that organisations deliveries know. of_policy: codes that policy names, of authorities and of systems that
    gather. form: of a unified social credit code (GB 32100), if policy has it.
    """

    names: Mapping[str, str]
    of_policy: frozenset[str]
    form: re.Pattern[str] | None

    @classmethod
    def of(cls, policy: PolicyOnDay, names: Mapping[str, str]) -> "Units":
        forms = [
            entry.body["value_pattern"] for entry in policy.of("detector") if entry.body.get("check") == "credit_code"
        ]
        authorities = {entry.body["unit_code"] for entry in policy.of("authority_unit")}
        gatherers = {entry.body["deliverer_code"] for entry in policy.of("source_system")}
        return cls(names, frozenset({OPERATOR} | authorities | gatherers), re.compile(forms[0]) if forms else None)

    def is_unknown(self, code: str) -> bool:
        """Whether no delivery of organisations knows a code; of none that is known, nothing is said."""
        return bool(self.names) and code not in self.names and code not in self.of_policy

    def is_false(self, code: str, *, is_own: bool = False) -> bool:
        """Whether a code was meant as a credit code, by its length or as a unit's own, and is none: by its form or its check digit."""
        if self.form is None or not (is_own or len(code) == _CREDIT_CODE_LENGTH):
            return False
        return not (self.form.fullmatch(code) and credit_code(pl.Series([code]))[0])

    def hint(self, code: str) -> str:
        """What may have been meant by a code that is not known."""
        return self.named(near(code, self.names, listed=False, cutoff=_ALIKE))

    def named(self, text: str) -> str:
        """A text with the names of units behind their codes, where they do not stand there yet."""

        def with_name(match: re.Match[str]) -> str:
            name = self.names.get(match[0])
            return f"{match[0]}（{name}）" if name else match[0]

        return _IN_TEXT.sub(with_name, text)


def known_units(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The names by code of the units that the standing organisations deliveries of a lake know."""
    return dict(connection.execute(queries.text("known_units")).fetchall())


def named_codes(connection: duckdb.DuckDBPyConnection, deliveries: Collection[str]) -> list[NamedCode]:
    """The codes of units that the records of deliveries name; files of other deliverers are not read."""
    rows = connection.execute(queries.text("unit_codes"), {"deliveries": list(deliveries)}).fetchall()
    return [NamedCode(*row) for row in rows]


def doubts_of_deliveries(
    connection: duckdb.DuckDBPyConnection, policy: PolicySet, senders: Iterable[Sender]
) -> dict[str, list[Doubt]]:
    """What looks wrong with the codes of deliveries, their own and those that their records name, by delivery."""
    names, of_id = known_units(connection), {sender.delivery_id: sender for sender in senders}
    codes: dict[str, list[NamedCode]] = {}
    for code in named_codes(connection, of_id):
        codes.setdefault(code.delivery_id, []).append(code)
    found = {}
    for delivery_id, sender in of_id.items():
        on_day = policy.on(sender.delivery_date)
        units = Units.of(on_day, names)
        own = [code for code in (sender.deliverer_code, sender.holder_code) if code and code != OPERATOR]
        nobody = [Doubt(*NOBODY_KNOWN, *_HAVE_DELIVERED)] if own and not names else []
        of_codes = doubts_of_codes(codes.get(delivery_id, ()), units, on_day)
        found[delivery_id] = [*doubts_of_deliverer(own, units), *of_codes, *nobody]
    return found


def doubts_of_codes(codes: Sequence[NamedCode], units: Units, policy: PolicyOnDay) -> Iterator[Doubt]:
    """What looks wrong with the codes that the records of a delivery name: of each column and fault one.

    Args:
        codes: column by column.
    """
    labels = {(e.body["kind"], e.body["column"]): e.body["label_zh"] for e in policy.of("delivery_column")}
    for (kind, column), group in groupby(codes, key=lambda of: (of.kind, of.column)):
        of_column = list(group)
        label = labels.get((kind, column), column)
        unknown = [of for of in of_column if column not in (_OWN, _ANYONE) and units.is_unknown(of.code)]
        # What the organisations themselves say wrongly is told to whoever delivers them, and to nobody else.
        told = {of.code for of in unknown} | (set() if column in (_OWN, _ANYONE) else set(units.names))
        false = [of for of in of_column if of.code not in told and units.is_false(of.code, is_own=column == _OWN)]
        if unknown:
            yield _doubt(
                unknown,
                f"“{label}”有 {len(unknown)} 个代码不在组织机构中",
                f"codes of “{column}” that no organisations delivery knows: {len(unknown)}",
                units,
            )
        if false:
            yield _doubt(
                false,
                f"“{label}”有 {len(false)} 个代码不是有效的统一社会信用代码（18 位，校验位见 GB 32100）",
                f"codes of “{column}” that are no unified social credit codes (18 characters, check digit of GB 32100): {len(false)}",
                units,
            )


def doubts_of_deliverer(codes: Collection[str], units: Units) -> Iterator[Doubt]:
    """What looks wrong with the codes of a delivery itself: of its deliverer and its holder."""
    mend = (
        "核对代码；代码无误的，请主管部门在组织机构中补充该单位",
        "check the code; if it is right, have the unit added to the organisations",
    )
    for code in dict.fromkeys(codes):
        if units.is_unknown(code):
            yield Doubt(
                f"单位代码 {code} 不在组织机构中",
                f"no organisations delivery knows the unit {code}{units.hint(code)}",
                *mend,
            )
        elif units.is_false(code) and code not in units.names:
            yield Doubt(
                f"单位代码 {code} 不是有效的统一社会信用代码（校验位见 GB 32100）",
                f"{code} is no unified social credit code (check digit of GB 32100)",
                *mend,
            )


def words(doubt: Doubt) -> str:
    """A doubt as a line of the terminal."""
    place = " ".join(filter(None, (doubt.file, doubt.place)))
    return f"{place}: {doubt.message_zh} / {doubt.message_en}" if place else f"{doubt.message_zh} / {doubt.message_en}"


def deliverer_warnings(lake: Lake, policy: PolicySet, deliveries: Sequence[Delivery], known: Known) -> Iterator[str]:
    """What looks wrong with who delivers and for whom, of deliveries that were just received. Their records are not read yet.

    Args:
        known: what is on record, with them.
    """
    codes = {code for d in deliveries for code in (d.deliverer_code, d.holder_code) if code and code != OPERATOR}
    if not codes:
        return
    names, landed = dict[str, str](), set[str]()
    if lake.exists:  # to read another would make it
        with lake.reading() as connection:
            names = known_units(connection)
            landed = {row[0] for row in connection.execute("SELECT delivery_id FROM landing.delivery").fetchall()}
    organisations = (d for of, group in known.groups.items() if of[2] == _ORGANISATIONS for d in group)
    is_waiting = any(d.delivery_id not in landed and d.delivery_id not in known.withdrawn for d in organisations)
    # While organisations wait to be taken in, nobody can say that a unit is unknown.
    units = Units.of(policy.on(max(d.delivery_date for d in deliveries)), {} if is_waiting else names)
    for doubt in doubts_of_deliverer(sorted(codes), units):
        yield f"警告，照常接收 / warning, received all the same: {words(doubt)}"
    if not units.names:
        yield " / ".join(_WAITING if is_waiting else NOBODY_KNOWN)


def _doubt(codes: Sequence[NamedCode], zh: str, en: str, units: Units) -> Doubt:
    """A doubt of several codes: the commonest are named, each with what may have been meant."""
    named = [of.code for of in codes[:_NAMED]]
    more = len(codes) - len(named)
    hints = "".join(units.hint(code) for code in named if code not in units.names)
    first = codes[0]
    return Doubt(
        f"{zh}：{'、'.join(named)}{f' 等 {len(codes)} 个' if more > 0 else ''}",
        f"{en}: {', '.join(named)}{f' and {more} more' if more > 0 else ''}{hints}",
        "核对代码；新单位请主管部门先交付其组织机构",
        "check the codes; of a new unit, have its organisation delivered first",
        sum(of.records for of in codes),
        first.file,
        first.place,
    )
