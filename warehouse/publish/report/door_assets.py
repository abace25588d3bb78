"""Which assets a row of a report is about, and whether a door may name them.

A table says it in columns of a resource, a card or a holder with the resource's code; a row may be about several, each with a prefix of
its own (`from_resource_code`, `to_resource_code`). Belongs here: these columns, and what the catalogue says of the assets. Does not belong
here: what becomes of a row (`door.py`), what a text says (`door_texts.py`).
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from warehouse import queries
from warehouse.publish.report.edition import AUDIT, INTERNAL, OPEN

#: Columns that say which asset a row is about, alone or behind a prefix: `counterpart_resource_code`. The first that is not empty is taken.
_BY_ID, _BY_CODE = ("resource_id", "card_id"), ("resource_code", "item_code")
#: Whose code it is, behind the same prefix.
_HOLDERS = ("holder_code", "code", "unit_code")
_NAMES = ("resource_id", "card_id", "resource_code", "asset_name")

_Find = Callable[[Sequence[Any]], "str | None"]


def names_asset(column: str) -> bool:
    """Whether a column of this name says which asset a row is about."""
    return any(_prefix(column, name) is not None for name in _NAMES)


@dataclass(frozen=True)
class Assets:
    """The resources of the catalogue, by what a row may know them by; and those that a door may name.

    barred_names: what those are called that it may not, and no other is.
    """

    by_card: Mapping[str, str]
    by_code: Mapping[tuple[str, str], str]
    nameable: Collection[str]
    barred: Collection[str]
    barred_names: frozenset[str]

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection, door: str) -> "Assets":
        by_card, by_code = dict[str, str](), dict[tuple[str, str], str]()
        nameable, barred, named, unnamed = set[str](), set[str](), set[str](), set[str]()
        rows = connection.execute(queries.text("door_assets")).fetchall()
        for resource, card, holder, code, is_open, is_shared, names in rows:
            may_stand = {OPEN: is_open, INTERNAL: is_shared, AUDIT: True}[door]
            (nameable if may_stand else barred).add(resource)
            (named if may_stand else unnamed).update(names)
            if card is not None:
                by_card[card] = resource
            # Of resources with the same code the one that may not be named decides.
            if code is not None and (not may_stand or (holder, code) not in by_code):
                by_code[holder, code] = resource
        return cls(by_card, by_code, nameable, barred, frozenset(unnamed - named))

    def of_row(self, columns: Iterable[str]) -> Callable[[Sequence[Any]], list[str | None]]:
        """What finds the assets that a row is about, given the names of its cells: one for each prefix with anything in it; None for what
        the catalogue does not know."""
        places = {name: place for place, name in enumerate(columns)}
        prefixes = {
            prefix for name in places for of in (*_BY_ID, *_BY_CODE) if (prefix := _prefix(name, of)) is not None
        }
        ways = [self._ways(places, prefix) for prefix in sorted(prefixes)]

        def found(row: Sequence[Any]) -> list[str | None]:
            taken = (next(((find, row) for place, find in way if row[place]), None) for way in ways)
            return [find(of) for find, of in filter(None, taken)]

        return found

    def _ways(self, places: Mapping[str, int], prefix: str) -> list[tuple[int, _Find]]:
        """Where to look for the asset behind a prefix, and how it is found there, the surest first."""
        ways = list[tuple[int, _Find]]()
        if (resource := places.get(f"{prefix}resource_id")) is not None:
            ways.append((resource, lambda row: row[resource]))
        if (card := places.get(f"{prefix}card_id")) is not None:
            ways.append((card, lambda row: self.by_card.get(row[card])))
        holder = next((places[prefix + of] for of in _HOLDERS if prefix + of in places), None)
        for code in (places[prefix + of] for of in _BY_CODE if prefix + of in places):
            ways.append((code, self._by_code(holder, code)))
        return ways

    def _by_code(self, holder: int | None, code: int) -> _Find:
        if holder is None:
            return lambda _: None
        return lambda row: self.by_code.get((row[holder], row[code]))


def _prefix(column: str, name: str) -> str | None:
    """What stands before a name in a column's: nothing, or words; None if it is no such column."""
    before = column.removesuffix(name)
    return before if column.endswith(name) and (not before or before.endswith("_")) else None
