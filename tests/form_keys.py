"""Keys of rows of forms as tests write them: the report that a row is of is that of administrative and public units."""

from collections.abc import Sequence

from warehouse.tables.table import Table


def whole(table: Table, keys: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The keys with the report where the table's key has it and they do not."""
    if "report_kind" not in table.key:
        return [*keys]
    at = table.key.index("report_kind")
    return [key if len(key) == len(table.key) else (*key[:at], "government", *key[at:]) for key in keys]
