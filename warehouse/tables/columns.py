"""The definitions of columns: one name, one type, one meaning, wherever it stands.

They are read from `sql/columns/<group>.toml`, a table `[column_name]` each: `type` (DuckDB's), `label` (Chinese), `zh`, `en` (definitions),
and `unit` where the name's suffix alone does not say it. A name that stands twice is refused, so that no definition hides another.
Does not belong here: which table has which columns (`sql/<stage>/<table>.toml`), the columns of policy lists (`policy_lists.toml`).
"""

import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

#: The types of columns by how their names end: a suffix means one thing everywhere.
SUFFIXES: Mapping[str, str] = {
    "_cny": "DECIMAL(20,2)", "_date": "DATE", "_at": "TIMESTAMP WITH TIME ZONE", "_months": "INTEGER",
    "_count": "BIGINT", "_bytes": "BIGINT", "_id": "VARCHAR", "_code": "VARCHAR", "_name": "VARCHAR", "_sha256": "VARCHAR",
}  # fmt: skip

_HEADER = re.compile(r"\[([^\[\]]*)\]")


class ColumnError(Exception):
    """The definitions of columns contradict one another; the message says where and how to mend it."""


def column_definitions(folder: Traversable | None = None) -> dict[str, Mapping[str, str]]:
    """The definition of every column: name -> type, label, zh, en and, of some, unit.

    Args:
        folder: where the groups lie; those of the installed package unless told.

    Raises:
        ColumnError: a name is defined twice, or not as a table `[name]` of its own.
    """
    places: dict[str, str] = {}
    columns: dict[str, Mapping[str, str]] = {}
    for file in sorted(_groups(folder), key=lambda item: item.name):
        text = file.read_text("utf-8")
        headers = {
            number: match[1].strip()
            for number, line in enumerate(text.splitlines(), 1)
            if (match := _HEADER.match(line))
        }
        for number, name in headers.items():
            _claim(name, f"{file.name}:{number}", places)
        group = tomllib.loads(text)
        if others := sorted(group.keys() - set(headers.values())):
            raise ColumnError(
                f"{file.name}: 列须各写作一节 [列名] / each column is a table [name] of its own: {', '.join(others)}"
            )
        columns |= group
    return columns


def _groups(folder: Traversable | None) -> list[Traversable]:
    root = folder or files("warehouse") / "sql" / "columns"
    return [file for file in root.iterdir() if file.name.endswith(".toml")]


def _claim(name: str, place: str, places: dict[str, str]) -> None:
    first = places.setdefault(name, place)
    if first != place:
        raise ColumnError(
            f"{place}: 列 {name} 已在 {first} 定义；含义相同则删去其一，不同则另取列名 / "
            f"column {name} is defined at {first} already: delete one if they mean the same, else give one another name"
        )
