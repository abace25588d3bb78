"""What the shape of a list is made of, and the columns that every list has.

Does not belong here: which lists there are (`readers/policy/lists/__init__.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from readers.policy.lists.checks import DATE, Check, one_of

STATUSES = ("official", "secondary", "unverified", "proposal")
NAMES = ("name_zh", "name_en")
#: The columns of every list.
PROVENANCE = {
    "source": None,
    "status": one_of(*STATUSES)._replace(rule="bad_status"),
    "effective_from": DATE,
}


@dataclass(frozen=True)
class ListShape:
    """The shape of a list.

    key: columns whose values joined by `|` are the entry's key. filled: other columns that no row leaves
    empty. optional: columns that must be there, but may be empty. more: columns that a file may leave out.
    checks: of filled cells, by column.
    references: columns whose values must stand in the same columns of another list, if that list is there; `terms=term_list` is a column
    whose values stand in one of another name.
    values: of lists of named values, what the `value` of each must be, and its bounds where it has any; of others the column's own
    check holds.
    bounds: the columns between which a filled `value` must lie, the first not above the second.
    pinned: columns that may have one value only in the entries of some keys, since a model stands on it.
    needed: keys of entries that the models cannot do without.
    """

    key: tuple[str, ...]
    filled: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    checks: Mapping[str, Check] = field(default_factory=dict)
    references: tuple[tuple[tuple[str, ...], str], ...] = ()
    values: Mapping[str, Check] = field(default_factory=dict)
    bounds: tuple[str, ...] = ()
    pinned: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    more: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()

    @property
    def columns(self) -> dict[str, str]:
        """The columns of the list's own, without those that every list has: name to type in DuckDB."""
        checks: Mapping[str, Check] = self.checks
        names = (*self.key, *self.filled, *self.optional, *self.more)
        return {name: checks[name].type if name in checks else "VARCHAR" for name in names}
